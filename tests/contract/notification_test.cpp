// Notifications on both databases: who is told what of events, once, as they prefer.
#include "account_fixture.hpp"
#include "core/campaigns/campaign_events.hpp"
#include "core/messages/message_events.hpp"
#include "core/notifications/notification_service.hpp"
#include "core/sessions/session_api.hpp"
#include "core/sessions/session_events.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/notification_store.hpp"

namespace waqtor {
namespace {

/// Remembers what was pushed, and to whom.
class Pushes final : public NotificationPush {
public:
    void told(WorkspaceId workspace, UserId user, Notification const& notification) override {
        news.push_back({workspace, user, notification});
    }
    void counted(WorkspaceId, UserId user, NotificationCounts counts) override { counted_[user] = counts; }
    struct New {
        WorkspaceId workspace;
        UserId user;
        Notification notification;
    };
    std::vector<New> news;
    std::map<UserId, NotificationCounts> counted_;
};

class NotificationContract : public testing::AccountTest {
protected:
    NotificationContract() {
        owner = user("owner@example.com", Role::owner);
        viewer = user("viewer@example.com", Role::viewer);
        stranger = user("stranger@example.com", Role::owner, other);
        for (auto const& row : {owner, viewer, stranger}) must(add(row));
        parts.push = &pushes;
    }
    template <Event E> void happens(E const& event, std::optional<WorkspaceId> where = {}) {
        must(write([&](Transaction& tx) { return log.append(tx, where.value_or(workspace), event); }));
    }
    /// A process of its own catches up.
    void run() {
        NotificationRunner runner{parts};
        while (must(wait(runner.step()))) {
        }
    }
    SessionStateChanged trouble(SessionState state = SessionState::LOGGED_OUT, std::string why = "device_removed") {
        return {session, state, std::move(why)};
    }
    std::vector<Notification> of(UserRow const& who, NotificationFilter filter = NotificationFilter::all) {
        return must(wait(service.list(who.workspace, who.id, filter, {}))).items;
    }
    NotificationCounts count(UserRow const& who) { return must(wait(service.count(who.workspace, who.id))); }
    Notification note(UserRow const& who, std::string title) {
        return must(wait(service.create(who.workspace, who.id, {.title = std::move(title), .message = "x"})));
    }

    sql::SqlEventLog log{clock};
    sql::SqlNotificationStore store;
    EventBus bus;
    Pushes pushes;
    NotificationParts parts{db(),
                            store,
                            users,
                            log,
                            bus,
                            clock,
                            {.session = [](auto&, auto, auto) -> Result<std::string> { return std::string{"Shop"}; },
                             .campaign = [](auto&, auto, auto) -> Result<std::string> { return std::string{"Eid"}; }}};
    NotificationService service{parts};
    UserRow owner, viewer, stranger;
    SessionId session = SessionId::make(clock.now());
    CampaignId campaign = CampaignId::make(clock.now());
};
WAQTOR_ON_EVERY_DATABASE(NotificationContract);

TEST_P(NotificationContract, ARuleTellsThoseWithTheRoleOnceInBothLanguages) {
    happens(trouble());
    happens(SessionStateChanged{session, SessionState::WORKING, ""});   // nothing to tell
    run();
    run();
    auto const told = of(owner);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].event, NotificationEvent::session_trouble);
    EXPECT_EQ(told[0].type, NotificationType::error);
    EXPECT_EQ(told[0].title, "Shop is no longer linked");
    EXPECT_EQ(told[0].title_ar, "لم يعد Shop مرتبطًا");
    EXPECT_EQ(told[0].message, advice_for("device_removed")->en);
    EXPECT_EQ(told[0].message_ar, advice_for("device_removed")->ar);
    EXPECT_EQ(told[0].link, "/sessions/" + session.text());
    EXPECT_TRUE(of(viewer).empty()) << "a viewer can do nothing about it";
    EXPECT_TRUE(of(stranger).empty()) << "another workspace";
    ASSERT_EQ(pushes.news.size(), 1U);
    EXPECT_EQ(pushes.news[0].user, owner.id);
    EXPECT_EQ(pushes.counted_[owner.id].unread, 1);
}

