#include "core/messages/content_rules.hpp"
#include "core/messages/message_events.hpp"
#include "core/messages/message_service.hpp"

// What comes in.

namespace waqtor {
namespace {
/// For a direct chat that this number's owner writes in from the phone, `from` is the owner; the chat's address names the other
/// one.
Person person_of(Address const& address) {
    auto const at = address.find('@');
    auto const user = address.substr(0, at);
    if (address.ends_with("@lid")) return {.lid = user};
    return {.phone = "+" + user};
}

/// Says something of another message instead of being one to read.
bool is_about_another(MessageType type) {
    return type == MessageType::reaction || type == MessageType::edit || type == MessageType::revoke ||
           type == MessageType::poll_vote;
}

/// A broken character cannot be stored; such a name or text is rare and an attack at worst.
std::string clean(std::string text) {
    std::erase(text, '\0');
    return text;
}
}   // namespace

Result<void> MessageService::received(Transaction& tx, SessionRef session, Inbound const& message) {
    auto const now = parts_.clock.now();
    std::optional<ContactId> author;
    if (!message.from_me) {
        TRY(author, parts_.contacts.identify(tx, session.workspace, message.from));
    }
    ChatRow wish{.id = ChatId::make(now),
                 .workspace = session.workspace,
                 .session = session.session,
                 .address = message.chat,
                 .is_group = message.group,
                 .last_at = message.at,
                 .unread = message.from_me || message.history || is_about_another(message.content.type) ? 0 : 1};
    if (message.group)
        wish.peer = message.chat;
    else {
        wish.contact = author;
        if (message.from_me) {
            TRY(wish.contact, parts_.contacts.identify(tx, session.workspace, person_of(message.chat)));
        }
        wish.peer = wish.contact->text();
    }
    if (!message.from_me) wish.last_received_at = message.at;

    auto content = message.content;
    if (content.text) content.text = clean(*std::move(content.text));
    MessageRow row{.id = next_id(now),
                   .workspace = session.workspace,
                   .session = session.session,
                   .contact = message.from_me ? wish.contact : author,
                   .outgoing = message.from_me,
                   .whatsapp_id = message.id,
                   .type = content.type,
                   .content = content_text(content),
                   .folded = searchable(content),
                   .target = content.target ? std::optional{content.target->id} : std::nullopt,
                   .origin = Origin::phone,
                   .state = message.from_me ? MessageState::sent : MessageState::delivered,
                   .reason = {},
                   .created_at = message.at,
                   .due_at = message.at,
                   .sent_at = message.at};
    if (!message.from_me) row.delivered_at = now;

    // The chat must stand before the message; a message that is there already counts nothing.
    auto quiet = wish;
    quiet.unread = 0;
    TRY(auto const chat, parts_.messages.open_chat(tx, quiet));
    row.chat = chat.id;
    TRY(auto const added, parts_.messages.add_received(tx, row));
    if (!added) {
        if (content.type == MessageType::placeholder) return {};
        TRY(auto const filled, parts_.messages.fill_placeholder(tx, row));
        if (!filled) return {};
        row.id = *filled;
    } else if (wish.unread > 0)
        TRY_OK(parts_.messages.open_chat(tx, wish));
    if (content.target && (content.type == MessageType::edit || content.type == MessageType::revoke))
        TRY_OK(apply_to_target(tx, session.workspace, chat.id, message.from_me, author, content, message.at));
    if (message.history) return {};

    TRY_OK(parts_.events.append(tx, session.workspace,
                                MessageReceived{.message = row.id,
                                                .session = row.session,
                                                .chat = row.chat,
                                                .contact = row.contact,
                                                .type = row.type,
                                                .group = message.group,
                                                .from_me = message.from_me}));
    auto const told = ReceivedMessage{.id = row.id,
                                      .session = row.session,
                                      .contact = author.value_or(wish.contact.value_or(ContactId{})),
                                      .chat = message.chat,
                                      .group = message.group,
                                      .from_me = message.from_me,
                                      .at = message.at,
                                      .content = content};
    for (auto* hook : hooks_) TRY_OK(hook->received(tx, session.workspace, told));
    return {};
}

Result<void> MessageService::apply_to_target(Transaction& tx, WorkspaceId workspace, ChatId chat, bool by_us,
                                             std::optional<ContactId> by, Content const& content, Timestamp at) {
    if (!content.target) return {};
    TRY(auto const found, parts_.messages.find_in_chat(tx, chat, content.target->id));
    if (!found) return {};
    // Only the author changes a message. (A group's admin may revoke others' too; that is shown as a message of its own.)
    if (found->outgoing != by_us || (!by_us && found->contact != by)) return {};
    auto changed = content_from(found->content);
    auto event = MessageChanged{found->id, found->session, found->chat, {}};
    if (content.type == MessageType::edit) {
        changed.text = content.text;
        event.changed = {"text"};
        TRY_OK(parts_.messages.set_content(tx, found->id, content_text(changed), searchable(changed), at, std::nullopt));
    } else {
        changed = Content{.type = changed.type};
        event.changed = {"revoked"};
        TRY_OK(parts_.messages.set_content(tx, found->id, content_text(changed), "", std::nullopt, at));
    }
    TRY_OK(parts_.events.append(tx, workspace, event));
    return {};
}

}   // namespace waqtor
