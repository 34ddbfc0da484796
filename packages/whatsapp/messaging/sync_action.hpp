#pragma once
#include "core/base/time.hpp"
#include "whatsapp/appstate/patch.hpp"
#include "whatsapp/binary/jid.hpp"

namespace waqtor::whatsapp::messaging {

/// The five parts of app state, each with a version of its own.
enum class Collection : std::uint8_t { critical_block, critical_unblock_low, regular_high, regular_low, regular };
inline constexpr Collection kCollections[] = {Collection::critical_block, Collection::critical_unblock_low,
                                              Collection::regular_high, Collection::regular_low, Collection::regular};
std::string_view name_of(Collection collection);
std::optional<Collection> collection_named(std::string_view name);

/// Something the user set on one of his devices.
struct SyncAction {
    enum class Kind : std::uint8_t {
        contact,          // `chat` is called `text` in the address book; `phone` and `lid` are the same person
        mute,             // `chat` until `until`, or for ever
        pin,              // `chat`
        archive,          // `chat`
        read,             // `chat`; off: marked as unread
        star,             // message `id` of `chat`
        label,            // `id` is called `text` and has `color`; off: deleted
        label_chat,       // `chat` has label `label`
        label_message,    // message `id` of `chat` has label `label`
        delete_message,   // message `id` of `chat`, only for us
        clear_chat,       // all messages of `chat`
        delete_chat,      // `chat`
        push_name,        // we are called `text`
        other,            // `text` is the first part of its index
    };
    Kind kind = Kind::other;
    bool on = true;   // false: the opposite, or it was removed
    Jid chat{};
    Jid phone{}, lid{};
    std::string text{};
    std::string first_name{};
    std::string id{};
    std::string label{};
    Jid sender{};   // of a message in a group
    bool from_me = false;
    std::int32_t color = 0;
    std::optional<Timestamp> until{};
    Timestamp at{};
};

/// Refusal::malformed for an index or value that cannot be read; what is unknown is Kind::other.
Result<SyncAction> read_action(appstate::Mutation const& mutation);

struct ActionWish {
    Collection collection{};
    std::vector<appstate::Wish> wishes;
};
/// What to push for it. Code::invalid for Kind::other and for what lacks its chat, message or label.
Result<ActionWish> write_action(SyncAction const& action, Timestamp now);

}   // namespace waqtor::whatsapp::messaging
