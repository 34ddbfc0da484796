#include "server/realtime/outbox.hpp"

#include <gtest/gtest.h>

namespace waqtor::realtime {
namespace {

Outbox::Entry entry(std::string text, std::int64_t seq = 0, std::size_t collapse = 0) {
    return {std::make_shared<std::string const>(std::move(text)), seq, collapse};
}

TEST(Outbox, WhatIsNotInTheLogIsReplacedWhereItStands) {
    Outbox outbox;
    outbox.push(entry("count 1", 0, 7));
    outbox.push(entry("event", 3));
    EXPECT_TRUE(outbox.replace(entry("count 22", 0, 7)));
    EXPECT_FALSE(outbox.replace(entry("other", 0, 9)));
    EXPECT_EQ(outbox.frames(), 2U);
    EXPECT_EQ(outbox.bytes(), std::string{"count 22event"}.size());
}

TEST(Outbox, AnEventGivesItsPlaceUpAndTheNewerOneGoesToTheEnd) {
    Outbox outbox;
    outbox.push(entry("progress 1", 4, 7));
    outbox.push(entry("message", 5));
    EXPECT_TRUE(outbox.replace(entry("progress 2", 6, 7)));
    EXPECT_EQ(outbox.frames(), 2U);
    EXPECT_EQ(outbox.bytes(), std::string{"messageprogress 2"}.size());
    EXPECT_EQ(outbox.drop_unsent(), 5) << "the first one a client would miss";
    EXPECT_EQ(outbox.bytes(), 0U);
    EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, WithoutEventsNothingOfTheLogIsMissed) {
    Outbox outbox;
    outbox.push(entry("pong"));
    EXPECT_EQ(outbox.drop_unsent(), std::nullopt);
}

}   // namespace
}   // namespace waqtor::realtime
