#pragma once
#include "core/base/time.hpp"
#include "core/contacts/person.hpp"

namespace waqtor {

enum class PhoneChangeKind : std::uint8_t {
    contact,          // the address book calls `person` `text`; off: no longer in it
    mute,             // `chat` until `until`, or for ever
    pin,              // `chat`
    archive,          // `chat`
    read,             // `chat`; off: marked as unread
    star,             // `message` of `chat`
    label,            // the label `label` is called `text` and has `color`; off: deleted
    label_chat,       // `chat` has `label`
    label_message,    // `message` of `chat` has `label`
    delete_message,   // `message` of `chat`, only for us
    clear_chat,       // every message of `chat`, only for us
    delete_chat,      // `chat`, only for us
    push_name,        // this number calls itself `text`
};
BOOST_DESCRIBE_ENUM(PhoneChangeKind, contact, mute, pin, archive, read, star, label, label_chat, label_message, delete_message,
                    clear_chat, delete_chat, push_name)

/// Something that all devices of a number keep in common (WhatsApp's app state), set on one of them. Addresses as WhatsApp
/// writes them.
struct PhoneChange {
    PhoneChangeKind kind{};
    bool on = true;          // false: the opposite, or it was removed
    std::string chat{};      // address
    Person person{};         // of a contact
    std::string text{};      // a name
    std::string message{};   // WhatsApp's id
    std::string sender{};    // address of its author, in groups
    bool from_me = false;    // who wrote the message
    std::string label{};     // id
    std::int32_t color = 0;
    std::optional<Timestamp> until{};
    Timestamp at{};
};

}   // namespace waqtor
