#include "core/messages/message_desk.hpp"
#include "core/messages/message_events.hpp"
#include "core/messages/message_shown.hpp"

#include <map>

// Cancelling, rescheduling, editing, deleting for all, reacting, reading, typing.

namespace waqtor {
namespace {

/// What goes to WhatsApp at once needs a session that works now.
Result<Sender*> connected(Sender* sender, SessionRef session) {
    if (!sender) return fail(Code::unavailable, "Sessions are not ready yet");
    if (!sender->working(session)) return fail(Code::conflict, "The session is not WORKING; /api/sessions says why");
    return sender;
}
}   // namespace

Task<Message> MessageDesk::cancel(Caller who, MessageId message) {
    return parts_.db.write([this, who = std::move(who), message](Transaction& tx) -> Result<Message> {
        TRY_OK(find(tx, who, message));
        TRY_OK(messages_.cancel(tx, who.workspace, message, "by_user"));
        TRY(auto const row, find(tx, who, message));
        return shown(row);
    });
}

Task<Message> MessageDesk::reschedule(Caller who, RescheduleMessage wish) {
    return parts_.db.write([this, who = std::move(who), wish](Transaction& tx) -> Result<Message> {
        TRY(auto row, find(tx, who, wish.id));
        if (!row.outgoing || row.state != MessageState::accepted)
            return fail(Code::conflict, "It cannot be rescheduled any more: it is " + std::string{enum_name(row.state)});
        auto const now = parts_.clock.now();
        if (wish.not_before > now + std::chrono::hours{24 * 366}) return invalid("notBefore", "must be within a year");
        auto const due = std::max(now, wish.not_before);
        TRY_OK(parts_.messages.postpone(tx, row.id, due, "scheduled", row.tries));
        TRY_OK(parts_.messages.add(tx, MessageNote{row.id, now, "rescheduled", "by_user", due}));
        TRY_OK(parts_.events.append(tx, who.workspace, MessageChanged{row.id, row.session, row.chat, {"notBefore"}}));
        messages_.wake(tx, {who.workspace, row.session});
        TRY(row, find(tx, who, wish.id));
        return shown(row);
    });
}

/// Sends a message that edits, revokes or reacts to another one, in its chat.
Task<Message> MessageDesk::act_on(Caller who, MessageId target, Content content, bool ours_only) {
    return parts_.db.write(
        [this, who = std::move(who), target, content = std::move(content), ours_only](Transaction& tx) -> Result<Message> {
            TRY(auto const row, find(tx, who, target));
            if (ours_only && !row.outgoing) return fail(Code::conflict, "Only messages of this number can be changed");
            if (row.state == MessageState::accepted || row.state == MessageState::failed || row.state == MessageState::cancelled)
                return fail(Code::conflict, "The message has not left: it is " + std::string{enum_name(row.state)});
            if (row.revoked_at) return fail(Code::conflict, "The message was deleted");
            TRY(auto const chat, parts_.messages.find_chat(tx, who.workspace, row.chat));
            NewMessage message{.session = row.session, .contact = chat.contact.value_or(ContactId{}), .content = content};
            if (chat.is_group) message.address = chat.address;
            message.content.target = reference_to(row);
            message.content.target->text.reset();
            TRY(auto const sent, messages_.accept_row(tx, who.workspace, message));
            return shown(sent);
        });
}

Task<Message> MessageDesk::edit(Caller who, EditMessage wish) {
    return act_on(std::move(who), wish.id, {.type = MessageType::edit, .text = std::move(wish.text)}, true);
}

Task<Message> MessageDesk::revoke(Caller who, MessageId message) {
    return act_on(std::move(who), message, {.type = MessageType::revoke}, true);
}

Task<Message> MessageDesk::react(Caller who, ReactToMessage wish) {
    return act_on(std::move(who), wish.id, {.type = MessageType::reaction, .emoji = std::move(wish.emoji)}, false);
}

Task<Chat> MessageDesk::read_chat(Caller who, ChatId chat) {
    struct Unread {
        ChatRow chat;
        std::vector<MessageRow> messages;
    };
    CO_TRY(auto unread, co_await parts_.db.read([this, who, chat](Transaction& tx) -> Result<Unread> {
        TRY(auto row, find_chat(tx, who, chat));
        TRY(auto messages, parts_.messages.unread(tx, who.workspace, chat));
        return Unread{std::move(row), std::move(messages)};
    }));
    auto const session = SessionRef{who.workspace, unread.chat.session};
    if (!unread.messages.empty()) {
        CO_TRY(auto* const sender_of, connected(messages_.sender(), session));
        // In groups a read receipt names the author.
        std::map<std::optional<ContactId>, std::vector<std::string>> by_author;
        for (auto const& message : unread.messages)
            by_author[unread.chat.is_group ? message.contact : std::nullopt].push_back(message.whatsapp_id);
        for (auto& [author, ids] : by_author) {
            std::optional<Address> sender;
            if (author) {
                CO_TRY(auto const card, co_await parts_.db.read([this, who, whose = *author](Transaction& tx) {
                    return parts_.contacts.find(tx, who.workspace, whose);
                }));
                sender = card.who.lid ? *card.who.lid + "@lid" : card.who.phone.value_or("+").substr(1) + "@s.whatsapp.net";
            }
            CO_TRY_OK(co_await sender_of->mark_read(session, unread.chat.address, std::move(ids), std::move(sender)));
        }
    }
    co_return co_await parts_.db.write([this, who, unread = std::move(unread)](Transaction& tx) -> Result<Chat> {
        StateTimes times;
        times.read_at = parts_.clock.now();
        for (auto const& message : unread.messages)
            TRY_OK(parts_.messages.set_state(tx, message.id, MessageState::read, "", times));
        TRY_OK(parts_.messages.mark_chat_read(tx, who.workspace, unread.chat.id));
        TRY(auto const row, find_chat(tx, who, unread.chat.id));
        return shown(row);
    });
}

Task<Chat> MessageDesk::typing(Caller who, TypingWish wish) {
    CO_TRY(auto const chat, co_await parts_.db.read([this, who, wish](Transaction& tx) { return find_chat(tx, who, wish.id); }));
    SessionRef const session{who.workspace, chat.session};
    CO_TRY(auto* const sender, connected(messages_.sender(), session));
    CO_TRY_OK(co_await sender->typing(session, chat.address, wish.on));
    co_return shown(chat);
}

}   // namespace waqtor
