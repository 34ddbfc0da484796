#pragma once
#include "core/bot/bot_store.hpp"

namespace waqtor::sql {

/// The bot's rules and memory in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here.
class SqlBotStore final : public BotStore {
public:
    Result<void> add(waqtor::Transaction& tx, BotRuleRow const& rule) override;
    Result<BotRuleRow> find(waqtor::Transaction& tx, WorkspaceId workspace, BotRuleId rule) override;
    Result<void> save(waqtor::Transaction& tx, BotRuleRow const& rule) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, BotRuleId rule) override;
    Result<std::vector<BotRuleRow>> rules(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<void> count_trigger(waqtor::Transaction& tx, WorkspaceId workspace, BotRuleId rule, Timestamp at) override;
    Result<std::int64_t> rules_version(waqtor::Transaction& tx, WorkspaceId workspace) override;

    Result<BotSettings> settings(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<void> set_settings(waqtor::Transaction& tx, WorkspaceId workspace, BotSettings const& settings) override;

    Result<std::optional<BotChatRow>> chat(waqtor::Transaction& tx, WorkspaceId workspace, SessionId session,
                                           ContactId contact) override;
    Result<void> put_chat(waqtor::Transaction& tx, BotChatRow const& chat) override;

    Result<void> add_reply(waqtor::Transaction& tx, BotReplyRow const& reply) override;
    Result<bool> answered(waqtor::Transaction& tx, WorkspaceId workspace, MessageId inbound) override;
    Result<std::vector<BotReplyRow>> recent(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact,
                                            Timestamp since) override;
    Result<Page<BotReplyRow>> history(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) override;
    Result<void> clear_history(waqtor::Transaction& tx, WorkspaceId workspace) override;

    Result<std::vector<WorkspaceId>> behind(waqtor::Transaction& tx, std::string_view name) override;
};

}   // namespace waqtor::sql
