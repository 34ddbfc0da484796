#include "server/realtime/watch.hpp"

#include "server/realtime/hub_parts.hpp"

#include <gtest/gtest.h>

namespace waqtor::realtime {
namespace {
constexpr auto kMib = std::int64_t{1024} * 1024;

class WatchTest : public testing::Test {
protected:
    /// One second goes by.
    void tick(std::int64_t rss = kMib) {
        clock.advance(Milliseconds{1'000});
        watch.sample(counters, limits, clock.now(), rss);
    }
    void ticks(int seconds) {
        for (int i = 0; i < seconds; ++i) tick();
    }

    TestClock clock;
    WorkspaceId here = WorkspaceId::make(clock.now());
    WorkspaceId elsewhere = WorkspaceId::make(clock.now());
    HubCounters counters;
    AlertLimits limits{.memory_mib = 100, .buffered_mib = 10, .refused_per_minute = 5, .slow_per_minute = 2};
    Watch watch;
};

TEST_F(WatchTest, APointIsWhatHappenedInItsSecond) {
    counters.received = 100;
    tick();
    counters.received += 7;
    counters.delivered += 70;
    counters.unauthorised += 1;
    counters.bad_origin += 2;
    counters.connections = 3;
    counters.buffered = 55;
    tick(5 * kMib);
    auto const points = watch.history(true).seconds;
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].received, 100);
    EXPECT_EQ(points[1].received, 7);
    EXPECT_EQ(points[1].delivered, 70);
    EXPECT_EQ(points[1].refused, 3);
    EXPECT_EQ(points[1].connections, 3);
    EXPECT_EQ(points[1].buffered, 55);
    EXPECT_EQ(points[1].rss, 5 * kMib);
    EXPECT_EQ(points[1].at, clock.now());
}

TEST_F(WatchTest, AMinuteAddsItsSecondsAndKeepsItsHighest) {
    tick();
    counters.connections = 9;
    counters.received += 4;
    tick();
    counters.connections = 1;
    ticks(58);
    counters.received += 5;
    tick();
    auto const minutes = watch.history(true).minutes;
    ASSERT_EQ(minutes.size(), 2U);
    EXPECT_EQ(minutes[0].received, 4);
    EXPECT_EQ(minutes[0].connections, 9);
    EXPECT_EQ(minutes[1].received, 5);
    EXPECT_EQ(minutes[1].connections, 1);
}

TEST_F(WatchTest, TheRingsAreBounded) {
    ticks(static_cast<int>(60 * Watch::kMinutes + 120));
    EXPECT_EQ(watch.history(true).seconds.size(), Watch::kSeconds);
    EXPECT_EQ(watch.history(true).minutes.size(), Watch::kMinutes);
    EXPECT_EQ(watch.history(true).seconds.back().at, clock.now());
    EXPECT_EQ(watch.history(false).seconds.size(), 10U);
    EXPECT_TRUE(watch.history(false).minutes.empty());
    for (std::size_t i = 0; i < Watch::kEntries + 5; ++i)
        watch.note({clock.now(), Incident::violation, "192.0.2.1", std::to_string(i) + std::string(1'000, 'x')});
    auto const log = watch.security(here);
    ASSERT_EQ(log.size(), Watch::kEntries);
    EXPECT_TRUE(log.front().detail.starts_with(std::to_string(Watch::kEntries + 4))) << "newest first";
    EXPECT_LE(log.front().detail.size(), 200U);
}

TEST_F(WatchTest, OtherWorkspacesDoNotSeeWhatConcernsOnesClients) {
    watch.note({clock.now(), Incident::unauthorised, "192.0.2.1", "nobody knows whose"});
    watch.note({clock.now(), Incident::slow, "192.0.2.2", "ours"}, here);
    watch.note({clock.now(), Incident::slow, "192.0.2.3", "theirs"}, elsewhere);
    auto const addresses = [&](WorkspaceId of) {
        std::vector<std::string> out;
        for (auto const& entry : watch.security(of)) out.push_back(entry.address);
        return out;
    };
    EXPECT_EQ(addresses(here), (std::vector<std::string>{"192.0.2.2", "192.0.2.1"}));
    EXPECT_EQ(addresses(elsewhere), (std::vector<std::string>{"192.0.2.3", "192.0.2.1"}));
}

TEST_F(WatchTest, AnAlertBeginsOnceAndEndsWellUnderItsLimit) {
    tick(100 * kMib);
    EXPECT_TRUE(watch.alerts().empty()) << "at the limit is not over it";
    tick(101 * kMib);
    auto const fresh = watch.take_new_alerts();
    ASSERT_EQ(fresh.size(), 1U);
    EXPECT_EQ(fresh[0].kind, AlertKind::memory);
    EXPECT_EQ(fresh[0].value, 101);
    EXPECT_EQ(fresh[0].limit, 100);
    tick(95 * kMib);
    tick(150 * kMib);
    EXPECT_TRUE(watch.take_new_alerts().empty()) << "it never ended";
    ASSERT_EQ(watch.alerts().size(), 1U);
    EXPECT_EQ(watch.alerts()[0].value, 150);
    tick(90 * kMib);
    EXPECT_TRUE(watch.alerts().empty());
    tick(101 * kMib);
    EXPECT_EQ(watch.take_new_alerts().size(), 1U);
}

TEST_F(WatchTest, WhatIsCountedInAMinuteIsForgottenAfterIt) {
    tick();
    counters.unauthorised += 6;
    counters.slow_closed += 3;
    tick();
    EXPECT_EQ(watch.take_new_alerts().size(), 2U);
    ticks(59);
    EXPECT_EQ(watch.alerts().size(), 2U);
    tick();
    EXPECT_TRUE(watch.alerts().empty());
}

TEST_F(WatchTest, NoLimitMeansNoAlert) {
    limits = {};
    tick(1'000'000 * kMib);
    counters.unauthorised += 1'000'000;
    tick();
    EXPECT_TRUE(watch.alerts().empty());
}

}   // namespace
}   // namespace waqtor::realtime
