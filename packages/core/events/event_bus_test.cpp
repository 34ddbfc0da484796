#include "core/events/event_bus.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace waqtor {
namespace {
using namespace std::chrono_literals;

class EventBusTest : public testing::Test {
protected:
    bool wait_for(std::chrono::milliseconds limit) {
        auto woken = false;
        asio::co_spawn(io, [&]() -> asio::awaitable<void> { woken = co_await reader.wait(limit); }, asio::detached);
        io.restart();
        io.run();
        return woken;
    }
    TestClock clock;
    WorkspaceId workspace = WorkspaceId::make(clock.now());
    asio::io_context io;
    EventBus bus;
    EventBus::Subscription reader{bus, workspace, io.get_executor()};
};

TEST_F(EventBusTest, WakesAReaderThatWaits) {
    auto waker = std::jthread{[&] { bus.wake(workspace); }};
    EXPECT_TRUE(wait_for(1h));
}

TEST_F(EventBusTest, RemembersAWakeUpThatCameBeforeTheWait) {
    bus.wake(workspace);
    bus.wake(workspace);
    EXPECT_TRUE(wait_for(1h));
    EXPECT_FALSE(wait_for(0ms));
}

TEST_F(EventBusTest, LeavesOtherWorkspacesAlone) {
    bus.wake(WorkspaceId::make(clock.now()));
    EXPECT_FALSE(wait_for(0ms));
}

TEST_F(EventBusTest, EndsEveryWaitAtShutdown) {
    auto waker = std::jthread{[&] { bus.wake_all(); }};
    EXPECT_TRUE(wait_for(1h));
}

}   // namespace
}   // namespace waqtor
