#include "core/messages/governor.hpp"

#include "core/base/time_zone.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {
using namespace std::chrono;

class Governor : public ::testing::Test {
protected:
    static Timestamp at(char const* iso) { return *from_iso(iso); }
    Decision ask(Origin origin = Origin::api) { return decide(limits, pacing, session, to, origin, now); }
    /// Sends whenever allowed until `end`, to people each of whom is new. Returns when each left.
    std::vector<Timestamp> send_until(Timestamp end) {
        std::vector<Timestamp> out;
        while (now < end) {
            auto const decision = ask();
            if (decision.verdict == Verdict::allow) {
                spend(limits, session, to, now, 0.5);
                out.push_back(now);
            } else
                now = std::max(now + milliseconds{1}, decision.until);
        }
        return out;
    }

    GovernorLimits limits{.warm_up = false, .check_numbers = false};
    Pacing pacing = Pacing::on;
    SessionPace session;
    Addressee to{.last_received_at = {}, .last_sent_at = at("2026-01-01T00:00:00Z")};
    Timestamp now = at("2026-03-02T10:00:00Z");
};

TEST_F(Governor, KeepsTheAveragePaceAndTheBurst) {
    auto const sent = send_until(now + minutes{10});
    EXPECT_LE(sent.size(), 205U);
    EXPECT_GE(sent.size(), 195U);
    for (std::size_t i = 0; i + 25 < sent.size(); ++i) EXPECT_GE(sent[i + 25] - sent[i], minutes{1}) << i;
}

TEST_F(Governor, KeepsDailyLimitsAndSaysUntilWhen) {
    limits.per_day = 30;
    EXPECT_EQ(send_until(at("2026-03-03T00:00:00Z")).size(), 30U);
    now = at("2026-03-02T23:00:00Z");
    EXPECT_EQ(ask().reason, WaitReason::per_day);
    EXPECT_EQ(ask().until, at("2026-03-03T00:00:00Z"));
    to.last_received_at = now - hours{1};
    EXPECT_EQ(ask().verdict, Verdict::allow) << "answers to people who wrote are no approach";
    to.last_received_at = now - hours{25};
    EXPECT_EQ(ask().reason, WaitReason::per_day);
}

TEST_F(Governor, FirstContactsHaveTheirOwnLimit) {
    limits.new_per_day = 2;
    session.day = day_of(now);
    session.new_today = 2;
    to = {};
    EXPECT_EQ(ask().reason, WaitReason::new_per_day);
    EXPECT_EQ(ask().verdict, Verdict::wait_alone) << "others may pass";
    to.last_sent_at = now - days{1};
    EXPECT_EQ(ask().verdict, Verdict::allow);
}

TEST_F(Governor, WarmsUpFromDayToDay) {
    limits.warm_up = true;
    session.warm_up_from = now;
    std::int64_t before = 0;
    for (int day = 0; day < 14; ++day) {
        auto const limit = daily_limit(limits, session, now + days{day});
        EXPECT_GT(limit, before);
        before = limit;
    }
    EXPECT_EQ(daily_limit(limits, session, now), limits.warm_up_first);
    EXPECT_EQ(daily_limit(limits, session, now + days{14}), limits.per_day);
    session.day = day_of(now);
    session.sent_today = 20;
    EXPECT_EQ(ask().reason, WaitReason::warm_up);
}

TEST_F(Governor, CampaignsKeepQuietWhereThePersonLives) {
    now = at("2026-03-02T19:30:00Z");   // 22:30 in Riyadh
    to.offset = zone_offset("Asia/Riyadh", now);
    auto const decision = ask(Origin::campaign);
    EXPECT_EQ(decision.reason, WaitReason::quiet_hours);
    EXPECT_EQ(decision.until, at("2026-03-03T05:00:00Z"));
    EXPECT_EQ(ask(Origin::bot).verdict, Verdict::allow);
    now = at("2026-03-03T04:59:00Z");
    EXPECT_EQ(ask(Origin::campaign).until, at("2026-03-03T05:00:00Z"));
    now = at("2026-03-03T05:00:00Z");
    EXPECT_EQ(ask(Origin::campaign).verdict, Verdict::allow);
}

TEST_F(Governor, OnePersonIsNotWrittenToTooOften) {
    limits.person_gap_seconds = 60;
    to.last_sent_at = now - seconds{10};
    EXPECT_EQ(ask().reason, WaitReason::person_gap);
    EXPECT_EQ(ask().until, now + seconds{50});
    to.last_sent_at = now - hours{1};
    to.sent_day = day_of(now);
    to.sent_today = 3;
    EXPECT_EQ(ask().reason, WaitReason::unanswered_per_day);
    to.last_received_at = now - days{2};
    EXPECT_EQ(ask().verdict, Verdict::allow);
    to.sent_today = 20;
    EXPECT_EQ(ask().reason, WaitReason::person_per_day);
}

TEST_F(Governor, RefusalsAndWhatsAppsLocksCountEvenWithoutPacing) {
    pacing = Pacing::off;
    to.opted_out = true;
    EXPECT_EQ(ask(Origin::campaign).verdict, Verdict::refuse);
    EXPECT_EQ(ask(Origin::api).verdict, Verdict::allow);
    to.blocked = true;
    EXPECT_EQ(ask(Origin::api).reason, WaitReason::blocked);
    to = {};
    session.new_hold_until = now + hours{1};
    EXPECT_EQ(ask().reason, WaitReason::new_contact_lock);
    to.last_received_at = now - days{9};
    EXPECT_EQ(ask().verdict, Verdict::allow);
    session.hold_until = now + minutes{5};
    EXPECT_EQ(ask().verdict, Verdict::wait_all);
    EXPECT_EQ(ask().until, now + minutes{5});
}

TEST(Zones, AreThoseOfTheMachine) {
    auto const summer = *from_iso("2026-07-01T12:00:00Z");
    auto const winter = *from_iso("2026-01-01T12:00:00Z");
    EXPECT_EQ(zone_offset("Asia/Riyadh", summer), hours{3});
    EXPECT_EQ(zone_offset("Europe/Berlin", summer), hours{2});
    EXPECT_EQ(zone_offset("Europe/Berlin", winter), hours{1});
    EXPECT_EQ(zone_offset("America/New_York", winter), hours{-5});
    EXPECT_EQ(zone_offset("../../etc/passwd", winter), seconds{0});
    EXPECT_EQ(zone_offset("No/Where", winter), seconds{0});
}

}   // namespace
}   // namespace waqtor
