// The bot at work: from message.received to the outbox.
#include "core/base/crash_point.hpp"
#include "core/bot/bot_events.hpp"
#include "core/bot/bot_service.hpp"
#include "core/events/follow_log.hpp"
#include "core/messages/message_events.hpp"

namespace waqtor {
namespace {
constexpr std::size_t kBatch = 50;
constexpr auto kSameTextsWithin = std::chrono::minutes{10};

/// What a person says, not what they react to or change.
bool speaks(MessageType type) {
    return type == MessageType::text || type == MessageType::image || type == MessageType::video || type == MessageType::gif ||
           type == MessageType::document;
}

Result<Content> content_of(MessageRow const& message) {
    TRY(auto const parsed, parse_json(message.content));
    return read_json<Content>(parsed);
}
}   // namespace

asio::awaitable<void> BotRunner::run(std::stop_token stop) {
    return follow_log(parts_.bus, std::move(stop), [this] { return step(); });
}

Task<bool> BotRunner::step() {
    CO_TRY(auto const behind, co_await parts_.db.read([this](Transaction& tx) { return parts_.store.behind(tx, kCursor); }));
    auto more = false;
    for (auto const& workspace : behind) {
        auto const outcome = co_await catch_up(workspace);
        more = more || (outcome && *outcome);
    }
    co_return more;
}

/// A message on which the batch fails for a reason of its own is found by reading one at a time, and passed over.
Task<bool> BotRunner::catch_up(WorkspaceId workspace) {
    auto outcome = co_await parts_.db.write([this, workspace](Transaction& tx) { return read_some(tx, workspace, kBatch, false); });
    if (outcome) crash_point(CrashPoint::bot_answered);
    if (outcome || row(outcome.error().code).retryable) co_return outcome;
    outcome = co_await parts_.db.write([this, workspace](Transaction& tx) { return read_some(tx, workspace, 1, false); });
    if (outcome || row(outcome.error().code).retryable) co_return outcome;
    co_return co_await parts_.db.write([this, workspace](Transaction& tx) { return read_some(tx, workspace, 1, true); });
}

Result<bool> BotRunner::read_some(Transaction& tx, WorkspaceId workspace, std::size_t limit, bool skip) {
    TRY(auto const after, parts_.events.cursor(tx, workspace, kCursor));
    TRY(auto const page,
        parts_.events.read(tx, workspace, {.after = after, .limit = limit, .types = {std::string{MessageReceived::kName}}}));
    if (!skip)
        for (auto const& event : page.events) TRY_OK(look_at(tx, workspace, event));
    TRY_OK(parts_.events.set_cursor(tx, workspace, kCursor, page.last));
    return page.more;
}

Result<void> BotRunner::look_at(Transaction& tx, WorkspaceId workspace, StoredEvent const& event) {
    auto const received = read_json<MessageReceived>(event.data);
    if (!received || !received->contact || !speaks(received->type)) return {};
    auto const message = parts_.messages.find(tx, workspace, received->message);
    if (!message) return message.error().code == Code::not_found ? Result<void>{} : std::unexpected(message.error());
    auto const contact = parts_.contacts.find(tx, workspace, *received->contact);
    if (!contact) return contact.error().code == Code::not_found ? Result<void>{} : std::unexpected(contact.error());
    if (!received->from_me) return answer(tx, *message, *contact, received->group, event.at);
    if (received->group) return {};

    // A person took over on the phone.
    TRY(auto const settings, parts_.store.settings(tx, workspace));
    TRY(auto chat, parts_.store.chat(tx, workspace, received->session, contact->id));
    auto row = chat.value_or(BotChatRow{.workspace = workspace, .session = received->session, .contact = contact->id});
    row.paused_until = event.at + std::chrono::hours{settings.human_pause_hours.value_or(12)};
    row.paused_why = "person_wrote";
    TRY_OK(parts_.store.put_chat(tx, row));
    TRY_OK(parts_.events.append(tx, workspace, BotPaused{received->session, contact->id, row.paused_why, *row.paused_until}));
    return {};
}

Result<std::vector<CompiledRule> const*> BotRunner::rules(Transaction& tx, WorkspaceId workspace) {
    TRY(auto const version, parts_.store.rules_version(tx, workspace));
    auto& known = rules_[workspace];
    if (known.version != version) {
        TRY(auto const rows, parts_.store.rules(tx, workspace));
        known = {version, compile(rows)};
    }
    return &known.all;
}

Result<void> BotRunner::answer(Transaction& tx, MessageRow const& message, ContactCardRow const& contact, bool group,
                               Timestamp stored_at) {
    auto const workspace = message.workspace;
    TRY(auto const done, parts_.store.answered(tx, workspace, message.id));
    if (done) return {};
    TRY(auto const content, content_of(message));
    TRY(auto input, bot_input(parts_, tx, workspace, message.session, contact.id));
    input.group = group;
    input.text = content.text.value_or("");
    input.written_at = message.created_at;
    input.stored_at = stored_at;
    TRY(input.opt_out, parts_.is_opt_out(tx, workspace, input.text));
    BotText const text{input.text};

    auto chat = input.chat.value_or(BotChatRow{.workspace = workspace, .session = message.session, .contact = contact.id});
    auto const mark = text_mark(text.folded);
    auto const again = chat.last_text == mark && chat.last_text_at && input.now - *chat.last_text_at < kSameTextsWithin;
    chat.same_texts = again ? chat.same_texts + 1 : 1;
    chat.last_text = mark;
    chat.last_text_at = input.now;
    input.chat = chat;
    TRY(auto const* rules, this->rules(tx, workspace));
    return carry_out(tx, decide(input, text, *rules), input, message);
}

Result<void> BotRunner::carry_out(Transaction& tx, BotDecision const& decision, BotInput const& input, MessageRow const& message) {
    auto const workspace = message.workspace;
    auto chat = *input.chat;
    if (decision.pause) {
        chat.paused_until = input.now + *decision.pause;
        chat.paused_why = decision.reason == "handover" ? "asked_for_person" : decision.reason;
        chat.same_texts = 0;
        TRY_OK(parts_.events.append(tx, workspace, BotPaused{message.session, chat.contact, chat.paused_why, *chat.paused_until}));
    }
    if (decision.answers && decision.away) chat.away_at = input.now;
    TRY_OK(parts_.store.put_chat(tx, chat));
    if (!decision.answers) return {};

    NewMessage reply{.session = message.session, .contact = chat.contact, .content = decision.reply, .origin = Origin::bot};
    if (input.group) {
        TRY(auto const room, parts_.messages.find_chat(tx, workspace, message.chat));
        reply.address = room.address;
    }
    if (decision.rule && decision.rule->row().typing_delay > 0)
        reply.not_before = input.now + Milliseconds{decision.rule->row().typing_delay};
    auto const sent = parts_.outbox.accept(tx, workspace, reply);
    if (!sent) {
        // The session or the contact is gone, or may not be written to: nothing to say, and nothing was written.
        auto const code = sent.error().code;
        return code == Code::forbidden || code == Code::not_found || code == Code::invalid ? Result<void>{}
                                                                                           : std::unexpected(sent.error());
    }
    auto const rule = decision.rule ? std::optional{decision.rule->row().id} : std::nullopt;
    if (rule) TRY_OK(parts_.store.count_trigger(tx, workspace, *rule, input.now));
    TRY_OK(parts_.store.add_reply(tx, {BotReplyId::make(input.now), workspace, message.session, chat.contact, rule,
                                       decision.keyword, message.id, *sent, decision.reply_hash, input.now}));
    TRY_OK(parts_.events.append(tx, workspace, BotReplied{message.session, chat.contact, message.id, *sent, rule}));
    return {};
}

}   // namespace waqtor
