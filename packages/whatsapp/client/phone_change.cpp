#include "whatsapp/client/app_state.hpp"

// The product's words for what stands in app state, and back.

namespace waqtor::whatsapp {

namespace {

using Kind = messaging::SyncAction::Kind;

struct Row {
    Kind kind;
    PhoneChangeKind ours;
};
constexpr Row kRows[] = {
    {Kind::contact, PhoneChangeKind::contact},
    {Kind::mute, PhoneChangeKind::mute},
    {Kind::pin, PhoneChangeKind::pin},
    {Kind::archive, PhoneChangeKind::archive},
    {Kind::read, PhoneChangeKind::read},
    {Kind::star, PhoneChangeKind::star},
    {Kind::label, PhoneChangeKind::label},
    {Kind::label_chat, PhoneChangeKind::label_chat},
    {Kind::label_message, PhoneChangeKind::label_message},
    {Kind::delete_message, PhoneChangeKind::delete_message},
    {Kind::clear_chat, PhoneChangeKind::clear_chat},
    {Kind::delete_chat, PhoneChangeKind::delete_chat},
    {Kind::push_name, PhoneChangeKind::push_name},
};

std::string written(Jid const& jid) { return jid.server == Server::none ? std::string{} : jid.to_string(); }

Result<Jid> address(char const* field, std::string const& text) {
    if (text.empty()) return Jid{};
    auto const jid = Jid::parse(text);
    if (!jid || jid->user.empty()) return invalid(field, "is no WhatsApp address");
    return jid->without_device();
}

}   // namespace

std::optional<PhoneChange> change_of(messaging::SyncAction const& action) {
    auto const row = std::ranges::find(kRows, action.kind, &Row::kind);
    if (row == std::end(kRows)) return std::nullopt;
    PhoneChange out{.kind = row->ours, .on = action.on, .chat = written(action.chat), .text = action.text};
    auto const is_label = action.kind == Kind::label;
    out.message = is_label ? std::string{} : action.id;
    out.label = is_label ? action.id : action.label;
    out.sender = written(action.sender);
    out.from_me = action.from_me;
    out.color = action.color;
    out.until = action.until;
    out.at = action.at;
    return out;
}

Result<messaging::SyncAction> action_of(PhoneChange const& change) {
    auto const row = std::ranges::find(kRows, change.kind, &Row::ours);
    if (row == std::end(kRows)) return invalid("kind", "cannot be set");
    messaging::SyncAction out{.kind = row->kind, .on = change.on};
    TRY(out.chat, address("chat", change.chat));
    TRY(out.sender, address("sender", change.sender));
    if (change.person.lid) out.lid = {.user = Text{*change.person.lid}, .server = Server::lid};
    if (change.person.phone) out.phone = {.user = Text{std::string_view{*change.person.phone}.substr(1)}, .server = Server::user};
    if (row->kind == Kind::contact && out.chat.user.empty()) out.chat = out.phone.user.empty() ? out.lid : out.phone;
    out.text = change.text;
    out.first_name = row->kind == Kind::contact ? change.text.substr(0, change.text.find(' ')) : std::string{};
    out.id = row->kind == Kind::label ? change.label : change.message;
    out.label = change.label;
    out.from_me = change.from_me;
    out.color = change.color;
    out.until = change.until;
    out.at = change.at;
    return out;
}

}   // namespace waqtor::whatsapp