TEST_P(NotificationContract, EveryRuleHasItsText) {
    happens(trouble(SessionState::FAILED, ""));
    happens(trouble(SessionState::DEGRADED, "network"));
    happens(SessionLinked{session});
    happens(CampaignCompleted{{campaign}});
    happens(CampaignPaused{{campaign}});   // a person did that: nothing to tell
    happens(CampaignPaused{{campaign, "failures"}});
    happens(CampaignFailed{{campaign, "no_session"}});
    happens(MessageFailed{{MessageId::make(clock.now()), session, ChatId::make(clock.now())}});
    run();
    std::map<NotificationEvent, int> seen;
    for (auto const& one : of(owner)) {
        ++seen[one.event];
        EXPECT_EQ(one.title.find('{'), std::string::npos) << one.title;
        EXPECT_NE(one.title, one.title_ar);
        EXPECT_NE(one.message, one.message_ar);
        EXPECT_TRUE(one.link);
    }
    using enum NotificationEvent;
    std::map<NotificationEvent, int> const expected{{session_trouble, 2}, {session_linked, 1},  {campaign_completed, 1},
                                                    {campaign_paused, 1}, {campaign_failed, 1}, {message_failed, 1}};
    EXPECT_EQ(seen, expected);
}

TEST_P(NotificationContract, WhatHappensAgainIsCountedUntilItIsReadOrOld) {
    for (int i = 0; i < 3; ++i) happens(trouble());
    run();
    ASSERT_EQ(of(owner).size(), 1U);
    EXPECT_EQ(of(owner)[0].times, 3);
    must(wait(service.mark(workspace, owner.id, of(owner)[0].id, true)));
    happens(trouble());
    run();
    EXPECT_EQ(of(owner).size(), 2U) << "what was read is told anew";
    clock.advance(std::chrono::hours{2});
    happens(trouble());
    run();
    EXPECT_EQ(of(owner).size(), 3U) << "and what is long ago";
}

TEST_P(NotificationContract, TheCursorIsDurableAndOldNewsAreNotTold) {
    happens(trouble());
    clock.advance(std::chrono::hours{25});
    happens(CampaignCompleted{{campaign}});
    run();
    ASSERT_EQ(of(owner).size(), 1U);
    EXPECT_EQ(of(owner)[0].event, NotificationEvent::campaign_completed);
    must(wait(service.remove_all(workspace, owner.id)));
    run();
    EXPECT_TRUE(of(owner).empty()) << "another process does not read the same events again";
    EXPECT_EQ(must(read([&](Transaction& tx) { return log.cursor(tx, workspace, NotificationRunner::kCursor); })), 2);
}

TEST_P(NotificationContract, EventsThatAreNothingToTellCostNoWriteEach) {
    NotificationRunner runner{parts};
    auto const cursor = [&] {
        return must(read([&](Transaction& tx) { return log.cursor(tx, workspace, NotificationRunner::kCursor); }));
    };
    for (int i = 0; i < 20; ++i) happens(SessionRemoved{session});
    while (must(wait(runner.step()))) {
    }
    EXPECT_EQ(cursor(), 0);
    happens(trouble());
    while (must(wait(runner.step()))) {
    }
    EXPECT_EQ(cursor(), 21);
    EXPECT_EQ(of(owner).size(), 1U);
}

TEST_P(NotificationContract, PreferencesSayWhatIsKeptAndWhatIsPushed) {
    using enum NotificationEvent;
    auto const set = [&](NotificationEvent event, bool inbox, bool realtime) {
        return must(wait(service.set_preferences(workspace, owner.id, {{{event, inbox, realtime}}})));
    };
    auto const all = set(session_trouble, true, false);
    EXPECT_EQ(all.preferences.size(), boost::mp11::mp_size<boost::describe::describe_enumerators<NotificationEvent>>::value);
    set(campaign_completed, false, true);
    set(campaign_failed, false, false);
    happens(trouble());
    happens(CampaignCompleted{{campaign}});
    happens(CampaignFailed{{campaign, "x"}});
    run();
    auto const kept = of(owner);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].event, session_trouble);
    ASSERT_EQ(pushes.news.size(), 1U);
    EXPECT_EQ(pushes.news[0].notification.event, campaign_completed);
    // What somebody makes themselves is an event like the others.
    clock.advance(std::chrono::seconds{1});   // it is the newest
    set(custom, true, false);
    note(owner, "Kept");
    set(custom, false, true);
    note(owner, "Pushed");
    set(custom, false, false);
    note(owner, "Neither");
    ASSERT_EQ(of(owner).size(), 2U);
    EXPECT_EQ(of(owner)[0].title, "Kept");
    ASSERT_EQ(pushes.news.size(), 2U);
    EXPECT_EQ(pushes.news[1].notification.title, "Pushed");
}

