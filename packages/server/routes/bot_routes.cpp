#include "server/routes/bot_routes.hpp"

namespace waqtor {

struct WhichBotRule {
    BotRuleId id;
};
BOOST_DESCRIBE_STRUCT(WhichBotRule, (), (id))
template <> inline constexpr std::array kFields<WhichBotRule>{Field{"id", "The rule"}};

struct BotCount {
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(BotCount, (), (count))
template <> inline constexpr std::array kFields<BotCount>{Field{"count", "How many there are"}};

struct ListBotReplies {
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
};
BOOST_DESCRIBE_STRUCT(ListBotReplies, (), (limit, offset))
template <>
inline constexpr std::array kFields<ListBotReplies>{Field{"limit", "At most this many; 50 by default", 1, 1000},
                                                    Field{"offset", "Skip this many", 0, 1'000'000'000}};

struct ResumeBot {
    SessionId session;
    ContactId contact;
};
BOOST_DESCRIBE_STRUCT(ResumeBot, (), (session, contact))
template <> inline constexpr std::array kFields<ResumeBot>{Field{"session", "The number"}, Field{"contact", "The person"}};

struct BotMessage23 {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(BotMessage23, (), (message))
template <> inline constexpr std::array kFields<BotMessage23>{Field{"message", "What was done"}};

namespace {
RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Bot", .scope = Scope::bot_read, .errors = {Code::not_found}};
}
RouteDoc writes(std::string_view id, std::string_view summary, unsigned success = 200) {
    return {.id = id,
            .summary = summary,
            .tag = "Bot",
            .scope = Scope::bot_write,
            .success = success,
            .errors = {Code::not_found, Code::invalid}};
}

Task<Merged<BotMessage23>> said(Task<void> done, std::string what) {
    CO_TRY_OK(co_await std::move(done));
    co_return Merged<BotMessage23>{{std::move(what)}};
}

void declare_rules(Router& api, BotService& bot) {
    using Rules = DataAnd<std::vector<BotRule>, BotCount>;
    api.get<Nothing, Rules>("/api/smartbot/rules", reads("bot.rules", "List the bot's rules, oldest first"),
                            [&](Caller who, Nothing) -> Task<Rules> {
                                CO_TRY(auto rules, co_await bot.list(who.workspace));
                                auto const count = std::ssize(rules);
                                co_return Rules{std::move(rules), {count}};
                            });
    api.get<WhichBotRule, BotRule>("/api/smartbot/rules/{id}", reads("bot.rule", "Read a rule"),
                                   [&](Caller who, WhichBotRule which) { return bot.get(who.workspace, which.id); });
    api.post<CreateBotRule, BotRule>("/api/smartbot/rules", writes("bot.createRule", "Make a rule", 201),
                                     [&](Caller who, CreateBotRule wish) { return bot.create(who.workspace, std::move(wish)); });
    api.put<UpdateBotRule, BotRule>("/api/smartbot/rules/{id}", writes("bot.updateRule", "Change a rule; what is absent stays"),
                                    [&](Caller who, UpdateBotRule wish) { return bot.update(who.workspace, std::move(wish)); });
    api.post<WhichBotRule, BotRule>("/api/smartbot/rules/{id}/toggle", writes("bot.toggleRule", "Switch a rule off or on"),
                                    [&](Caller who, WhichBotRule which) { return bot.toggle(who.workspace, which.id); });
    api.del<WhichBotRule, Merged<BotMessage23>>(
        "/api/smartbot/rules/{id}", writes("bot.removeRule", "Delete a rule"),
        [&](Caller who, WhichBotRule which) { return said(bot.remove(who.workspace, which.id), "Rule deleted"); });
}
}   // namespace

void declare_bot_routes(Router& api, BotService& bot) {
    declare_rules(api, bot);
    api.get<Nothing, BotStats>("/api/smartbot/stats", reads("bot.stats", "How many rules there are and which answer most"),
                               [&](Caller who, Nothing) { return bot.stats(who.workspace); });
    api.get<ListBotReplies, Page<BotReply>>("/api/smartbot/history", reads("bot.history", "List the bot's replies, newest first"),
                                            [&](Caller who, ListBotReplies wish) {
                                                return bot.history(who.workspace,
                                                                   {wish.limit.value_or(50), wish.offset.value_or(0)});
                                            });
    api.del<Nothing, Merged<BotMessage23>>(
        "/api/smartbot/history", writes("bot.clearHistory", "Forget the bot's replies; the messages stay"),
        [&](Caller who, Nothing) { return said(bot.clear_history(who.workspace), "History cleared"); });
    api.post<TestBot, BotExplanation>("/api/smartbot/test",
                                      reads("bot.test", "What the bot would answer, and why; nothing is sent"),
                                      [&](Caller who, TestBot wish) { return bot.test(who.workspace, std::move(wish)); });
    api.get<Nothing, BotSettings>("/api/smartbot/settings", reads("bot.settings", "The bot's settings"),
                                  [&](Caller who, Nothing) { return bot.settings(who.workspace); });
    api.put<BotSettings, BotSettings>(
        "/api/smartbot/settings", writes("bot.setSettings", "Change the bot's settings; what is absent stays"),
        [&](Caller who, BotSettings wish) { return bot.set_settings(who.workspace, std::move(wish)); });
    api.post<ResumeBot, Merged<BotMessage23>>(
        "/api/smartbot/resume", writes("bot.resume", "End the bot's pause in a chat"), [&](Caller who, ResumeBot wish) {
            return said(bot.resume(who.workspace, wish.session, wish.contact), "The bot answers again");
        });
}

}   // namespace waqtor
