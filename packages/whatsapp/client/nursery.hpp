#pragma once
#include "whatsapp/client/doorbell.hpp"

#include <boost/asio/co_spawn.hpp>

#include <functional>

namespace waqtor::whatsapp {

/// Owns coroutines: whoever spawns here waits here before it goes. On one strand.
class Nursery {
public:
    /// `on_throw` hears of exceptions, which only a fault of ours or a full memory brings.
    Nursery(asio::any_io_executor executor, std::function<void(std::exception_ptr)> on_throw)
        : executor_{std::move(executor)}, on_throw_{std::move(on_throw)}, bell_{executor_} {}
    Nursery(Nursery const&) = delete;
    Nursery& operator=(Nursery const&) = delete;

    void spawn(asio::awaitable<void> work) {
        ++running_;
        asio::co_spawn(executor_, std::move(work), [this](std::exception_ptr thrown) {
            if (thrown) on_throw_(thrown);
            --running_;
            bell_.ring();
        });
    }
    /// Until nothing runs any more.
    asio::awaitable<void> wait() {
        while (running_ > 0) co_await bell_.wait();
    }
    /// Until fewer than that run.
    asio::awaitable<void> wait_below(std::size_t most) {
        while (running_ >= most) co_await bell_.wait();
    }
    std::size_t running() const { return running_; }

private:
    asio::any_io_executor executor_;
    std::function<void(std::exception_ptr)> on_throw_;
    Doorbell bell_;
    std::size_t running_ = 0;
};

}   // namespace waqtor::whatsapp
