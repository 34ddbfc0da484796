#include "core/base/time.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

TEST(Time, WritesIsoWithMilliseconds) {
    EXPECT_EQ(to_iso(Timestamp{Milliseconds{0}}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso(Timestamp{Milliseconds{1'795'377'578'007}}), "2026-11-22T19:59:38.007Z");
    EXPECT_EQ(to_iso(*from_iso("9999-12-31T23:59:59.999Z")), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(to_iso(*from_iso("9999-12-31T23:59:59.999Z") + Milliseconds{1}), "10000-01-01T00:00:00.000Z");
}

TEST(Time, ReadsFractionsAndOffsets) {
    auto const noon = *from_iso("2026-11-22T12:00:00Z");
    EXPECT_EQ(*from_iso("2026-11-22T15:00:00+03:00"), noon);
    EXPECT_EQ(*from_iso("2026-11-22T12:00:00.5Z"), noon + Milliseconds{500});
    EXPECT_EQ(*from_iso("2026-11-22T12:00:00.123456789Z"), noon + Milliseconds{123});
    EXPECT_EQ(to_iso(*from_iso("1969-12-31T23:59:59.999Z")), "1969-12-31T23:59:59.999Z");
}

TEST(Time, RefusesWhatIsNotATime) {
    for (auto text :
         {"", "now", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T12:00:00",
          "2026-11-22T12:00:00.Z", "2026-11-22 12:00:00Z", "2026-11-22T12:00:00Zx", "-026-11-22T12:00:00Z"})
        EXPECT_FALSE(from_iso(text)) << text;
}

TEST(Clock, MovesOnlyWhenTold) {
    TestClock clock;
    auto const before = clock.now();
    clock.advance(std::chrono::hours{1});
    EXPECT_EQ(clock.now() - before, std::chrono::hours{1});
}

}   // namespace
}   // namespace waqtor
