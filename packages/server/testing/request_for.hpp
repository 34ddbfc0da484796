#pragma once
#include "server/http/message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace waqtor::server_testing {

/// A request made by hand, for tests that call a Handler without a server. `headers` as "Name: value" lines.
class MadeRequest {
public:
    MadeRequest(std::string method, std::string target, std::vector<std::string> headers = {}, std::string body = {});
    Request const& operator*() const { return request_; }
    Request& operator*() { return request_; }

private:
    std::string method_, target_, scratch_, body_;
    std::vector<std::string> lines_;
    Request request_;
};

/// Runs a task to its end on this thread.
template <class T> Result<T> run_now(Task<T> task) {
    asio::io_context io;
    auto done = asio::co_spawn(io, std::move(task), asio::use_future);
    io.run();
    return done.get();
}

/// Runs the handler to its end on this thread.
Response answer(Handler& handler, Request const& request);

}   // namespace waqtor::server_testing
