#include "core/messages/content_rules.hpp"
#include "core/messages/message_desk.hpp"
#include "core/messages/message_shown.hpp"

#include <algorithm>

// Lists, single messages and why they wait.

namespace waqtor {
namespace {
bool may_see(Caller const& who, SessionId session) {
    return who.sessions.empty() || std::ranges::find(who.sessions, session) != who.sessions.end();
}

std::vector<TimelineStep> steps_of(MessageRow const& row, std::vector<MessageNote> const& notes) {
    std::vector<TimelineStep> out;
    auto const add = [&](std::optional<Timestamp> const& at, std::string_view what, std::string const& why = {}) {
        if (at) out.push_back({*at, std::string{what}, why.empty() ? std::nullopt : std::optional{why}, {}});
    };
    if (row.outgoing && row.origin != Origin::phone) add(row.created_at, "accepted");
    for (auto const& note : notes) out.push_back({note.at, note.kind, note.reason, note.until});
    add(row.queued_at, "queued");
    add(row.sent_at, "sent");
    add(row.delivered_at, "delivered");
    add(row.read_at, "read");
    add(row.played_at, "played");
    add(row.ended_at, enum_name(row.state), row.reason);
    add(row.edited_at, "edited");
    add(row.revoked_at, "revoked");
    // By time; what happened in one millisecond stays in the order it stands in.
    for (auto next = out.begin(); next != out.end(); ++next)
        std::rotate(std::upper_bound(out.begin(), next, next->at, [](Timestamp at, auto const& step) { return at < step.at; }),
                    next, next + 1);
    return out;
}

/// The last word of each person counts. Votes that could not be opened say nothing.
std::vector<Vote> latest_votes(std::vector<MessageRow> const& rows) {
    std::map<std::string, Vote> latest;
    for (auto const& one : rows) {
        auto choices = content_from(one.content).choices;
        if (!choices) continue;
        latest[one.outgoing ? "" : one.contact.value_or(ContactId{}).text()] = {
            *std::move(choices), one.outgoing ? std::nullopt : one.contact, one.created_at};
    }
    std::vector<Vote> out;
    for (auto& [whose, vote] : latest) out.push_back(std::move(vote));
    return out;
}
}   // namespace

Message shown(MessageRow const& row) {
    auto const optional_text = [](std::string const& text) { return text.empty() ? std::nullopt : std::optional{text}; };
    return {
        .id = row.id,
        .session = row.session,
        .chat = row.chat,
        .contact = row.contact,
        .direction = row.outgoing ? Direction::outgoing : Direction::incoming,
        .type = row.type,
        .content = content_from(row.content),
        .state = row.state,
        .reason = optional_text(row.reason),
        .origin = row.origin,
        .campaign = row.campaign,
        .whatsapp_id = row.whatsapp_id,
        .created_at = row.created_at,
        .not_before = row.state == MessageState::accepted && row.due_at > row.created_at ? std::optional{row.due_at} : std::nullopt,
        .queued_at = row.queued_at,
        .sent_at = row.sent_at,
        .delivered_at = row.delivered_at,
        .read_at = row.read_at,
        .played_at = row.played_at,
        .ended_at = row.ended_at,
        .edited_at = row.edited_at,
        .revoked_at = row.revoked_at};
}

Chat shown(ChatRow const& row) {
    return {.id = row.id,
            .session = row.session,
            .contact = row.contact,
            .address = row.address,
            .group = row.is_group,
            .unread = row.unread,
            .last_at = row.last_at};
}

MessageReference reference_to(MessageRow const& row) {
    auto content = content_from(row.content);
    return {.id = row.whatsapp_id, .from_me = row.outgoing, .sender = {}, .text = std::move(content.text)};
}

Result<MessageRow> MessageDesk::find(Transaction& tx, Caller const& who, MessageId message) {
    TRY(auto row, parts_.messages.find(tx, who.workspace, message));
    if (!may_see(who, row.session)) return fail(Code::not_found, "There is no such message");
    return row;
}

Result<ChatRow> MessageDesk::find_chat(Transaction& tx, Caller const& who, ChatId chat) {
    TRY(auto row, parts_.messages.find_chat(tx, who.workspace, chat));
    if (!may_see(who, row.session)) return fail(Code::not_found, "There is no such chat");
    return row;
}

Task<Page<Message>> MessageDesk::list(Caller who, ListMessages wish) {
    return parts_.db.read([this, who = std::move(who), wish = std::move(wish)](Transaction& tx) -> Result<Page<Message>> {
        MessageQuery query{.session = wish.session,
                           .among = who.sessions,
                           .chat = wish.chat,
                           .contact = wish.contact,
                           .campaign = wish.campaign,
                           .state = wish.state,
                           .outgoing = wish.direction ? std::optional{*wish.direction == Direction::outgoing} : std::nullopt,
                           .words = search_words(wish.search.value_or("")),
                           .auxiliary = wish.all.value_or(false)};
        TRY(auto const rows, parts_.messages.list(tx, who.workspace, query, {wish.limit.value_or(50), wish.offset.value_or(0)}));
        Page<Message> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) out.items.push_back(shown(row));
        return out;
    });
}

