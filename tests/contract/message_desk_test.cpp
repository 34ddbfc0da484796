// What people do with messages, templates and files, on both databases.
#include "core/messages/message_desk.hpp"
#include "core/messages/content_rules.hpp"
#include "core/messages/governor_service.hpp"
#include "core/messages/media_store.hpp"
#include "core/messages/message_files.hpp"
#include "core/messages/template_service.hpp"
#include "message_fixture.hpp"
#include "storage/sql/media_rows.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <future>
#include <set>

namespace waqtor {
namespace {

class MessageDeskContract : public testing::MessageTest {
protected:
    MediaService& media() {
        if (!media_) media_.emplace(db(), media_rows, files, nullptr, clock, workers.get_executor());
        return *media_;
    }
    MessageDesk& desk() {
        if (!desk_) desk_.emplace(service(), media(), template_rows);
        return *desk_;
    }
    TemplateService& templates() {
        if (!templates_) templates_.emplace(db(), template_rows, media_rows, book(), clock);
        return *templates_;
    }
    /// Runs on an executor whose work (hashing files) may be on io_'s.
    template <class T> T run_to_end(asio::awaitable<T> task) { return wait(std::move(task)); }
    Caller who() { return {.workspace = workspace}; }
    Result<Message> send(SendMessage wish, std::string key = "") {
        return run_to_end(desk().send(who(), std::move(wish), std::move(key)));
    }
    using MessageTest::text;
    /// A message from +15550101; gives ours.
    MessageId receive(Content content, std::string chat = "15550101@s.whatsapp.net") {
        auto const id = "IN" + std::to_string(++received_);
        in_client([&](auto& all, Transaction& tx) {
            return all.received(tx, session,
                                Inbound{.id = id,
                                        .chat = chat,
                                        .from = {.phone = "+15550101"},
                                        .group = chat.ends_with("@g.us"),
                                        .at = clock.now(),
                                        .content = content});
        });
        for (auto const& one : must(run_to_end(desk().list(who(), {.all = true}))).items)
            if (one.whatsapp_id == id) return one.id;
        return {};
    }
    SendMessage text(std::string body) { return {.session = session.session, .to = "+15550101", .text = std::move(body)}; }

    testing::TemporaryFolder folder;
    asio::io_context& workers = io_;
    sql::SqlMediaRows media_rows;
    sql::SqlTemplateStore template_rows;
    FileMediaStore files{folder.path()};

private:
    int received_ = 0;
    std::optional<MediaService> media_;
    std::optional<MessageDesk> desk_;
    std::optional<TemplateService> templates_;
};
WAQTOR_ON_EVERY_DATABASE(MessageDeskContract);

TEST_P(MessageDeskContract, AnIdempotencyKeyIsOneMessageForADay) {
    auto const first = must(send(text("Salam"), "k1"));
    EXPECT_EQ(must(send(text("Salam"), "k1")).id, first.id);
    EXPECT_EQ(send(text("Other"), "k1").error().code, Code::invalid);
    EXPECT_NE(must(send(text("Salam"), "k2")).id, first.id);
    clock.advance(std::chrono::hours{25});
    EXPECT_NE(must(send(text("Other"), "k1")).id, first.id);
    EXPECT_EQ(must(run_to_end(desk().purge())), 1);
    EXPECT_EQ(must(run_to_end(desk().list(who(), {}))).total, 3);
}

TEST_P(MessageDeskContract, AKeyThatComesSeveralTimesAtOnceIsOneMessage) {
    desk();
    std::promise<void> reached;
    std::promise<void> open;
    // Keeps the writer until all of them wait, so that they share a transaction.
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            std::ignore = co_await db().write([&](Transaction&) -> Result<void> {
                reached.set_value();
                open.get_future().wait();
                return {};
            });
        },
        asio::detached);
    poll();
    reached.get_future().wait();
    std::vector<std::optional<Result<Message>>> answers(9);
    for (std::size_t i = 0; i < answers.size(); ++i)
        asio::co_spawn(
            io_,
            [&, i]() -> asio::awaitable<void> {
                auto wish = text(i == 8 ? "Other" : "Salam");
                answers[i] = co_await desk().send(who(), std::move(wish), i % 2 == 0 ? "same" : fmt::format("own {}", i));
            },
            asio::detached);
    poll();
    open.set_value();
    run();
    std::set<MessageId> ids;
    for (std::size_t i = 0; i < 8; ++i) ids.insert(must(*answers[i]).id);
    EXPECT_EQ(ids.size(), 5U) << "four of their own, and one for four requests";
    EXPECT_EQ(answers[8]->error().code, Code::invalid) << "the same key with another wish";
    EXPECT_EQ(must(run_to_end(desk().list(who(), {}))).total, 5);
    EXPECT_EQ(must(read([&](Transaction& tx) { return log.last(tx, workspace); })), 6) << "the contact, and each message once";
}

