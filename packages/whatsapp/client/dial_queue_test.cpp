#include "whatsapp/client/dial_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace waqtor::whatsapp {
namespace {

using namespace std::chrono_literals;
using Moment = DialQueue::Moment;

constexpr auto kStart = Moment{} + 1h;

/// The largest number that fall into one second.
std::ptrdiff_t most_in_a_second(std::vector<Moment> moments) {
    std::ranges::sort(moments);
    std::ptrdiff_t most = 0;
    for (auto from = moments.begin(); from != moments.end(); ++from)
        most = std::max(most, std::lower_bound(from, moments.end(), *from + 1s) - from);
    return most;
}

TEST(DialQueue, AThousandTogetherComeEvenlyWithinFifteenSeconds) {
    DialQueue queue;
    std::vector<Moment> dialled;
    for (int i = 0; i < 1000; ++i) dialled.push_back(std::max(kStart, queue.place(kStart)));
    EXPECT_LE(dialled.back() - kStart, 15s);
    EXPECT_LE(most_in_a_second(dialled), 20 + 67);
    std::erase(dialled, kStart);
    EXPECT_GE(dialled.size(), 980U) << "more than a few at once";
    for (std::size_t i = 1; i < dialled.size(); ++i) EXPECT_EQ(dialled[i] - dialled[i - 1], 15ms);
}

TEST(DialQueue, WhoDialsAloneNeverWaits) {
    DialQueue queue;
    for (auto now = kStart; now < kStart + 10s; now += 15ms) EXPECT_LE(queue.place(now), now);
}

TEST(DialQueue, AQuietTimeIsSavedForAFewNotForAll) {
    DialQueue queue{10ms, 3};
    for (int i = 0; i < 3; ++i) EXPECT_LE(queue.place(kStart), kStart) << i;
    EXPECT_EQ(queue.place(kStart), kStart + 10ms);
    auto const later = kStart + 1h;
    for (int i = 0; i < 3; ++i) EXPECT_LE(queue.place(later), later) << i;
    EXPECT_EQ(queue.place(later), later + 10ms);
}

TEST(DialQueue, ThreadsNeverShareAPlace) {
    DialQueue queue{1ms, 1};
    constexpr std::size_t kThreads = 4, kEach = 1000;
    std::array<std::vector<Moment>, kThreads> places;
    {
        std::vector<std::jthread> threads;
        for (auto& mine : places)
            threads.emplace_back([&] {
                for (std::size_t i = 0; i < kEach; ++i) mine.push_back(queue.place(kStart));
            });
    }
    std::vector<Moment> all;
    for (auto const& mine : places) all.insert(all.end(), mine.begin(), mine.end());
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
    EXPECT_EQ(all.back() - all.front(), 1ms * (kThreads * kEach - 1));
}

}   // namespace
}   // namespace waqtor::whatsapp
