#pragma once
#include "core/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {

/// Runs blocking work on another executor (a worker pool) and comes back to the caller's with its result.
template <class F> auto run_on(asio::any_io_executor where, F work) -> asio::awaitable<std::invoke_result_t<F&>> {
    auto job = [](F owned) -> asio::awaitable<std::invoke_result_t<F&>> { co_return owned(); };
    co_return co_await asio::co_spawn(where, job(std::move(work)), asio::use_awaitable);
}

}   // namespace waqtor