TEST_P(MessageDeskContract, UnderstandsNumbersAsPeopleWriteThemAndRefusesTheRest) {
    auto const contact = must(send(text("a"))).contact;
    for (auto const* to : {"15550101", "0015550101", "+1 555 01-01", "15550101@c.us", "15550101@s.whatsapp.net"}) {
        auto wish = text("b");
        wish.to = to;
        EXPECT_EQ(must(send(wish)).contact, contact) << to;
    }
    for (auto const* to : {"12", "call me", "@c.us", "x@g.us", "+0155501", "15550101@broadcast"}) {
        auto wish = text("b");
        wish.to = to;
        EXPECT_EQ(send(wish).error().code, Code::invalid) << to;
    }
    auto group = text("c");
    group.to = "1203630@g.us";
    EXPECT_FALSE(must(send(group)).contact);
}

TEST_P(MessageDeskContract, OtherWorkspacesAndForbiddenSessionsSeeNothing) {
    auto const sent = must(send(text("Salam")));
    auto stranger = Caller{.workspace = other};
    EXPECT_EQ(run_to_end(desk().get(stranger, sent.id)).error().code, Code::not_found);
    EXPECT_EQ(run_to_end(desk().cancel(stranger, sent.id)).error().code, Code::not_found);
    EXPECT_EQ(run_to_end(desk().send(stranger, text("x"), "")).error().code, Code::not_found);
    auto limited = Caller{.workspace = workspace, .sessions = {SessionId::make(clock.now())}};
    EXPECT_EQ(run_to_end(desk().timeline(limited, sent.id)).error().code, Code::not_found);
    EXPECT_EQ(run_to_end(desk().send(limited, text("x"), "")).error().code, Code::not_found);
    EXPECT_EQ(must(run_to_end(desk().list(limited, {}))).total, 0);
    EXPECT_EQ(must(run_to_end(desk().chats(limited, {}))).total, 0);
}

TEST_P(MessageDeskContract, TheTimelineSaysWhyAMessageWaitsAndUntilWhen) {
    sender().works = false;
    auto const first = must(send(text("one")));
    auto waiting = must(run_to_end(desk().timeline(who(), first.id))).waiting;
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->why, "session_not_working");
    auto eager = text("now or never");
    eager.fail_if_not_working = true;
    EXPECT_EQ(send(eager).error().code, Code::conflict);

    auto later = text("later");
    later.not_before = clock.now() + std::chrono::hours{2};
    auto const scheduled = must(send(later));
    waiting = must(run_to_end(desk().timeline(who(), scheduled.id))).waiting;
    EXPECT_EQ(waiting->why, "scheduled");
    EXPECT_EQ(waiting->until, *later.not_before);
    EXPECT_EQ(waiting->ahead, 1);
    auto const moved = must(run_to_end(desk().reschedule(who(), {scheduled.id, clock.now() + std::chrono::hours{3}})));
    EXPECT_EQ(moved.not_before, clock.now() + std::chrono::hours{3});

    sender().works = true;
    must(run_to_end(service().hold(session, "temporary_ban", clock.now() + std::chrono::hours{1})));
    waiting = must(run_to_end(desk().timeline(who(), first.id))).waiting;
    EXPECT_EQ(waiting->why, "whatsapp_lock");
    EXPECT_EQ(waiting->until, clock.now() + std::chrono::hours{1});

    EXPECT_EQ(must(run_to_end(desk().cancel(who(), scheduled.id))).state, MessageState::cancelled);
    auto const ended = must(run_to_end(desk().timeline(who(), scheduled.id)));
    EXPECT_FALSE(ended.waiting);
    std::vector<std::string> steps;
    for (auto const& step : ended.steps) steps.push_back(step.what);
    EXPECT_THAT(steps, ::testing::ElementsAre("accepted", "rescheduled", "cancelled"));
}

