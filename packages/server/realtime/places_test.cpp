#include "server/realtime/places.hpp"

#include <gtest/gtest.h>

namespace waqtor::realtime {
namespace {

class PlacesTest : public testing::Test {
protected:
    Caller caller(std::string address) {
        return {.proof = Proof::key, .workspace = workspace, .key = key, .address = std::move(address)};
    }
    HubSettings settings{.messages_per_second = 0.001, .burst = 1, .shared_factor = 3, .connections_per_address = 2};
    WorkspaceId workspace = WorkspaceId::make(Timestamp{});
    std::optional<KeyId> key = KeyId::make(Timestamp{});
};

TEST_F(PlacesTest, WhoComesBackFindsTheBucketAsItWasLeft) {
    Places places{settings};
    auto const now = TokenBucket::Clock::now();
    auto taken = 0;
    for (int i = 0; i < 10; ++i) {
        auto place = places.admit(caller("192.0.2.1"));
        ASSERT_TRUE(place);
        taken += place->take(now);
    }
    EXPECT_EQ(taken, 3);
}

TEST_F(PlacesTest, WhoMayConnectMoreMaySayMoreTogether) {
    settings.connections_per_address = settings.connections_per_key = settings.connections_per_workspace = 1'000;
    Places places{settings};
    auto const now = TokenBucket::Clock::now();
    auto taken = 0;
    for (int i = 0; i < 1'000; ++i) {
        auto place = places.admit(caller("192.0.2.1"));
        ASSERT_TRUE(place);
        taken += place->take(now);
    }
    EXPECT_EQ(taken, static_cast<int>(100 * settings.burst));
}

TEST_F(PlacesTest, APlaceIsGivenBack) {
    Places places{settings};
    auto one = places.admit(caller("192.0.2.1"));
    {
        auto const two = places.admit(caller("192.0.2.1"));
        ASSERT_TRUE(one && two);
        EXPECT_EQ(places.admit(caller("192.0.2.1")).error().code, Code::rate_limited);
        EXPECT_TRUE(places.admit(caller("192.0.2.2")));
    }
    EXPECT_TRUE(places.admit(caller("192.0.2.1")));
}

TEST_F(PlacesTest, ManyStrangersLeaveNothingBehind) {
    settings.messages_per_second = 1'000'000;
    Places places{settings};
    for (int i = 0; i < 5'000; ++i) EXPECT_TRUE(places.admit(caller("2001:db8:" + std::to_string(i) + "::1")));
    EXPECT_LE(places.known(), 1'024U + 3);
}

}   // namespace
}   // namespace waqtor::realtime