Task<Message> MessageDesk::get(Caller who, MessageId message) {
    return parts_.db.read([this, who = std::move(who), message](Transaction& tx) -> Result<Message> {
        TRY(auto const row, find(tx, who, message));
        TRY(auto const reactions, parts_.messages.reactions(tx, who.workspace, row));
        auto out = shown(row);
        // The last word of each person counts; an empty one takes the earlier back.
        std::map<std::string, Reaction> latest;
        for (auto const& one : reactions)
            latest[one.outgoing ? "" : one.contact.value_or(ContactId{}).text()] = {
                content_from(one.content).emoji.value_or(""), one.outgoing ? std::nullopt : one.contact, one.created_at};
        if (row.type == MessageType::poll) {
            TRY(auto const votes, parts_.messages.votes(tx, who.workspace, row));
            out.votes = latest_votes(votes);
        }
        out.reactions.emplace();
        for (auto& [whose, reaction] : latest)
            if (!reaction.emoji.empty()) out.reactions->push_back(std::move(reaction));
        return out;
    });
}

Task<Timeline> MessageDesk::timeline(Caller who, MessageId message) {
    return parts_.db.read([this, who = std::move(who), message](Transaction& tx) -> Result<Timeline> {
        TRY(auto const row, find(tx, who, message));
        TRY(auto const notes, parts_.messages.notes(tx, row.id));
        Timeline out{.message = row.id, .state = row.state, .steps = steps_of(row, notes)};
        if (!row.outgoing || row.state != MessageState::accepted) return out;

        auto const now = parts_.clock.now();
        auto const session = SessionRef{who.workspace, row.session};
        auto& waiting = out.waiting.emplace();
        TRY(waiting.ahead, parts_.messages.ahead(tx, row));
        if (row.due_at > now) {
            waiting.why = row.wait.value_or("scheduled");
            waiting.until = row.due_at;
            return out;
        }
        if (!messages_.sender() || !messages_.sender()->working(session)) {
            waiting.why = "session_not_working";
            return out;
        }
        TRY(auto const chat, parts_.messages.find_chat(tx, who.workspace, row.chat));
        TRY(auto const to, messages_.recipient(tx, who.workspace, chat));
        TRY(auto const limits, messages_.limits(tx, session));
        TRY(auto const pace, messages_.pace(tx, session));
        auto const decision = decide(limits, parts_.pacing, pace, to, row.origin, now);
        waiting.why = decision.verdict == Verdict::allow ? "turn" : std::string{enum_name(decision.reason)};
        if (decision.until > now) waiting.until = decision.until;
        return out;
    });
}

Task<Page<Chat>> MessageDesk::chats(Caller who, PageRequest page) {
    return parts_.db.read([this, who = std::move(who), page](Transaction& tx) -> Result<Page<Chat>> {
        TRY(auto const rows, parts_.messages.chats(tx, who.workspace, who.sessions, page));
        Page<Chat> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) out.items.push_back(shown(row));
        return out;
    });
}

}   // namespace waqtor