TEST_P(MessageDeskContract, EditsDeletesAndReactsOnceItHasLeft) {
    auto const sent = must(send(text("Salam")));
    EXPECT_EQ(run_to_end(desk().edit(who(), {sent.id, "Hello"})).error().code, Code::conflict);
    commit(sent.id);
    auto const edit = must(run_to_end(desk().edit(who(), {sent.id, "Hello"})));
    EXPECT_EQ(edit.content.target->id, sent.whatsapp_id);
    commit(edit.id);
    acknowledge(edit.id);
    EXPECT_EQ(must(run_to_end(desk().get(who(), sent.id))).content.text, "Hello");
    auto const reaction = must(run_to_end(desk().react(who(), {sent.id, "👍"})));
    EXPECT_EQ(reaction.type, MessageType::reaction);
    EXPECT_EQ(must(run_to_end(desk().get(who(), sent.id))).reactions->size(), 1U);
    EXPECT_EQ(must(run_to_end(desk().list(who(), {}))).total, 1) << "lists show messages, not what happens to them";
    auto const revoke = must(run_to_end(desk().revoke(who(), sent.id)));
    commit(revoke.id);
    acknowledge(revoke.id);
    EXPECT_TRUE(must(run_to_end(desk().get(who(), sent.id))).revoked_at);
    EXPECT_EQ(run_to_end(desk().edit(who(), {sent.id, "Again"})).error().code, Code::conflict);
}

TEST_P(MessageDeskContract, ReadingAChatTellsWhatsAppOnce) {
    in_client([&](auto& all, Transaction& tx) {
        return all.received(tx, session,
                            Inbound{.id = "A1",
                                    .chat = "15550101@s.whatsapp.net",
                                    .from = {.phone = "+15550101"},
                                    .at = clock.now(),
                                    .content = {.text = "hello"}});
    });
    auto const chat = must(run_to_end(desk().chats(who(), {}))).items.at(0);
    EXPECT_EQ(chat.unread, 1);
    EXPECT_EQ(must(run_to_end(desk().read_chat(who(), chat.id))).unread, 0);
    must(run_to_end(desk().read_chat(who(), chat.id)));
    EXPECT_EQ(sender().reads.size(), 1U);
    must(run_to_end(desk().typing(who(), {chat.id, true})));
    EXPECT_EQ(sender().typings.size(), 1U);
}

TEST_P(MessageDeskContract, TemplatesSpeakTheLanguageOfTheContact) {
    auto const made =
        must(run_to_end(templates().create(workspace, {.name = "Welcome",
                                                       .variants = {{"ar", "أهلا {{name|صديقنا}}، طلبك {{order}}", {}},
                                                                    {"", "Hello {{name}}, order {{order}}", {}}}})));
    EXPECT_THAT(made.variables, ::testing::ElementsAre("name", "order"));
    EXPECT_EQ(run_to_end(templates().create(workspace, {.name = "Welcome", .variants = {{"", "x", {}}}})).error().code,
              Code::conflict);
    EXPECT_EQ(run_to_end(templates().create(workspace, {.name = "Two", .variants = {{"", "x", {}}, {"", "y", {}}}})).error().code,
              Code::invalid);
    SendMessage wish{.session = session.session,
                     .to = "+15550101",
                     .template_id = made.id,
                     .language = "ar-EG",
                     .variables = std::map<std::string, std::string>{{"order", "{{name}}"}}};
    EXPECT_EQ(must(send(wish)).content.text, "أهلا صديقنا، طلبك {{name}}");
    wish.language = "fr";
    auto const refused = send(wish);
    EXPECT_EQ(refused.error().code, Code::invalid) << "nobody's name is known";
    EXPECT_EQ(must(run_to_end(templates().preview(
                       workspace, {.id = made.id,
                                   .language = "fr",
                                   .variables = std::map<std::string, std::string>{{"name", "Amal"}, {"order", "7"}}})))
                  .text,
              "Hello Amal, order 7");
    EXPECT_EQ(run_to_end(templates().get(other, made.id)).error().code, Code::not_found);
    must(run_to_end(templates().remove(workspace, made.id)));
    EXPECT_EQ(must(run_to_end(templates().list(workspace, {}))).total, 0);
}

