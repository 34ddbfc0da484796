#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor::whatsapp {
namespace asio = boost::asio;

/// Wakes the coroutines of one strand that wait for something to change. Whoever is woken looks again at what it waits for.
class Doorbell {
public:
    explicit Doorbell(asio::any_io_executor const& executor) : timer_{executor, asio::steady_timer::time_point::max()} {}

    /// Wakes all that wait now.
    void ring() { timer_.cancel(); }
    asio::awaitable<void> wait() { co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)); }

private:
    asio::steady_timer timer_;
};

}   // namespace waqtor::whatsapp
