#include "core/events/event_bus.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {

struct EventBus::Waiter {
    explicit Waiter(asio::any_io_executor on) : executor{std::move(on)}, timer{executor} {}
    void wake() {
        woken = true;
        timer.cancel();
    }
    asio::any_io_executor executor;
    asio::steady_timer timer;
    bool woken = false;   // touched on `executor` only
};

EventBus::Subscription::Subscription(EventBus& bus, WorkspaceId workspace, asio::any_io_executor executor)
    : bus_{bus}, workspace_{workspace}, waiter_{std::make_shared<Waiter>(std::move(executor))} {
    auto lock = std::lock_guard{bus_.mutex_};
    bus_.waiters_.emplace(workspace_, waiter_);
}

EventBus::Subscription::~Subscription() {
    auto lock = std::lock_guard{bus_.mutex_};
    auto [from, to] = bus_.waiters_.equal_range(workspace_);
    auto const mine = std::find_if(from, to, [&](auto const& entry) { return entry.second == waiter_; });
    if (mine != to) bus_.waiters_.erase(mine);
}

asio::awaitable<bool> EventBus::Subscription::wait(std::chrono::milliseconds limit) {
    auto const waiter = waiter_;
    if (!waiter->woken) {
        waiter->timer.expires_after(limit);
        co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::exchange(waiter->woken, false);
}

void EventBus::Subscription::interrupt() { waiter_->wake(); }

void EventBus::wake(WorkspaceId workspace) {
    auto lock = std::lock_guard{mutex_};
    auto const post_to = [this](WorkspaceId whose) {
        auto [from, to] = waiters_.equal_range(whose);
        for (auto it = from; it != to; ++it) asio::post(it->second->executor, [waiter = it->second] { waiter->wake(); });
    };
    post_to(workspace);
    if (!workspace.empty()) post_to({});
}

void EventBus::wake_all() {
    auto lock = std::lock_guard{mutex_};
    for (auto const& [workspace, waiter] : waiters_) asio::post(waiter->executor, [waiter] { waiter->wake(); });
}

}   // namespace waqtor