TEST_P(MessageDeskContract, FilesAreKeptOnceCheckedAndForgotten) {
    auto const png = std::string{"\x89PNG\r\n\x1a\n and more"};
    auto const stored = must(run_to_end(media().store(workspace, png, "image/png; x=y", "logo.png", "")));
    EXPECT_EQ(stored.mime_type, "image/png");
    EXPECT_EQ(must(run_to_end(media().store(other, png, "", {}, stored.file))).file, stored.file);
    EXPECT_EQ(run_to_end(media().store(workspace, png, "image/jpeg", {}, "")).error().code, Code::unsupported_media);
    EXPECT_EQ(run_to_end(media().store(workspace, png, "image/png", {}, std::string(64, '0'))).error().code, Code::invalid);
    EXPECT_EQ(run_to_end(media().store(workspace, "", "image/png", {}, "")).error().code, Code::invalid);
    SendMessage wish{.session = session.session, .to = "+15550101", .text = "Look", .media = MediaWish{.file = stored.file}};
    auto const sent = must(send(wish));
    EXPECT_EQ(sent.type, MessageType::image);
    EXPECT_EQ(sent.content.media->name, "logo.png");
    wish.media->file = std::string(64, 'a');
    EXPECT_EQ(send(wish).error().code, Code::not_found);
    EXPECT_EQ(must(run_to_end(media().bytes(workspace, stored.file))), png);
    EXPECT_EQ(run_to_end(media().bytes(WorkspaceId::make(clock.now()), stored.file)).error().code, Code::not_found);

    clock.advance(std::chrono::hours{24 * 20});
    must(send({.session = session.session, .to = "+15550101", .media = MediaWish{.file = stored.file}}));
    clock.advance(std::chrono::hours{24 * 20});
    EXPECT_EQ(must(run_to_end(media().expire(std::chrono::hours{24 * 30}))), 0) << "one workspace still uses it";
    EXPECT_EQ(must(run_to_end(media().bytes(workspace, stored.file))), png);
    clock.advance(std::chrono::hours{24 * 20});
    EXPECT_EQ(must(run_to_end(media().expire(std::chrono::hours{24 * 30}))), 1);
    EXPECT_EQ(run_to_end(media().bytes(workspace, stored.file)).error().code, Code::not_found);
    EXPECT_EQ(files.get(stored.file).error().code, Code::gone);
}

TEST_P(MessageDeskContract, AFileThatComesInIsFetchedOnceAndNoted) {
    auto const bytes = std::string{"what they sent"};
    auto const file = must(files.put(bytes));
    files.remove(file);
    auto const message =
        receive({.type = MessageType::document,
                 .media = Media{.mime_type = "text/plain", .size = 14, .name = "a.txt", .remote = RemoteFile{"/v/1", "", "", ""}}});
    MessageFiles inbound{service(), media(), {}};
    EXPECT_EQ(run_to_end(inbound.get(who(), message)).error().code, Code::unavailable);
    sender().fetch = [&](Media const& wanted) -> Result<std::string> {
        EXPECT_EQ(wanted.remote->direct_path, "/v/1");
        auto const place = WAQTOR_OK(files.place());
        std::ofstream{place} << bytes;
        WAQTOR_OK(files.adopt(place, file));
        return file;
    };
    EXPECT_EQ(run_to_end(inbound.get({.workspace = other}, message)).error().code, Code::not_found);
    sender().works = false;
    EXPECT_EQ(run_to_end(inbound.get(who(), message)).error().code, Code::conflict);
    sender().works = true;
    auto const before = sender().downloads;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(must(run_to_end(inbound.get(who(), message))).bytes, bytes);
    EXPECT_EQ(sender().downloads, before + 1);
    EXPECT_EQ(must(run_to_end(desk().get(who(), message))).content.media->file, file);
    EXPECT_EQ(must(run_to_end(media().bytes(workspace, file))), bytes);
    EXPECT_EQ(run_to_end(media().bytes(other, file)).error().code, Code::not_found) << "nobody else's";
    files.remove(file);
    EXPECT_EQ(must(run_to_end(inbound.get(who(), message))).bytes, bytes) << "lost here, still there";
    auto const text = receive({.text = "no file"});
    EXPECT_EQ(run_to_end(inbound.get(who(), text)).error().code, Code::not_found);
}

