#pragma once
#include "server/http/http_server.hpp"
#include "server/router/until_stopped.hpp"
#include "server/testing/raw_client.hpp"

#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <latch>

namespace waqtor::server_testing {

/// Answers with what it got, and can be made to wait.
class Echo final : public Handler {
public:
    asio::awaitable<Response> handle(Request const& request) override {
        ++handled;
        if (request.path == "/wait") co_return co_await wait(request);
        if (request.path == "/deaf") co_await sleep_forever();
        if (request.path == "/big") co_return Response{.content_type = "text/plain", .body = std::string(4'000'000, 'x')};
        if (request.path == "/stream") co_return stream();
        if (request.path == "/upload" || request.path == "/admission")
            co_return Response{.body = request.admission ? "admitted" : "not admitted"};
        if (request.path == "/from")
            co_return Response{.body = std::string{request.address} + (request.secure ? " secure" : " plain")};
        co_return Response{.content_type = "text/plain",
                           .headers = {{"X-Injected", "a\r\nSet-Cookie: b"}},
                           .body = std::string{request.method_text} + " " + std::string{request.path} + " " +
                                   std::string{request.query} + " " + std::string{request.body}};
    }
    std::size_t body_limit(Request const& head) const override {
        if (head.path == "/upload") return 2'000'000;
        return head.path == "/small" ? 10 : 0;
    }
    Task<void> admit(Request& head) override {
        if (head.has_header("x-stranger")) co_return fail(Code::forbidden, "You may not");
        head.admission = std::make_shared<Admission>();
        co_return Result<void>{};
    }
    Response refusal(Error const& error, Request const& head) const override {
        auto out = error_response(error, head.request_id);
        out.headers.push_back({"X-Refused-At", std::string{head.path}});
        return out;
    }

    std::atomic<int> handled = 0;
    std::latch waiting{1};
    std::latch woken{1};

private:
    static asio::awaitable<bool> sleep_forever() {
        auto timer = asio::steady_timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        co_await timer.async_wait(asio::use_awaitable);
        co_return true;
    }
    asio::awaitable<Response> wait(Request const& request) {
        waiting.count_down();
        auto const done = co_await until_stopped(request.stop, sleep_forever());
        woken.count_down();
        co_return Response{.body = done ? "slept" : "woken"};
    }
    static Response stream() {
        auto left = std::make_shared<int>(3);
        return {.content_type = "text/plain", .stream = [left]() -> asio::awaitable<std::string> {
                    co_return *left > 0 ? "part " + std::to_string((*left)--) + "\n" : std::string{};
                }};
    }
};

/// A server of its own for each test, on a free port.
class HttpServerTest : public ::testing::Test {
protected:
    void serve(HttpSettings const& settings = {}) {
        server = std::make_unique<HttpServer>(settings, echo);
        ASSERT_TRUE(server->listen("127.0.0.1", 0));
        ASSERT_TRUE(server->start());
    }
    RawClient client(std::string const& from = "127.0.0.1") { return RawClient{server->port(), from}; }
    /// Sends the bytes on a connection of their own; the answer, if one came.
    std::optional<RawAnswer> answer(std::string_view bytes) {
        auto one = client();
        one.send(bytes);
        return one.receive();
    }
    static HttpSettings quick() {
        using namespace std::chrono_literals;
        return {
            .first_byte = 200ms, .request = 200ms, .idle = 200ms, .write = 200ms, .linger = 200ms, .drain = 200ms, .sweep = 10ms};
    }

    Echo echo;
    std::unique_ptr<HttpServer> server;
};

}   // namespace waqtor::server_testing
