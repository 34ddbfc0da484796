#pragma once
#include "core/base/page.hpp"
#include "core/bot/bot.hpp"

namespace waqtor {

/// The bot's rules, settings, replies and what it remembers of chats. Every method works inside the caller's transaction; "find"
/// answers Code::not_found when there is none in that workspace.
class BotStore {
public:
    virtual ~BotStore() = default;

    virtual Result<void> add(Transaction& tx, BotRuleRow const& rule) = 0;
    virtual Result<BotRuleRow> find(Transaction& tx, WorkspaceId workspace, BotRuleId rule) = 0;
    virtual Result<void> save(Transaction& tx, BotRuleRow const& rule) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, BotRuleId rule) = 0;
    /// Oldest first.
    virtual Result<std::vector<BotRuleRow>> rules(Transaction& tx, WorkspaceId workspace) = 0;
    virtual Result<void> count_trigger(Transaction& tx, WorkspaceId workspace, BotRuleId rule, Timestamp at) = 0;
    /// Rises whenever a rule is added, saved or removed.
    virtual Result<std::int64_t> rules_version(Transaction& tx, WorkspaceId workspace) = 0;

    virtual Result<BotSettings> settings(Transaction& tx, WorkspaceId workspace) = 0;
    virtual Result<void> set_settings(Transaction& tx, WorkspaceId workspace, BotSettings const& settings) = 0;

    virtual Result<std::optional<BotChatRow>> chat(Transaction& tx, WorkspaceId workspace, SessionId session,
                                                   ContactId contact) = 0;
    virtual Result<void> put_chat(Transaction& tx, BotChatRow const& chat) = 0;

    /// Code::conflict when the message was answered already.
    virtual Result<void> add_reply(Transaction& tx, BotReplyRow const& reply) = 0;
    virtual Result<bool> answered(Transaction& tx, WorkspaceId workspace, MessageId inbound) = 0;
    /// To one person, newest first, at most 100.
    virtual Result<std::vector<BotReplyRow>> recent(Transaction& tx, WorkspaceId workspace, ContactId contact, Timestamp since) = 0;
    /// Newest first.
    virtual Result<Page<BotReplyRow>> history(Transaction& tx, WorkspaceId workspace, PageRequest page) = 0;
    virtual Result<void> clear_history(Transaction& tx, WorkspaceId workspace) = 0;

    /// Workspaces with events after the cursor of the reader called `name`.
    virtual Result<std::vector<WorkspaceId>> behind(Transaction& tx, std::string_view name) = 0;
};

}   // namespace waqtor
