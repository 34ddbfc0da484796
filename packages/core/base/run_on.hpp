#pragma once
#include "core/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {

/// Runs blocking work on another executor (a worker pool) and comes back to the caller's with its result. Cannot be cancelled: who
/// is cancelled meanwhile hears of it at his next wait, and the work never outlives him.
template <class F> auto run_on(asio::any_io_executor where, F work) -> asio::awaitable<std::invoke_result_t<F&>> {
    auto job = [](F owned) -> asio::awaitable<std::invoke_result_t<F&>> { co_return owned(); };
    // A cancellation that arrives before the work has begun would throw on the other executor, where nobody catches it.
    co_return co_await asio::co_spawn(where, job(std::move(work)),
                                      asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable));
}

}   // namespace waqtor
