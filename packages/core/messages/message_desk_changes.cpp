#include "core/messages/content_rules.hpp"
#include "core/messages/message_desk.hpp"
#include "core/messages/message_events.hpp"
#include "core/messages/message_shown.hpp"

#include <algorithm>
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

Result<void> check_vote(MessageRow const& row, std::vector<std::string> const& choices) {
    auto const poll = content_from(row.content).poll;
    if (!poll) return fail(Code::conflict, "The message is no poll");
    for (std::size_t i = 0; i < choices.size(); ++i) {
        auto const at = "choices[" + std::to_string(i) + "]";
        if (std::ranges::find(poll->choices, choices[i]) == poll->choices.end()) return invalid(at, "is not a choice of the poll");
        if (std::ranges::count(choices, choices[i]) > 1) return invalid(at, "stands there twice");
    }
    if (poll->most > 0 && std::ssize(choices) > poll->most)
        return invalid("choices", "may be at most " + std::to_string(poll->most));
    return {};
}

Address address_of(Person const& who) {
    return who.lid ? *who.lid + "@lid" : who.phone.value_or("+").substr(1) + "@s.whatsapp.net";
}

bool can_be_played(MessageRow const& row) {
    auto const plays = row.type == MessageType::voice || row.type == MessageType::audio || row.type == MessageType::video ||
                       row.type == MessageType::gif;
    return plays && !row.outgoing && !row.revoked_at;
}
}   // namespace

Result<std::optional<Address>> MessageDesk::author_in_group(Transaction& tx, WorkspaceId workspace, ChatRow const& chat,
                                                            MessageRow const& message) {
    if (!chat.is_group || message.outgoing || !message.contact) return std::nullopt;
    TRY(auto const card, parts_.contacts.find(tx, workspace, *message.contact));
    return address_of(card.who);
}

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
            if (content.type == MessageType::poll_vote) TRY_OK(check_vote(row, *content.choices));
            if (row.revoked_at) return fail(Code::conflict, "The message was deleted");
            TRY(auto const chat, parts_.messages.find_chat(tx, who.workspace, row.chat));
            NewMessage message{.session = row.session, .contact = chat.contact.value_or(ContactId{}), .content = content};
            if (chat.is_group) message.address = chat.address;
            message.content.target = reference_to(row);
            message.content.target->text.reset();
            TRY(message.content.target->sender, author_in_group(tx, who.workspace, chat, row));
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

Task<Message> MessageDesk::vote(Caller who, VoteInPoll wish) {
    return act_on(std::move(who), wish.id, {.type = MessageType::poll_vote, .choices = std::move(wish.choices)}, false);
}

Task<Message> MessageDesk::played(Caller who, MessageId message) {
    struct Heard {
        MessageRow row;
        ChatRow chat;
        std::optional<Address> author{};
    };
    CO_TRY(auto const heard, co_await parts_.db.read([this, who, message](Transaction& tx) -> Result<Heard> {
        TRY(auto row, find(tx, who, message));
        if (!can_be_played(row)) return fail(Code::conflict, "Only voice messages and videos that came can be played");
        TRY(auto chat, parts_.messages.find_chat(tx, who.workspace, row.chat));
        TRY(auto author, author_in_group(tx, who.workspace, chat, row));
        return Heard{std::move(row), std::move(chat), std::move(author)};
    }));
    if (heard.row.played_at) co_return shown(heard.row);
    auto const session = SessionRef{who.workspace, heard.row.session};
    CO_TRY(auto* const sender, connected(messages_.sender(), session));
    CO_TRY_OK(co_await sender->mark_played(session, heard.chat.address, {heard.row.whatsapp_id}, heard.author));
    co_return co_await parts_.db.write([this, who, id = heard.row.id](Transaction& tx) -> Result<Message> {
        StateTimes times;
        times.read_at = times.played_at = parts_.clock.now();
        TRY_OK(parts_.messages.set_state(tx, id, MessageState::played, "", times));
        TRY(auto const row, find(tx, who, id));
        return shown(row);
    });
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
                sender = address_of(card.who);
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
