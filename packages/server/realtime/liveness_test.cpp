#include "server/realtime/liveness.hpp"

#include <gtest/gtest.h>

namespace waqtor::realtime {
namespace {
using namespace std::chrono_literals;
constexpr auto kStart = Liveness::Time{1h};

TEST(Liveness, AClientThatWasNotPingedAnswers) { EXPECT_TRUE((Liveness{.heard = kStart}.answers(kStart + 24h, 10s))); }

TEST(Liveness, APingMustBeAnsweredInTime) {
    Liveness const one{.heard = kStart, .pinged = kStart + 1s};
    EXPECT_TRUE(one.answers(kStart + 11s, 10s));
    EXPECT_FALSE(one.answers(kStart + 11s + 1ms, 10s));
}

TEST(Liveness, AnyByteAfterThePingIsAnAnswer) {
    EXPECT_TRUE((Liveness{.heard = kStart + 2s, .pinged = kStart + 1s}.answers(kStart + 1h, 10s)));
}

TEST(Liveness, WhoStillTakesWhatWasSentBeforeThePingIsThere) {
    Liveness const one{.heard = kStart, .pinged = kStart + 1s, .took = kStart + 20s};
    EXPECT_TRUE(one.answers(kStart + 30s, 10s));
    EXPECT_FALSE(one.answers(kStart + 31s, 10s));
}

TEST(Liveness, WhatItTookBeforeThePingCountsForNothing) {
    Liveness const one{.heard = kStart, .pinged = kStart + 9s, .took = kStart + 1s};
    EXPECT_TRUE(one.answers(kStart + 19s, 10s));
    EXPECT_FALSE(one.answers(kStart + 20s, 10s));
}

}   // namespace
}   // namespace waqtor::realtime
