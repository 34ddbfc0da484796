// The bot on both databases: rules, guards and the way from message.received to the outbox, with the real messages feature.
#include "core/bot/bot_service.hpp"
#include "core/campaigns/campaign_hook.hpp"
#include "message_fixture.hpp"
#include "storage/sql/bot_store.hpp"
#include "storage/sql/campaign_store.hpp"

namespace waqtor {
namespace {

class BotContract : public testing::MessageTest {
protected:
    BotParts parts() { return {db(), store, messages, book(), service(), log, bus, clock, opt_out_check(campaign_rows)}; }
    BotService& bot() {
        if (!bot_) bot_.emplace(parts());
        return *bot_;
    }
    BotRule rule(std::vector<std::string> keywords, std::string reply, CreateBotRule more = {}) {
        more.name = keywords.front();
        more.keywords = std::move(keywords);
        more.reply_message = std::move(reply);
        return must(apart(bot().create(workspace, std::move(more))));
    }
    void says(std::string body, bool from_me = false, bool group = false) {
        auto const address = group ? std::string{"123@g.us"} : std::string{"15550101@s.whatsapp.net"};
        Inbound const message{.id = fmt::format("IN{}", ++count_),
                              .chat = address,
                              .from = {.phone = "+15550101", .name = "Amal"},
                              .from_me = from_me,
                              .group = group,
                              .at = clock.now(),
                              .content = {.text = std::move(body)}};
        must(write([&](Transaction& tx) { return service().received(tx, session, message); }));
    }
    /// A process of its own catches up.
    void run_bot() {
        BotRunner runner{parts()};
        while (must(apart(runner.step()))) {
        }
    }
    std::vector<std::string> replies() {
        std::vector<std::string> out;
        for (auto const& message :
             must(read([&](Transaction& tx) { return messages.list(tx, workspace, {}, {.limit = 1000}); })).items)
            if (message.outgoing && message.origin == Origin::bot)
                out.push_back(read_json<Content>(parse_json(message.content).value()).value().text.value());
        std::ranges::sort(out);
        return out;
    }
    std::vector<std::string> after(std::string body) {
        says(std::move(body));
        run_bot();
        return replies();
    }
    BotExplanation test(std::string body, TestBot more = {}) {
        more.text = std::move(body);
        return must(apart(bot().test(workspace, std::move(more))));
    }
    using Texts = std::vector<std::string>;
    sql::SqlBotStore store;
    sql::SqlCampaignStore campaign_rows;

private:
    std::optional<BotService> bot_;
    int count_ = 0;
};
WAQTOR_ON_EVERY_DATABASE(BotContract);

TEST_P(BotContract, AnswersOnceWithTheConfiguredReply) {
    auto const made = rule({"سعر", "price"}, "Hello {{name|friend}}, it is 10");
    says("كم السعر؟");
    run_bot();
    run_bot();
    EXPECT_EQ(replies(), Texts{"Hello Amal, it is 10"});
    auto const stats = must(apart(bot().stats(workspace)));
    EXPECT_EQ(stats.total_triggers, 1);
    auto const history = must(apart(bot().history(workspace, {}))).items;
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(history[0].rule_id, made.id);
    EXPECT_EQ(history[0].original_message, "كم السعر؟");
    EXPECT_EQ(history[0].recipient, "+15550101");
    EXPECT_EQ(after("nothing of interest"), Texts{"Hello Amal, it is 10"});
}

TEST_P(BotContract, TheBestRuleWinsNotTheFirst) {
    rule({"hi"}, "greeting");
    rule({"hi what is the price"}, "price");
    rule({"price"}, "rate", {.priority = 5, .hours = BotHours::closed});   // never: the shop is always open
    EXPECT_EQ(test("Hi, what is the PRICE?").reply, "price");
    auto const explained = test("hi you");
    EXPECT_EQ(explained.reply, "greeting");
    EXPECT_EQ(test("this is a book").reason, "no_rule") << "whole words only";
    auto const refused = test("the price please");
    EXPECT_FALSE(refused.answers);
    EXPECT_EQ(refused.candidates.front().refused, "hours");
    auto const urgent = rule({"hi"}, "first of all", {.priority = 9});
    EXPECT_EQ(test("hi what is the price").rule, urgent.id);
}

TEST_P(BotContract, EveryWayToMatch) {
    rule({"thank you"}, "exact", {.match_type = BotMatch::exact});
    rule({"order"}, "starts", {.match_type = BotMatch::startsWith});
    rule({"please"}, "ends", {.match_type = BotMatch::endsWith});
    rule({R"(invoice\s+(?P<number>\d+))"}, "Invoice {{number}} is ready", {.match_type = BotMatch::regex});
    rule({"VIP"}, "cased", {.case_sensitive = true});
    rule({"salam"}, "arabic only", {.language = "ar"});
    EXPECT_EQ(test("Thank you!").reply, "exact");
    EXPECT_EQ(test("order 5 of them").reply, "starts");
    EXPECT_EQ(test("a table, please").reply, "ends");
    EXPECT_EQ(test("where is INVOICE  772?").reply, "Invoice 772 is ready");
    EXPECT_EQ(test("I am a VIP").reply, "cased");
    EXPECT_FALSE(test("I am a vip").answers);
    EXPECT_EQ(test("salam").candidates.front().refused, "language");
    EXPECT_EQ(test("salam يا صديقي العزيز").reply, "arabic only");
    auto const bad =
        apart(bot().create(workspace, {.name = "x", .keywords = {"("}, .reply_message = "x", .match_type = BotMatch::regex}));
    EXPECT_EQ(bad.error().details.front().field, "keywords[0]");
    EXPECT_EQ(apart(bot().create(workspace, {.name = "x", .keywords = {"?!"}, .reply_message = "x"})).error().code, Code::invalid);
    EXPECT_EQ(apart(bot().create(workspace, {.name = "x", .keywords = {"a"}})).error().details.front().field, "replyMessage");
}

TEST_P(BotContract, StaysQuietWhereItShould) {
    rule({"hello"}, "hi");
    says("hello", false, true);   // a group
    run_bot();
    EXPECT_EQ(replies(), Texts{});
    EXPECT_EQ(after("stop"), Texts{});
    says("hello from the phone", true);   // a person took over
    run_bot();
    EXPECT_EQ(after("hello"), Texts{});
    clock.advance(std::chrono::hours{13});
    EXPECT_EQ(after("hello there"), Texts{"hi"});
    clock.advance(std::chrono::minutes{1});
    EXPECT_EQ(after("hello once more"), Texts{"hi"}) << "the same text within ten minutes";
    says("hello, was I late?");
    clock.advance(std::chrono::minutes{30});
    run_bot();
    EXPECT_EQ(replies(), Texts{"hi"}) << "too long ago";
}

TEST_P(BotContract, TwoBotsThatTalkToEachOtherStop) {
    for (auto const* word : {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"})
        rule({word}, fmt::format("reply to {}", word), {.cooldown_seconds = 0});
    for (auto const* word : {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"}) after(word);
    EXPECT_LE(replies().size(), 8U);
    rule({"again"}, "{{name}} again", {.cooldown_seconds = 0});
    clock.advance(std::chrono::hours{25});
    for (int i = 0; i < 6; ++i) after("again"), clock.advance(std::chrono::seconds{20});
    auto const chat = must(read([&](Transaction& tx) -> Result<std::optional<BotChatRow>> {
        TRY(auto const who, book().identify(tx, workspace, {.phone = "+15550101"}));
        return store.chat(tx, workspace, session.session, who);
    }));
    ASSERT_TRUE(chat);
    EXPECT_EQ(chat->paused_why, "suspected_bot");
}

TEST_P(BotContract, HandsOverAndTellsWhenNobodyIsThere) {
    must(apart(bot().set_settings(workspace, {.away_message = "We are closed", .handover_message = "A person will answer"})));
    // Closed on every day but the one before yesterday's … of the test's clock: no day at all is open.
    must(apart(bot().set_settings(
        workspace, {.time_zone = "Asia/Riyadh", .opening_hours = std::vector<OpeningHours>{{{7}, "03:00", "03:01"}}})));
    EXPECT_EQ(after("anything"), Texts{"We are closed"});
    EXPECT_EQ(after("anything else"), Texts{"We are closed"});
    EXPECT_EQ(after("أريد موظف"), (Texts{"A person will answer", "We are closed"}));
    clock.advance(std::chrono::hours{7});
    EXPECT_EQ(after("hm").size(), 2U) << "a person was asked for";
    EXPECT_EQ(
        apart(bot().set_settings(workspace, {.opening_hours = std::vector<OpeningHours>{{{8}, "09:00", "10:00"}}})).error().code,
        Code::invalid);
}

TEST_P(BotContract, RulesBelongToTheirWorkspace) {
    auto const made = rule({"hello"}, "hi");
    EXPECT_EQ(apart(bot().get(other, made.id)).error().code, Code::not_found);
    EXPECT_EQ(apart(bot().remove(other, made.id)).error().code, Code::not_found);
    EXPECT_FALSE(must(apart(bot().toggle(workspace, made.id))).enabled);
    EXPECT_EQ(test("hello").candidates.front().refused, "disabled");
    auto const changed = must(apart(bot().update(workspace, {.id = made.id, .keywords = Texts{"bye"}, .enabled = true})));
    EXPECT_EQ(changed.reply_message, "hi");
    EXPECT_EQ(after("bye"), Texts{"hi"});
    must(apart(bot().remove(workspace, made.id)));
    clock.advance(std::chrono::hours{1});
    EXPECT_EQ(after("bye"), Texts{"hi"});
}

}   // namespace
}   // namespace waqtor
