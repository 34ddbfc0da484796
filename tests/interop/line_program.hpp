#pragma once
#include "core/base/result.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <functional>
#include <iostream>
#include <mutex>
#include <thread>

// A program that a test or benchmark drives by lines, as peer.mjs says: one JSON request each on stdin, one answer each on stdout,
// events in between.

namespace waqtor::interop {

/// From any thread.
inline void say(boost::json::object const& line) {
    static std::mutex output;
    auto const lock = std::lock_guard{output};
    std::cout << boost::json::serialize(line) << std::endl;
}

template <class T> T must(Result<T> result) {
    if (!result) throw std::runtime_error{result.error().message + " | " + result.error().cause};
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

using Perform = std::function<asio::awaitable<boost::json::object>(boost::json::object)>;

/// Performs one request and says what came of it; what is thrown becomes "error".
inline asio::awaitable<void> answer(Perform const& perform, std::string line) {
    auto const request = boost::json::parse(line).as_object();
    boost::json::object out;
    try {
        out = co_await perform(request);
        out["ok"] = true;
    } catch (std::exception const& error) {
        out = {{"error", error.what()}};
    }
    out["id"] = request.at("id");
    say(out);
}

/// Performs requests on `io`, several at once, and ends the process with its input.
inline void answer_lines(asio::io_context& io, Perform perform, std::function<void()> at_end = [] {}) {
    auto guard = asio::make_work_guard(io);
    auto reader = std::thread{[&] {
        for (std::string line; std::getline(std::cin, line);)
            asio::post(io, [&, line] { asio::co_spawn(io, answer(perform, line), asio::detached); });
        at_end();
        std::_Exit(0);
    }};
    io.run();
    reader.join();
}

}   // namespace waqtor::interop
