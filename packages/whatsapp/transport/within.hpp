#pragma once
#include "core/base/result.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor::whatsapp::transport {

/// `work`, or Code::timeout after `deadline`; then the work is cancelled, and awaited so that nothing of it is left.
template <class T> Task<T> within(std::chrono::milliseconds deadline, Task<T> work, char const* what) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{co_await asio::this_coro::executor, deadline};
    auto first = co_await (std::move(work) || timer.async_wait(asio::use_awaitable));
    if (first.index() == 0) co_return std::get<0>(std::move(first));
    co_return fail(Code::timeout, std::string{what} + " took too long");
}

}   // namespace waqtor::whatsapp::transport
