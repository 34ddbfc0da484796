#pragma once
#include "core/base/id.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace waqtor {

/// Wakes the readers of a workspace's event log. It carries no events: a woken reader reads the log from where it stopped.
class EventBus {
    struct Waiter;

public:
    /// A reader's place on the bus, for as long as it lives; with the empty workspace, a reader of every workspace. Use it on the
    /// one executor it was made with: subscribe, read the log, wait, read again; what is written in between is never missed.
    class Subscription {
    public:
        Subscription(EventBus& bus, WorkspaceId workspace, asio::any_io_executor executor);
        ~Subscription();
        Subscription(Subscription const&) = delete;
        Subscription& operator=(Subscription const&) = delete;

        /// True when woken since the last wait, false when `limit` passed first.
        asio::awaitable<bool> wait(std::chrono::milliseconds limit);
        /// Ends the wait, or the next one. On the subscription's executor.
        void interrupt();

    private:
        EventBus& bus_;
        WorkspaceId workspace_;
        std::shared_ptr<Waiter> waiter_;
    };

    /// From any thread.
    void wake(WorkspaceId workspace);
    /// Ends every wait, for shutdown.
    void wake_all();

private:
    std::mutex mutex_;   // wake() comes from the database's threads
    std::unordered_multimap<WorkspaceId, std::shared_ptr<Waiter>> waiters_;
};

}   // namespace waqtor
