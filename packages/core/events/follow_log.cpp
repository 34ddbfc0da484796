#include "core/events/follow_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {
namespace {
asio::awaitable<void> loop(EventBus& bus, std::stop_token stop, std::function<Task<bool>()> step) {
    EventBus::Subscription subscription{bus, WorkspaceId{}, co_await asio::this_coro::executor};
    auto const on_stop = std::stop_callback{stop, [&bus] { bus.wake({}); }};
    while (!stop.stop_requested()) {
        auto const more = co_await step();
        if (stop.stop_requested()) break;
        if (!more || !*more) co_await subscription.wait(std::chrono::seconds{1});
    }
}
}   // namespace

asio::awaitable<void> follow_log(EventBus& bus, std::stop_token stop, std::function<Task<bool>()> step) {
    auto const strand = asio::make_strand(co_await asio::this_coro::executor);
    co_await asio::co_spawn(strand, loop(bus, std::move(stop), std::move(step)), asio::use_awaitable);
}

}   // namespace waqtor
