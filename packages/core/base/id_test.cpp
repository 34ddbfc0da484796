#include "core/base/id.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

TEST(Uuid, WritesWhatItReads) {
    auto const id = Uuid::parse("018F3A5E-9c1d-7abc-8def-0123456789ab");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->text(), "018f3a5e-9c1d-7abc-8def-0123456789ab");
}

TEST(Uuid, RefusesEverythingElse) {
    for (auto text :
         {"", "x", "018f3a5e9c1d7abc8def0123456789ab", "018f3a5e-9c1d-7abc-8def-0123456789ag",
          "{18f3a5e-9c1d-7abc-8def-0123456789ab", "018f3a5e-9c1d-7abc-8def-0123456789ab ", "018f3a5e_9c1d-7abc-8def-0123456789ab"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, IsVersionSevenAndSortsByTime) {
    TestClock clock;
    auto const first = Uuid::make(clock.now());
    clock.advance(Milliseconds{1});
    auto const second = Uuid::make(clock.now());
    EXPECT_LT(first, second);
    EXPECT_LT(first.text(), second.text());
    EXPECT_EQ(first.text()[14], '7');
    EXPECT_NE(std::string_view{"89ab"}.find(first.text()[19]), std::string_view::npos);
}

TEST(Uuid, IsNotGuessable) {
    TestClock clock;
    EXPECT_NE(Uuid::make(clock.now()), Uuid::make(clock.now()));
}

}   // namespace
}   // namespace waqtor