TEST_P(MessageDeskContract, VotesAreCountedByTheirLastWord) {
    auto const poll = receive({.type = MessageType::poll, .poll = Poll{"Which day?", {"Sunday", "Monday"}, 1}});
    auto const name = must(run_to_end(desk().get(who(), poll))).whatsapp_id;
    for (auto const* choice : {"Sunday", "Monday"})
        receive(
            {.type = MessageType::poll_vote, .choices = std::vector<std::string>{choice}, .target = MessageReference{.id = name}});
    receive({.type = MessageType::poll_vote, .target = MessageReference{.id = name}});   // could not be opened
    EXPECT_EQ(run_to_end(desk().vote(who(), {poll, {"Friday"}})).error().code, Code::invalid);
    EXPECT_EQ(run_to_end(desk().vote(who(), {poll, {"Sunday", "Monday"}})).error().code, Code::invalid);
    EXPECT_EQ(run_to_end(desk().vote(who(), {poll, {"Sunday", "Sunday"}})).error().code, Code::invalid);
    auto const mine = must(run_to_end(desk().vote(who(), {poll, {"Sunday"}})));
    EXPECT_EQ(mine.content.target->id, name);
    auto const votes = *must(run_to_end(desk().get(who(), poll))).votes;
    ASSERT_EQ(votes.size(), 2U);
    EXPECT_FALSE(votes[0].contact);
    EXPECT_THAT(votes[0].choices, ::testing::ElementsAre("Sunday"));
    EXPECT_TRUE(votes[1].contact);
    EXPECT_THAT(votes[1].choices, ::testing::ElementsAre("Monday"));
    EXPECT_EQ(must(run_to_end(desk().chats(who(), {}))).items.at(0).unread, 1) << "votes are nothing to read";
    auto const text = receive({.text = "no poll"});
    EXPECT_EQ(run_to_end(desk().vote(who(), {text, {"Sunday"}})).error().code, Code::conflict);
}

TEST_P(MessageDeskContract, PlayedIsToldOnceAndOnlyOfWhatPlays) {
    auto const voice = receive({.type = MessageType::voice, .media = Media{.mime_type = "audio/ogg", .size = 5}});
    auto const text = receive({.text = "hello"});
    EXPECT_EQ(run_to_end(desk().played(who(), text)).error().code, Code::conflict);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(must(run_to_end(desk().played(who(), voice))).state, MessageState::played);
    EXPECT_EQ(sender().plays.size(), 1U);
}

TEST_P(MessageDeskContract, InGroupsTheAuthorOfWhatIsAnsweredIsNamed) {
    auto const message = receive({.text = "hello all"}, "1203630@g.us");
    auto const reaction = must(run_to_end(desk().react(who(), {message, "👍"})));
    EXPECT_EQ(reaction.content.target->sender, "15550101@s.whatsapp.net");
    auto wish = text("hello you");
    wish.to = "1203630@g.us";
    wish.reply_to = message;
    EXPECT_EQ(must(send(wish)).content.quoted->sender, "15550101@s.whatsapp.net");
}

TEST_P(MessageDeskContract, LimitsOfASessionLieOverThoseOfTheWorkspace) {
    GovernorService limits{service()};
    must(run_to_end(limits.change(who(), {.per_minute = 10, .quiet_for = QuietFor::nobody})));
    must(run_to_end(limits.change(who(), session.session, {.per_minute = 5})));
    auto const state = must(run_to_end(limits.state(who(), session.session)));
    EXPECT_EQ(state.limits.per_minute, 5);
    EXPECT_EQ(state.limits.quiet_for, QuietFor::nobody);
    EXPECT_EQ(state.daily_limit, state.limits.warm_up_first);
    EXPECT_EQ(must(run_to_end(limits.limits(workspace))).per_minute, 10);
    EXPECT_EQ(must(run_to_end(limits.limits(other))).per_minute, 20);
    EXPECT_EQ(run_to_end(limits.state({.workspace = other}, session.session)).error().code, Code::not_found);
}

}   // namespace
}   // namespace waqtor
