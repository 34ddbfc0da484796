#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <stop_token>

namespace waqtor {
namespace asio = boost::asio;

/// Awaits `wait`, but cuts it off when `stop` fires (Context::stop: the client is gone or the server drains). Nothing then, unless
/// the wait itself turns its cancellation into a value, as EventBus::Subscription::wait does. What `wait` throws is thrown.
template <class T> asio::awaitable<std::optional<T>> until_stopped(std::stop_token stop, asio::awaitable<T> wait) {
    if (stop.stop_requested()) co_return std::nullopt;
    asio::cancellation_signal cut;
    auto const on_stop = std::stop_callback{stop, [&cut] { cut.emit(asio::cancellation_type::terminal); }};
    auto const here = co_await asio::this_coro::executor;
    auto [thrown, value] = co_await asio::co_spawn(here, std::move(wait),
                                                   asio::bind_cancellation_slot(cut.slot(), asio::as_tuple(asio::use_awaitable)));
    if (thrown && stop.stop_requested()) co_return std::nullopt;
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(value);
}

}   // namespace waqtor
