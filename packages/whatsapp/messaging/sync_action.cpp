#include "whatsapp/messaging/sync_action.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/encode_parts.hpp"
#include "whatsapp/proto/sync_action.pb.h"

#include <boost/json.hpp>

namespace waqtor::whatsapp::messaging {

namespace {

namespace json = boost::json;
using Kind = SyncAction::Kind;
constexpr std::size_t kMostName = 255, kMostId = 128, kMostParts = 8;

struct CollectionRow {
    Collection collection;
    std::string_view name;
};
constexpr CollectionRow kNames[] = {
    {Collection::critical_block, "critical_block"},
    {Collection::critical_unblock_low, "critical_unblock_low"},
    {Collection::regular_high, "regular_high"},
    {Collection::regular_low, "regular_low"},
    {Collection::regular, "regular"},
};

/// How a kind is written: first part of its index, where it lives, version.
struct Row {
    Kind kind;
    std::string_view index;
    Collection collection;
    std::int32_t version;
};
constexpr Row kRows[] = {
    {Kind::contact, "contact", Collection::critical_unblock_low, 2},
    {Kind::mute, "mute", Collection::regular_high, 2},
    {Kind::pin, "pin_v1", Collection::regular_low, 5},
    {Kind::archive, "archive", Collection::regular_low, 3},
    {Kind::read, "markChatAsRead", Collection::regular_low, 3},
    {Kind::star, "star", Collection::regular_high, 2},
    {Kind::label, "label_edit", Collection::regular, 3},
    {Kind::label_chat, "label_jid", Collection::regular, 3},
    {Kind::label_message, "label_message", Collection::regular, 3},
    {Kind::delete_message, "deleteMessageForMe", Collection::regular_high, 3},
    {Kind::clear_chat, "clearChat", Collection::regular_high, 6},
    {Kind::delete_chat, "deleteChat", Collection::regular_high, 6},
    {Kind::push_name, "setting_pushName", Collection::critical_block, 1},
};

std::unexpected<Error> malformed(char const* what) { return refuse(Refusal::malformed, std::string{"app state: "} + what); }

Result<std::vector<std::string>> parts_of(std::string const& index) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 2;
    if (index.size() > 4096) return malformed("an index that is too long");
    auto const value = json::parse(index, error, {}, options);
    if (error || !value.is_array()) return malformed("an index that is no list");
    std::vector<std::string> out;
    for (auto const& one : value.get_array()) {
        if (!one.is_string() || out.size() == kMostParts) return malformed("an index that is no list of texts");
        out.emplace_back(one.get_string());
    }
    if (out.empty()) return malformed("an index without parts");
    return out;
}

Jid address(std::string const& text) {
    auto const jid = Jid::parse(text);
    return jid && !jid->user.empty() ? jid->without_device() : Jid{};
}

std::optional<Timestamp> moment(std::int64_t milliseconds) {
    constexpr std::int64_t kMost = 7'258'118'400'000;   // the year 2200
    if (milliseconds <= 0 || milliseconds >= kMost) return std::nullopt;
    return Timestamp{Milliseconds{milliseconds}};
}

/// chat, message id, from me, sender: parts 1 to 4.
void read_message(std::vector<std::string> const& parts, std::size_t from, SyncAction& out) {
    auto const part = [&](std::size_t at) { return from + at < parts.size() ? parts[from + at] : std::string{}; };
    out.chat = address(part(0));
    out.id = clean(part(1), kMostId, Lines::one);
    out.from_me = part(2) == "1";
    out.sender = address(part(3));
}

bool read_value(e2e::SyncActionValue const& value, SyncAction& out) {
    switch (out.kind) {
        case Kind::contact:
            out.text = clean(value.contact().full_name(), kMostName, Lines::one);
            out.first_name = clean(value.contact().first_name(), kMostName, Lines::one);
            out.lid = address(value.contact().lid_jid());
            out.phone = address(value.contact().pn_jid());
            return value.has_contact();
        case Kind::mute:
            out.on = value.mute().muted();
            out.until = moment(value.mute().end_timestamp());
            return value.has_mute();
        case Kind::pin: out.on = value.pin().pinned(); return value.has_pin();
        case Kind::archive: out.on = value.archive().archived(); return value.has_archive();
        case Kind::read: out.on = value.mark_read().read(); return value.has_mark_read();
        case Kind::star: out.on = value.star().starred(); return value.has_star();
        case Kind::label:
            out.on = !value.label_edit().deleted();
            out.text = clean(value.label_edit().name(), kMostName, Lines::one);
            out.color = value.label_edit().color();
            return value.has_label_edit();
        case Kind::label_chat:
        case Kind::label_message: out.on = value.label_association().labeled(); return value.has_label_association();
        case Kind::push_name: out.text = clean(value.push_name().name(), kMostName, Lines::one); return value.has_push_name();
        case Kind::delete_message: return value.has_delete_message();
        case Kind::clear_chat: return value.has_clear_chat();
        case Kind::delete_chat: return value.has_delete_chat();
        case Kind::other: break;
    }
    return true;
}

void read_index(std::vector<std::string> const& parts, SyncAction& out) {
    auto const part = [&](std::size_t at) { return at < parts.size() ? parts[at] : std::string{}; };
    switch (out.kind) {
        case Kind::star:
        case Kind::delete_message: read_message(parts, 1, out); break;
        case Kind::label: out.id = clean(part(1), kMostId, Lines::one); break;
        case Kind::label_chat:
            out.label = clean(part(1), kMostId, Lines::one);
            out.chat = address(part(2));
            break;
        case Kind::label_message:
            out.label = clean(part(1), kMostId, Lines::one);
            read_message(parts, 2, out);
            break;
        case Kind::push_name: break;
        case Kind::other: out.text = clean(part(0), kMostId, Lines::one); break;
        default: out.chat = address(part(1));
    }
}

/// Where the chat ended when it was archived, read, cleared: now, as far as we are concerned.
void write_range(Timestamp now, e2e::SyncActionValue::MessageRange& to) {
    to.set_last_message_timestamp(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
}

Result<std::vector<std::string>> index_of(SyncAction const& action, std::string_view first) {
    std::vector<std::string> out{std::string{first}};
    auto const sender = action.sender.user.empty() || action.sender.same_user(action.chat) ? "0" : action.sender.to_string();
    auto const needs_chat = action.kind != Kind::label && action.kind != Kind::push_name;
    if (needs_chat && action.chat.user.empty()) return invalid("chat", "is required");
    auto const needs_id = action.kind == Kind::star || action.kind == Kind::delete_message || action.kind == Kind::label ||
                          action.kind == Kind::label_message;
    if (needs_id && action.id.empty()) return invalid("id", "is required");
    if (action.kind == Kind::label_chat || action.kind == Kind::label_message) {
        if (action.label.empty()) return invalid("label", "is required");
        out.push_back(action.label);
    }
    if (needs_chat) out.push_back(action.chat.without_device().to_string());
    if (needs_id) out.push_back(action.id);
    if (action.kind == Kind::star || action.kind == Kind::delete_message)
        out.insert(out.end(), {action.from_me ? "1" : "0", action.from_me ? "0" : sender});
    if (action.kind == Kind::label_message) out.insert(out.end(), {"0", "0"});
    if (action.kind == Kind::clear_chat) out.insert(out.end(), {"1", "0"});   // also starred ones; keep the media
    if (action.kind == Kind::delete_chat) out.emplace_back("1");
    return out;
}

void write_value(SyncAction const& action, Timestamp now, e2e::SyncActionValue& to) {
    to.set_timestamp(now.time_since_epoch().count());
    switch (action.kind) {
        case Kind::contact:
            to.mutable_contact()->set_full_name(action.text);
            if (!action.first_name.empty()) to.mutable_contact()->set_first_name(action.first_name);
            if (!action.lid.user.empty()) to.mutable_contact()->set_lid_jid(action.lid.to_string());
            break;
        case Kind::mute:
            to.mutable_mute()->set_muted(action.on);
            if (action.on) to.mutable_mute()->set_end_timestamp(action.until ? action.until->time_since_epoch().count() : -1);
            break;
        case Kind::pin: to.mutable_pin()->set_pinned(action.on); break;
        case Kind::archive:
            to.mutable_archive()->set_archived(action.on);
            write_range(now, *to.mutable_archive()->mutable_range());
            break;
        case Kind::read:
            to.mutable_mark_read()->set_read(action.on);
            write_range(now, *to.mutable_mark_read()->mutable_range());
            break;
        case Kind::star: to.mutable_star()->set_starred(action.on); break;
        case Kind::label:
            to.mutable_label_edit()->set_name(action.text);
            to.mutable_label_edit()->set_color(action.color);
            to.mutable_label_edit()->set_deleted(!action.on);
            break;
        case Kind::label_chat:
        case Kind::label_message: to.mutable_label_association()->set_labeled(action.on); break;
        case Kind::delete_message:
            to.mutable_delete_message()->set_delete_media(false);
            to.mutable_delete_message()->set_message_timestamp(
                std::chrono::floor<std::chrono::seconds>(action.at).time_since_epoch().count());
            break;
        case Kind::clear_chat: write_range(now, *to.mutable_clear_chat()->mutable_range()); break;
        case Kind::delete_chat: write_range(now, *to.mutable_delete_chat()->mutable_range()); break;
        case Kind::push_name: to.mutable_push_name()->set_name(action.text); break;
        case Kind::other: break;
    }
}

}   // namespace

std::string_view name_of(Collection collection) {
    for (auto const& row : kNames)
        if (row.collection == collection) return row.name;
    return {};
}

std::optional<Collection> collection_named(std::string_view name) {
    for (auto const& row : kNames)
        if (row.name == name) return row.collection;
    return std::nullopt;
}

Result<SyncAction> read_action(appstate::Mutation const& mutation) {
    TRY(auto const parts, parts_of(mutation.index));
    SyncAction out;
    for (auto const& row : kRows)
        if (row.index == parts[0]) out.kind = row.kind;
    read_index(parts, out);
    e2e::SyncActionValue value;
    if (!value.ParseFromArray(mutation.value.data(), static_cast<int>(mutation.value.size())))
        return malformed("a value that cannot be read");
    out.at = moment(value.timestamp()).value_or(Timestamp{});
    auto const removed = mutation.operation == appstate::Operation::remove;
    if (!read_value(value, out) && !removed) return malformed("a value of another kind than its index");
    if (removed) out.on = false;
    return out;
}

Result<ActionWish> write_action(SyncAction const& action, Timestamp now) {
    for (auto const& row : kRows) {
        if (row.kind != action.kind) continue;
        TRY(auto const parts, index_of(action, row.index));
        e2e::SyncActionValue value;
        write_value(action, now, value);
        json::array index;
        for (auto const& part : parts) index.emplace_back(part);
        ActionWish out{.collection = row.collection, .wishes = {}};
        out.wishes.push_back({.operation = appstate::Operation::set,
                              .index = json::serialize(index),
                              .value = serialized(value),
                              .version = row.version});
        // An archived chat cannot stay on top.
        if (action.kind == Kind::archive && action.on) {
            TRY(auto unpin, write_action({.kind = Kind::pin, .on = false, .chat = action.chat}, now));
            out.wishes.push_back(std::move(unpin.wishes.front()));
        }
        return out;
    }
    return invalid("kind", "cannot be set");
}

}   // namespace waqtor::whatsapp::messaging
