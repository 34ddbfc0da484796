#pragma once
#include "core/bot/bot_decide.hpp"
#include "core/bot/bot_store.hpp"
#include "core/events/event_bus.hpp"
#include "core/events/event_log.hpp"
#include "core/messages/message_store.hpp"

#include <stop_token>
#include <unordered_map>

namespace waqtor {

/// What the bot works with; all of it outlives it.
struct BotParts {
    Database& db;
    BotStore& store;
    MessageStore& messages;
    ContactDirectory& contacts;
    Outbox& outbox;
    EventLog& events;
    EventBus& bus;
    Clock const& clock;
    /// True when a text of only these words is an opt-out in that workspace.
    std::function<Result<bool>(Transaction&, WorkspaceId, std::string_view)> is_opt_out;
};

/// The bot's rules and settings, and what it would say.
class BotService {
public:
    explicit BotService(BotParts parts) : parts_{std::move(parts)} {}

    Task<BotRule> create(WorkspaceId workspace, CreateBotRule wish);
    Task<BotRule> update(WorkspaceId workspace, UpdateBotRule wish);
    Task<BotRule> toggle(WorkspaceId workspace, BotRuleId rule);
    Task<BotRule> get(WorkspaceId workspace, BotRuleId rule);
    Task<std::vector<BotRule>> list(WorkspaceId workspace);
    Task<void> remove(WorkspaceId workspace, BotRuleId rule);

    Task<BotSettings> settings(WorkspaceId workspace);
    /// Members that are absent keep their value.
    Task<BotSettings> set_settings(WorkspaceId workspace, BotSettings wish);
    Task<BotStats> stats(WorkspaceId workspace);
    Task<Page<BotReply>> history(WorkspaceId workspace, PageRequest page);
    Task<void> clear_history(WorkspaceId workspace);
    /// Ends a pause before its time.
    Task<void> resume(WorkspaceId workspace, SessionId session, ContactId contact);
    /// What it would do with a message, and why; nothing is sent or remembered.
    Task<BotExplanation> test(WorkspaceId workspace, TestBot wish);

private:
    BotParts parts_;
};

/// Answers messages. It reads message.received events with a cursor of its own; the reply goes into the outbox in the transaction
/// that moves the cursor, so a crash neither loses an answer nor gives it twice.
class BotRunner {
public:
    explicit BotRunner(BotParts parts) : parts_{std::move(parts)} {}

    /// Works until `stop` fires (from any thread). Started once by the composition root.
    asio::awaitable<void> run(std::stop_token stop);
    /// Reads what is new in every workspace. True when there is more at once.
    Task<bool> step();

    static constexpr std::string_view kCursor = "bot";

private:
    struct Rules {
        std::int64_t version = -1;
        std::vector<CompiledRule> all;
    };
    Task<bool> catch_up(WorkspaceId workspace);
    Result<bool> read_some(Transaction& tx, WorkspaceId workspace, std::size_t limit, bool skip);
    Result<void> look_at(Transaction& tx, WorkspaceId workspace, StoredEvent const& event);
    Result<void> answer(Transaction& tx, MessageRow const& message, ContactCardRow const& contact, bool group, Timestamp stored_at);
    Result<void> carry_out(Transaction& tx, BotDecision const& decision, BotInput const& input, MessageRow const& message);
    Result<std::vector<CompiledRule> const*> rules(Transaction& tx, WorkspaceId workspace);

    BotParts parts_;
    std::unordered_map<WorkspaceId, Rules> rules_;   // touched by the transactions of step() only, which come one after another
};

/// What a decision depends on besides the message itself.
Result<BotInput> bot_input(BotParts const& parts, Transaction& tx, WorkspaceId workspace, SessionId session,
                           std::optional<ContactId> contact);
std::vector<CompiledRule> compile(std::vector<BotRuleRow> const& rows);

}   // namespace waqtor
