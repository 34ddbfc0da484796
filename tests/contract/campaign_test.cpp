// Campaigns on both databases: store, service, pump and hook together, with real contacts and an outbox that the test moves.
#include "campaign_fixture.hpp"

#include <map>
#include <random>
#include <set>

namespace waqtor {
namespace {
using testing::same;

class CampaignContract : public testing::CampaignTest {
protected:
    std::map<ContactId, int> messages_per_contact() {
        std::map<ContactId, int> out;
        for (auto const& message : messages())
            if (message.state != MessageState::cancelled) ++out[message.contact];
        return out;
    }
};
WAQTOR_ON_EVERY_DATABASE(CampaignContract);

TEST_P(CampaignContract, TheStoreGivesBackEveryColumnInItsWorkspaceOnly) {
    auto row = CampaignRow{.id = CampaignId::make(clock.now()),
                           .workspace = workspace,
                           .name = "عيد",
                           .status = CampaignStatus::paused,
                           .reason = "why",
                           .variants = {{.name = "A", .weight = 2, .content = {.text = "x"}}},
                           .sessions = sessions.known,
                           .variables = {{"shop", "Amal"}},
                           .stop = {{"after", 5}},
                           .scheduled_at = later(5),
                           .time_zone = "Asia/Riyadh",
                           .frozen = true,
                           .frozen_after = person(1),
                           .busy = true,
                           .created_by = who.user,
                           .created_at = clock.now(),
                           .updated_at = later(1),
                           .started_at = later(2),
                           .completed_at = later(3)};
    must(write([&](Transaction& tx) { return store.add(tx, row); }));
    auto find = [&](WorkspaceId where) { return read([&, where](Transaction& tx) { return store.find(tx, where, row.id); }); };
    auto shape = [](CampaignRow const& each) {
        return std::tuple{each.name,         each.status,
                          each.reason,       each.sessions,
                          each.variables,    each.stop,
                          each.scheduled_at, each.time_zone,
                          each.frozen,       each.frozen_after,
                          each.busy,         each.started_at,
                          each.completed_at, each.variants.front().content.text};
    };
    EXPECT_EQ(shape(must(find(workspace))), shape(row));
    EXPECT_EQ(find(other).error().code, Code::not_found);
    row.name = "other";
    row.status = CampaignStatus::running;
    row.scheduled_at.reset();
    must(write([&](Transaction& tx) { return store.save(tx, row); }));
    EXPECT_EQ(shape(must(find(workspace))), shape(row));
    EXPECT_EQ(read([&](Transaction& tx) { return store.counts(tx, other, row.id); }).error().code, Code::not_found);
    EXPECT_EQ(must(read([&](Transaction& tx) { return store.list(tx, workspace, CampaignStatus::running, {}); })).total, 1);
    EXPECT_EQ(must(read([&](Transaction& tx) { return store.list(tx, workspace, CampaignStatus::draft, {}); })).total, 0);
}

TEST_P(CampaignContract, RunsFromDraftToCompleted) {
    auto const to = people(25);
    must(write([&](Transaction& tx) { return book.opt_out(tx, workspace, to[3], OptOutSource::api, "asked"); }));
    auto const campaign = started(to);
    EXPECT_EQ(campaign.status, CampaignStatus::running);
    EXPECT_TRUE(campaign.counting);
    pump_all();
    EXPECT_EQ(now(campaign.id).total_recipients, 25);
    EXPECT_EQ(now(campaign.id).skipped_count, 1);
    EXPECT_EQ(messages().size(), 12U) << "the outbox holds no more of one campaign at a time";
    for (auto const& message : messages()) EXPECT_TRUE(message.text.starts_with("Salam Person ")) << message.text;
    while (now(campaign.id).pending_count > 0) move_all(MessageState::sent), pump_all();
    move_all(MessageState::failed);
    pump_all();
    auto const done = now(campaign.id);
    EXPECT_EQ(done.status, CampaignStatus::completed);
    EXPECT_EQ(done.sent_count + done.failed_count, 24);
    EXPECT_TRUE(done.completed_at);
    expect_counters_true(campaign.id);
    for (auto const& [contact, count] : messages_per_contact()) EXPECT_EQ(count, 1);
    EXPECT_EQ(messages_per_contact().size(), 24U);
    auto const told = events();
    EXPECT_EQ(told.front(), "campaign.created");
    EXPECT_EQ(told.back(), "campaign.completed");
    EXPECT_GT(std::ranges::count(told, "campaign.progressed"), 0);
}

TEST_P(CampaignContract, ReceiptsOnlyMoveForward) {
    auto const campaign = started(people(1));
    pump_all();
    auto const id = messages().front().id;
    for (auto const state :
         {MessageState::queued, MessageState::delivered, MessageState::sent, MessageState::read, MessageState::delivered})
        move(id, state);
    auto const row = recipients(campaign.id).front();
    EXPECT_EQ(row.status, RecipientState::read);
    EXPECT_TRUE(row.sent_at && row.delivered_at && row.read_at);
    EXPECT_EQ(now(campaign.id).sent_count, 1);
    EXPECT_EQ(now(campaign.id).delivered_count, 1);
    EXPECT_EQ(now(campaign.id).read_count, 1);
    expect_counters_true(campaign.id);
}

TEST_P(CampaignContract, APauseTakesBackWhatHasNotLeftAndNobodyIsSkippedOrDoubled) {
    auto const campaign = started(people(20));
    pump_all();
    move(messages()[0].id, MessageState::sent);
    must(wait(service.pause(who, campaign.id)));
    EXPECT_EQ(now(campaign.id).pending_count, 19);
    EXPECT_EQ(now(campaign.id).accepted_count, 0);
    pump_all();
    EXPECT_EQ(now(campaign.id).accepted_count, 0);
    EXPECT_EQ(wait(service.pause(who, campaign.id)).error().code, Code::conflict);
    must(wait(service.start(who, campaign.id)));
    for (int i = 0; i < 10 && now(campaign.id).status == CampaignStatus::running; ++i)
        pump_all(), move_all(MessageState::delivered);
    EXPECT_EQ(now(campaign.id).status, CampaignStatus::completed);
    EXPECT_EQ(messages_per_contact().size(), 20U);
    for (auto const& [contact, count] : messages_per_contact()) EXPECT_EQ(count, 1);
    expect_counters_true(campaign.id);
}

TEST_P(CampaignContract, CancelEndsWhatIsPendingAndWhatWaits) {
    auto const campaign = started(people(20));
    pump_all();
    move(messages()[0].id, MessageState::sent);
    must(wait(service.cancel(who, campaign.id)));
    pump_all();
    auto const done = now(campaign.id);
    EXPECT_EQ(done.status, CampaignStatus::cancelled);
    EXPECT_EQ(done.cancelled_count, 19);
    EXPECT_EQ(done.sent_count, 1);
    expect_counters_true(campaign.id);
    EXPECT_EQ(wait(service.start(who, campaign.id)).error().code, Code::conflict);
}

TEST_P(CampaignContract, FailedOnesAreTriedAgain) {
    auto const campaign = started(people(3));
    pump_all();
    EXPECT_EQ(wait(service.retry(who, campaign.id)).error().code, Code::conflict);
    auto const first = messages();
    move(first[0].id, MessageState::sent);
    move(first[1].id, MessageState::failed, "not_on_whatsapp");
    move(first[2].id, MessageState::sent);
    pump_all();
    EXPECT_EQ(now(campaign.id).status, CampaignStatus::completed);
    EXPECT_EQ(recipients(campaign.id, RecipientState::failed).front().reason, "not_on_whatsapp");
    EXPECT_EQ(must(wait(service.retry(who, campaign.id))).status, CampaignStatus::running);
    pump_all();
    EXPECT_EQ(messages().size(), 4U);
    move(first[1].id, MessageState::failed, "late");   // the old message says nothing any more
    EXPECT_EQ(now(campaign.id).accepted_count, 1);
    expect_counters_true(campaign.id);
}

TEST_P(CampaignContract, StopWordsEndEverythingForThatPersonAtOnce) {
    auto const to = people(20);
    auto const campaign = started(to);
    pump_all();
    auto const sent = messages()[0];
    move(sent.id, MessageState::delivered);
    auto const waiting = messages()[1];
    auto const pending = recipients(campaign.id, RecipientState::pending).front().contact;
    says(sent.contact, "  إيقــاف! ");
    says(waiting.contact, "STOP");
    says(pending, "إلغاء");
    auto const stays =
        *std::ranges::find_if(to, [&](ContactId id) { return id != sent.contact && id != waiting.contact && id != pending; });
    says(stays, "please stop by the shop");   // no opt-out
    auto const card = [&](ContactId id) { return must(read([&](Transaction& tx) { return book.find(tx, workspace, id); })); };
    for (auto const id : {sent.contact, waiting.contact, pending}) EXPECT_TRUE(card(id).opted_out);
    EXPECT_FALSE(card(stays).opted_out);
    EXPECT_EQ(recipients(campaign.id, RecipientState::cancelled).front().contact, waiting.contact);
    EXPECT_EQ(recipients(campaign.id, RecipientState::skipped).front().contact, pending);
    EXPECT_EQ(now(campaign.id).opted_out_count, 1);
    EXPECT_EQ(now(campaign.id).replied_count, 1);
    for (int i = 0; i < 10; ++i) pump_all(), move_all(MessageState::sent);
    for (auto const& message : messages())
        if (message.contact == waiting.contact || message.contact == pending) EXPECT_EQ(message.state, MessageState::cancelled);
    expect_counters_true(campaign.id);
}

TEST_P(CampaignContract, AWorkspaceHasWordsOfItsOwn) {
    auto const to = people(2);
    must(wait(service.set_opt_out_words(workspace, {{"Kein  Interesse!"}})));
    EXPECT_EQ(must(wait(service.opt_out_words(workspace))).words, std::vector<std::string>{"kein interesse"});
    EXPECT_TRUE(must(wait(service.opt_out_words(other))).words.empty());
    says(to[0], "kein interesse");
    says(to[1], "kein");
    EXPECT_TRUE(must(read([&](Transaction& tx) { return book.find(tx, workspace, to[0]); })).opted_out);
    EXPECT_FALSE(must(read([&](Transaction& tx) { return book.find(tx, workspace, to[1]); })).opted_out);
    EXPECT_EQ(wait(service.set_opt_out_words(workspace, {{"!!"}})).error().code, Code::invalid);
}

TEST_P(CampaignContract, PausesWhenTooManyFailOrLeave) {
    auto const to = people(30);
    auto make = [&](StopRules stop) {
        auto const made = must(wait(service.create(
            who, {.name = "x", .content = Content{.text = "x"}, .audience = Audience{.contacts = to}, .stop = stop})));
        must(wait(service.start(who, made.id)));
        pump_all();
        return made.id;
    };
    auto const failing = make({.failure_percent = 50, .after = 4});
    auto const first = messages();
    for (std::size_t i = 0; i < 2; ++i) move(first[i].id, MessageState::sent);
    for (std::size_t i = 2; i < 4; ++i) move(first[i].id, MessageState::failed);
    pump_all();
    EXPECT_EQ(now(failing).status, CampaignStatus::running) << "those that fail at once do not speak for those under way";
    move_all(MessageState::failed);
    pump_all();
    EXPECT_EQ(now(failing).status, CampaignStatus::paused);
    EXPECT_EQ(now(failing).reason, "failure_rate");
    EXPECT_EQ(now(failing).accepted_count, 0);
    must(wait(service.start(who, failing)));
    pump_all();
    EXPECT_EQ(now(failing).status, CampaignStatus::running) << "it counts anew";
    must(wait(service.cancel(who, failing)));

    clock.advance(Milliseconds{1});   // an answer belongs to what was sent last
    auto const leaving = make({.opt_out_percent = 10, .after = 4});
    for (auto const& message : messages())
        if (message.campaign == leaving && message.state == MessageState::accepted) move(message.id, MessageState::read);
    auto const readers = recipients(leaving, RecipientState::read);
    says(readers[0].contact, "stop");
    says(readers[1].contact, "stop");
    says(readers[2].contact, "stop");
    pump_all();
    EXPECT_EQ(now(leaving).reason, "opt_out_rate");
}

TEST_P(CampaignContract, ACrashBetweenStepsNeitherSkipsNorDoubles) {
    auto const to = people(37);
    auto const campaign = started(to);
    std::mt19937 random{7};
    for (int round = 0; round < 200 && now(campaign.id).status == CampaignStatus::running; ++round) {
        outbox.breaks_after = static_cast<int>(random() % 8);                   // the transaction in which it breaks is rolled back
        CampaignPump another{parts, {.listed = 7, .fed = 5, .in_outbox = 9}};   // a new process knows nothing
        must(wait(another.step()));
        if (round % 3 == 0) outbox.breaks_after = -1, move_all(MessageState::sent);
    }
    EXPECT_EQ(now(campaign.id).status, CampaignStatus::completed);
    auto const sent = messages_per_contact();
    EXPECT_EQ(sent.size(), to.size());
    for (auto const& [contact, count] : sent) EXPECT_EQ(count, 1);
    expect_counters_true(campaign.id);
}

TEST_P(CampaignContract, WordingsAndSessionsStickToPeople) {
    auto const to = people(60);
    auto const made = must(wait(service.create(
        who, {.name = "ab",
              .variants = std::vector<Variant>{{.weight = 3, .content = {.text = "one"}}, {.content = {.text = "two"}}},
              .sessions = sessions.known,
              .audience = Audience{.contacts = to}})));
    must(wait(service.start(who, made.id)));
    for (int i = 0; i < 20; ++i) pump_all(), move_all(MessageState::sent);
    std::map<std::string, int> texts;
    std::map<SessionId, int> numbers;
    for (auto const& message : messages()) {
        ++texts[message.text];
        ++numbers[message.session];
        auto const choice = sticky_choice(made.id, message.contact, 1, {3, 1});
        EXPECT_EQ(message.text, choice == 0 ? "one" : "two");
    }
    EXPECT_EQ(texts["one"] + texts["two"], 60);
    EXPECT_GT(texts["one"], texts["two"]);
    EXPECT_EQ(numbers.size(), 2U);
    auto const report = must(wait(service.report(workspace, made.id)));
    ASSERT_EQ(report.variants.size(), 2U);
    EXPECT_EQ(report.variants[0].name, "A");
    EXPECT_EQ(report.variants[0].sent, texts["one"]);
}

TEST_P(CampaignContract, StartsByItselfAtItsTimeInItsZone) {
    auto const to = people(2);
    auto const local = to_iso(clock.now() + std::chrono::hours{4}).substr(0, 16);   // Riyadh is three hours ahead: in one hour
    auto const made = must(wait(service.create(who, {.name = "x",
                                                     .content = Content{.text = "x"},
                                                     .audience = Audience{.contacts = to},
                                                     .schedule = Schedule{.local = local, .time_zone = "Asia/Riyadh"}})));
    EXPECT_EQ(made.status, CampaignStatus::scheduled);
    pump_all();
    EXPECT_EQ(now(made.id).status, CampaignStatus::scheduled);
    clock.advance(std::chrono::hours{1});
    pump_all();
    EXPECT_EQ(now(made.id).status, CampaignStatus::running);
    EXPECT_EQ(messages().size(), 2U);
    auto const wish = [&](Schedule schedule) { return wait(service.create(who, {.name = "x", .schedule = schedule})).error(); };
    EXPECT_EQ(wish({.at = clock.now()}).details.front().problem, "must be in the future");
    EXPECT_EQ(wish({.local = "2026-12-01T09:00", .time_zone = "Mars/Base"}).code, Code::invalid);
    EXPECT_EQ(wish({.local = "2026-12-01T09:00"}).code, Code::invalid);
}

TEST_P(CampaignContract, WhatCannotRunSaysWhy) {
    auto start = [&](CreateCampaign wish) { return wait(service.start(who, must(wait(service.create(who, wish))).id)).error(); };
    EXPECT_EQ(start({.name = "x", .content = Content{.text = "x"}}).details.front().field, "audience");
    EXPECT_EQ(start({.name = "x", .audience = Audience{.contacts = people(1)}}).details.front().field, "content");
    EXPECT_EQ(wait(service.create(who, {.name = "x", .audience = Audience{.contacts = std::vector{ContactId::make(clock.now())}}}))
                  .error()
                  .details.front()
                  .field,
              "audience.contacts[0]");
    EXPECT_EQ(wait(service.create(who, {.name = "x", .sessions = std::vector{SessionId::make(clock.now())}})).error().code,
              Code::invalid);
    auto const campaign = must(wait(service.create(
        who, {.name = "x", .content = Content{.text = "Order {{order}}"}, .audience = Audience{.contacts = people(2)}})));
    auto const counts = must(wait(service.count(
        workspace, {.audience = {.contacts = people(2)}, .contents = std::vector{Content{.text = "Order {{order}}"}}})));
    EXPECT_EQ(counts.recipients, 2);
    EXPECT_EQ(counts.missing.at("order"), 2);
    must(wait(service.start(who, campaign.id)));
    pump_all();
    EXPECT_EQ(now(campaign.id).failed_count, 2);
    EXPECT_EQ(recipients(campaign.id).front().reason, "missing_variable");
    sessions.known.clear();
    EXPECT_EQ(start({.name = "x", .content = Content{.text = "x"}, .audience = Audience{.contacts = people(1)}}).code,
              Code::conflict);
    EXPECT_EQ(wait(service.get(other, campaign.id)).error().code, Code::not_found);
}

TEST_P(CampaignContract, ADeletedCampaignGoesWithAllItsRows) {
    auto const campaign = started(people(20));
    pump_all();
    must(wait(service.remove(who, campaign.id)));
    EXPECT_EQ(wait(service.get(workspace, campaign.id)).error().code, Code::not_found);
    pump_all();
    EXPECT_EQ(must(all<std::int64_t>("SELECT count(*) FROM campaign_recipient")).front(), 0);
    EXPECT_EQ(must(all<std::int64_t>("SELECT count(*) FROM campaign")).front(), 0);
    EXPECT_EQ(must(all<std::int64_t>("SELECT count(*) FROM campaign_counter")).front(), 0);
    for (auto const& message : messages()) EXPECT_EQ(message.state, MessageState::cancelled);
}

TEST_P(CampaignContract, TestsAndClonesCountNothing) {
    auto const campaign = draft(people(3));
    auto const sent = must(wait(service.test(who, {.id = campaign.id, .to = {"+15550109999"}})));
    EXPECT_EQ(sent.messages.size(), 1U);
    EXPECT_EQ(messages().front().origin, Origin::api);
    EXPECT_EQ(messages().front().text, "Salam friend") << "a person without a name gets the default, never their number";
    EXPECT_EQ(now(campaign.id).total_recipients, 0);
    auto const copy = must(wait(service.clone(who, campaign.id)));
    EXPECT_NE(copy.id, campaign.id);
    EXPECT_EQ(copy.status, CampaignStatus::draft);
    EXPECT_EQ(copy.audience->contacts->size(), 3U);
}

TEST_P(CampaignContract, ACallerWithSomeSessionsKeepsToThem) {
    auto limited = who;
    limited.sessions = {sessions.known[1]};
    auto const theirs = must(wait(service.create(limited, {.name = "x"})));
    EXPECT_EQ(theirs.sessions, limited.sessions);
    EXPECT_EQ(wait(service.create(limited, {.name = "x", .sessions = std::vector{sessions.known[0]}})).error().code,
              Code::forbidden);
    auto const foreign = must(wait(service.create(who, {.name = "x", .sessions = std::vector{sessions.known[0]}})));
    EXPECT_EQ(wait(service.cancel(limited, foreign.id)).error().code, Code::forbidden);
}

TEST_P(CampaignContract, TheCsvHidesFormulas) {
    auto const evil =
        must(write([&](Transaction& tx) { return book.identify(tx, workspace, {.phone = "+15550101234", .name = "=1+1,\"x\""}); }));
    auto const campaign = started({evil});
    pump_all();
    auto const csv = must(wait(service.csv(workspace, campaign.id)));
    EXPECT_NE(csv.find("\"'=1+1,\"\"x\"\"\",+15550101234,"), csv.npos) << csv;
    EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
}

TEST_P(CampaignContract, TheLoopWorksAsSoonAsItIsWokenAndEndsWhenTold) {
    db();
    auto const campaign = draft(people(1));
    std::stop_source stop;
    asio::co_spawn(io_, pump.run(stop.get_token()), asio::detached);
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            EXPECT_TRUE(co_await service.start(who, campaign.id));
            EventBus::Subscription woken{bus, workspace, co_await asio::this_coro::executor};
            while (true) {
                auto const found = co_await db().read([&](Transaction& tx) { return outbox.all(tx); });
                if (!found || !found->empty()) break;
                co_await woken.wait(Milliseconds{5});
            }
            stop.request_stop();
        },
        asio::detached);
    run();
    EXPECT_EQ(messages().size(), 1U);
}

}   // namespace
}   // namespace waqtor
