#include "storage/sql/bot_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kRule = "SELECT " + columns<BotRuleRow>() + " FROM bot_rule";
auto const kChat = "SELECT " + columns<BotChatRow>() + " FROM bot_chat";
auto const kReply = "SELECT " + columns<BotReplyRow>() + " FROM bot_reply";

Result<void> bump(Transaction& tx, WorkspaceId workspace) {
    TRY_OK(tx.exec(R"sql(
        INSERT INTO bot_setting (workspace, settings, rules_version) VALUES ($1, '{}', 1)
            ON CONFLICT (workspace) DO UPDATE SET rules_version = bot_setting.rules_version + 1)sql",
                   workspace));
    return {};
}
}   // namespace

Result<void> SqlBotStore::add(waqtor::Transaction& tx, BotRuleRow const& rule) {
    TRY_OK(of(tx).insert("bot_rule", rule));
    return bump(of(tx), rule.workspace);
}

Result<BotRuleRow> SqlBotStore::find(waqtor::Transaction& tx, WorkspaceId workspace, BotRuleId rule) {
    TRY(auto found, of(tx).maybe<BotRuleRow>(kRule + " WHERE workspace = $1 AND id = $2", workspace, rule));
    if (!found) return fail(Code::not_found, "There is no such rule");
    return *std::move(found);
}

Result<void> SqlBotStore::save(waqtor::Transaction& tx, BotRuleRow const& rule) {
    // What counts replies is not written: it moves on its own.
    TRY(auto const changed, of(tx).exec(R"sql(
        UPDATE bot_rule SET name = $3, keywords = $4, match_type = $5, case_sensitive = $6, language = $7, priority = $8, enabled = $9,
               in_groups = $10, hours = $11, cooldown_seconds = $12, typing_delay = $13, sessions = $14, reply = $15, updated_at = $16
         WHERE workspace = $1 AND id = $2)sql",
                                        rule.workspace, rule.id, rule.name, rule.keywords, rule.match_type, rule.case_sensitive,
                                        rule.language, rule.priority, rule.enabled, rule.in_groups, rule.hours,
                                        rule.cooldown_seconds, rule.typing_delay, rule.sessions, rule.reply, rule.updated_at));
    if (changed == 0) return fail(Code::not_found, "There is no such rule");
    return bump(of(tx), rule.workspace);
}

Result<void> SqlBotStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, BotRuleId rule) {
    TRY(auto const removed, of(tx).exec("DELETE FROM bot_rule WHERE workspace = $1 AND id = $2", workspace, rule));
    if (removed == 0) return fail(Code::not_found, "There is no such rule");
    return bump(of(tx), workspace);
}

Result<std::vector<BotRuleRow>> SqlBotStore::rules(waqtor::Transaction& tx, WorkspaceId workspace) {
    return of(tx).all<BotRuleRow>(kRule + " WHERE workspace = $1 ORDER BY created_at, id", workspace);
}

Result<void> SqlBotStore::count_trigger(waqtor::Transaction& tx, WorkspaceId workspace, BotRuleId rule, Timestamp at) {
    TRY_OK(of(tx).exec(
        "UPDATE bot_rule SET trigger_count = trigger_count + 1, last_triggered_at = $3 WHERE workspace = $1 AND id = $2", workspace,
        rule, at));
    return {};
}

Result<std::int64_t> SqlBotStore::rules_version(waqtor::Transaction& tx, WorkspaceId workspace) {
    TRY(auto const version, of(tx).maybe<std::int64_t>("SELECT rules_version FROM bot_setting WHERE workspace = $1", workspace));
    return version.value_or(0);
}

Result<BotSettings> SqlBotStore::settings(waqtor::Transaction& tx, WorkspaceId workspace) {
    TRY(auto const stored, of(tx).maybe<json::value>("SELECT settings FROM bot_setting WHERE workspace = $1", workspace));
    return stored ? read_json<BotSettings>(*stored) : BotSettings{};
}

Result<void> SqlBotStore::set_settings(waqtor::Transaction& tx, WorkspaceId workspace, BotSettings const& settings) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO bot_setting (workspace, settings, rules_version) VALUES ($1, $2, 0)
            ON CONFLICT (workspace) DO UPDATE SET settings = excluded.settings)sql",
                       workspace, write_json(settings)));
    return {};
}

Result<std::optional<BotChatRow>> SqlBotStore::chat(waqtor::Transaction& tx, WorkspaceId workspace, SessionId session,
                                                    ContactId contact) {
    return of(tx).maybe<BotChatRow>(kChat + " WHERE workspace = $1 AND session = $2 AND contact = $3", workspace, session, contact);
}

Result<void> SqlBotStore::put_chat(waqtor::Transaction& tx, BotChatRow const& chat) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO bot_chat (workspace, session, contact, paused_until, paused_why, last_text, same_texts, last_text_at, away_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (workspace, session, contact) DO UPDATE
               SET paused_until = excluded.paused_until, paused_why = excluded.paused_why, last_text = excluded.last_text,
                   same_texts = excluded.same_texts, last_text_at = excluded.last_text_at, away_at = excluded.away_at)sql",
                       chat.workspace, chat.session, chat.contact, chat.paused_until, chat.paused_why, chat.last_text,
                       chat.same_texts, chat.last_text_at, chat.away_at));
    return {};
}

Result<void> SqlBotStore::add_reply(waqtor::Transaction& tx, BotReplyRow const& reply) { return of(tx).insert("bot_reply", reply); }

Result<bool> SqlBotStore::answered(waqtor::Transaction& tx, WorkspaceId workspace, MessageId inbound) {
    TRY(auto const found,
        of(tx).maybe<std::int64_t>("SELECT 1 FROM bot_reply WHERE workspace = $1 AND inbound = $2", workspace, inbound));
    return found.has_value();
}

Result<std::vector<BotReplyRow>> SqlBotStore::recent(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                     Timestamp since) {
    return of(tx).all<BotReplyRow>(
        kReply + " WHERE workspace = $1 AND contact = $2 AND at > $3 ORDER BY at DESC, id DESC LIMIT 100", workspace, contact,
        since);
}

Result<Page<BotReplyRow>> SqlBotStore::history(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) {
    TRY(auto const total, of(tx).one<std::int64_t>("SELECT count(*) FROM bot_reply WHERE workspace = $1", workspace));
    TRY(auto rows, of(tx).all<BotReplyRow>(kReply + " WHERE workspace = $1 ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3", workspace,
                                           page.limit, page.offset));
    return Page<BotReplyRow>{std::move(rows), total, page.limit, page.offset};
}

Result<void> SqlBotStore::clear_history(waqtor::Transaction& tx, WorkspaceId workspace) {
    TRY_OK(of(tx).exec("DELETE FROM bot_reply WHERE workspace = $1", workspace));
    return {};
}

Result<std::vector<WorkspaceId>> SqlBotStore::behind(waqtor::Transaction& tx, std::string_view name) {
    return of(tx).all<WorkspaceId>(R"sql(
        SELECT event_counter.workspace FROM event_counter
          LEFT JOIN event_cursor ON event_cursor.workspace = event_counter.workspace AND event_cursor.name = $1
         WHERE event_counter.last_seq > coalesce(event_cursor.seq, 0) ORDER BY event_counter.workspace)sql",
                                   name);
}

}   // namespace waqtor::sql