TEST_P(NotificationContract, ReadingAndDeletingIsOnesOwn) {
    auto const mine = note(owner, "Mine");
    note(owner, "Also mine");
    auto const theirs = note(viewer, "Theirs");
    EXPECT_EQ(wait(service.mark(workspace, owner.id, theirs.id, true)).error().code, Code::not_found);
    EXPECT_EQ(wait(service.remove(workspace, owner.id, theirs.id)).error().code, Code::not_found);
    EXPECT_EQ(wait(service.remove(other, owner.id, mine.id)).error().code, Code::not_found);
    EXPECT_TRUE(must(wait(service.mark(workspace, owner.id, mine.id, true))).read);
    EXPECT_EQ(of(owner, NotificationFilter::unread).size(), 1U);
    EXPECT_FALSE(must(wait(service.mark(workspace, owner.id, mine.id, false))).read);
    EXPECT_EQ(must(wait(service.read_all(workspace, owner.id))).unread, 0);
    EXPECT_EQ(count(viewer).unread, 1);
    EXPECT_EQ(must(wait(service.remove(workspace, owner.id, mine.id))).total, 1);
    EXPECT_EQ(must(wait(service.remove_all(workspace, owner.id))).total, 0);
    EXPECT_EQ(count(viewer).total, 1);
    EXPECT_EQ(wait(service.create(workspace, owner.id, {.title = "x"})).error().details.front().field, "message");
    EXPECT_EQ(wait(service.create(workspace, {}, {.title = "x", .message = "x"})).error().code, Code::forbidden);
}

TEST_P(NotificationContract, PagesAreNewestFirstAndOldOnesGo) {
    for (auto const* title : {"one", "two", "three"}) {
        note(owner, title);
        clock.advance(std::chrono::hours{24});
    }
    auto const page = must(wait(service.list(workspace, owner.id, NotificationFilter::all, {.limit = 2, .offset = 1})));
    ASSERT_EQ(page.items.size(), 2U);
    EXPECT_EQ(page.items[0].title, "two");
    EXPECT_EQ(page.total, 3);
    EXPECT_EQ(must(wait(service.purge(std::chrono::hours{36}))), 2);
    ASSERT_EQ(of(owner).size(), 1U);
    EXPECT_EQ(of(owner)[0].title, "three");
}

TEST_P(NotificationContract, ARemovedPersonTakesTheirNotificationsAlong) {
    note(viewer, "x");
    must(wait(service.set_preferences(workspace, viewer.id, {{{NotificationEvent::custom, true, false}}})));
    must(write([&](Transaction& tx) { return users.remove(tx, workspace, viewer.id); }));
    EXPECT_EQ(count(viewer).total, 0);
    EXPECT_TRUE(WAQTOR_OK(all<std::string>("SELECT event FROM notification_preference")).empty());
}

TEST_P(NotificationContract, AnAlertReachesTheRightPeopleEverywhere) {
    NotificationDraft const draft{.event = NotificationEvent::system_alert,
                                  .type = NotificationType::warning,
                                  .least = Role::admin,
                                  .title = "t",
                                  .title_ar = "ع",
                                  .message = "m",
                                  .message_ar = "م",
                                  .link = "/ws-monitor.html",
                                  .same = "alert:memory"};
    must(wait(service.tell_everywhere(draft)));
    EXPECT_EQ(of(owner).size(), 1U);
    EXPECT_EQ(of(stranger).size(), 1U);
    EXPECT_TRUE(of(viewer).empty());
}

}   // namespace
}   // namespace waqtor
