#include "server/http/http_server.hpp"

#include "core/base/json.hpp"
#include "server/router/until_stopped.hpp"
#include "server/testing/raw_client.hpp"

#include <gtest/gtest.h>

#include <latch>

namespace waqtor {
namespace {
using server_testing::RawClient;
using namespace std::chrono_literals;

/// Answers with what it got, and can be made to wait.
class Echo final : public Handler {
public:
    asio::awaitable<Response> handle(Request const& request) override {
        ++handled;
        if (request.path == "/wait") co_return co_await wait(request);
        if (request.path == "/deaf") co_await sleep_forever();
        if (request.path == "/big") co_return Response{.content_type = "text/plain", .body = std::string(4'000'000, 'x')};
        if (request.path == "/stream") co_return stream();
        if (request.path == "/from")
            co_return Response{.body = std::string{request.address} + (request.secure ? " secure" : " plain")};
        co_return Response{.content_type = "text/plain",
                           .headers = {{"X-Injected", "a\r\nSet-Cookie: b"}},
                           .body = std::string{request.method_text} + " " + std::string{request.path} + " " +
                                   std::string{request.query} + " " + std::string{request.body}};
    }
    std::size_t body_limit(Request const& head) const override { return head.path == "/small" ? 10 : 0; }

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

class HttpServerTest : public testing::Test {
protected:
    void serve(HttpSettings const& settings = {}) {
        server = std::make_unique<HttpServer>(settings, echo);
        ASSERT_TRUE(server->listen("127.0.0.1", 0));
        ASSERT_TRUE(server->start());
    }
    RawClient client(std::string const& from = "127.0.0.1") { return RawClient{server->port(), from}; }
    /// Sends the bytes on a connection of their own; the answer, if one came.
    std::optional<server_testing::RawAnswer> answer(std::string_view bytes) {
        auto one = client();
        one.send(bytes);
        return one.receive();
    }
    static HttpSettings quick() {
        return {
            .first_byte = 200ms, .request = 200ms, .idle = 200ms, .write = 200ms, .linger = 200ms, .drain = 200ms, .sweep = 10ms};
    }

    Echo echo;
    std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, AnswersOnOneConnectionAgainAndAgain) {
    serve();
    auto one = client();
    for (auto i = 0; i < 3; ++i) {
        one.send("GET /a%20b?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
        auto const got = one.receive();
        ASSERT_TRUE(got);
        EXPECT_EQ(got->status, 200U);
        EXPECT_EQ(got->body, "GET /a b x=1 ");
        EXPECT_EQ(got->header("X-Request-Id").size(), 36U);
        EXPECT_EQ(got->header("X-Content-Type-Options"), "nosniff");
        EXPECT_NE(got->header("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
        EXPECT_EQ(got->header("Set-Cookie"), "") << "a line end in a value must not make a header";
    }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    serve();
    auto one = client();
    std::string all;
    for (auto i = 0; i < 100; ++i)
        all += i % 2 ? "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n"
                     : "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
    one.send(all);
    for (auto i = 0; i < 100; ++i) {
        auto const got = one.receive();
        ASSERT_TRUE(got) << i;
        EXPECT_EQ(got->body, (i % 2 ? "GET /" : "POST /") + std::to_string(i) + (i % 2 ? "  " : "  hi"));
    }
}

TEST_F(HttpServerTest, TakesARequestInPieces) {
    serve();
    auto one = client();
    for (auto c : std::string_view{
             "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"})
        one.send({&c, 1});
    EXPECT_EQ(one.receive()->body, "POST /p  abcde");
    one.send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\nGET /g HTTP/1.1\r\nHost: h\r\n\r\n");
    auto const head = one.receive(true);
    EXPECT_EQ(head->header("Content-Length"), "9");
    EXPECT_EQ(one.receive()->body, "GET /g  ");
}

TEST_F(HttpServerTest, KeepsTheClientsRequestIdWhenItIsAPlainWord) {
    serve();
    EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc-1.2_3\r\n\r\n")->header("X-Request-Id"), "abc-1.2_3");
    EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n")->header("X-Request-Id").size(), 36U);
    auto const long_id = std::string(65, 'a');
    EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: " + long_id + "\r\n\r\n")->header("X-Request-Id").size(), 36U);
}

TEST_F(HttpServerTest, AsksForTheBodyWhenTheClientWaitsForThat) {
    serve();
    auto one = client();
    one.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(one.receive()->status, 100U);
    one.send("hello");
    EXPECT_EQ(one.receive()->body, "POST /p  hello");
    auto two = client();
    two.send("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(two.receive()->status, 413U) << "before the body is sent";
}

TEST_F(HttpServerTest, SendsLongAnswersInChunks) {
    serve();
    auto one = client();
    one.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\nGET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(one.receive()->body, "part 3\npart 2\npart 1\n");
    EXPECT_EQ(one.receive()->body.size(), 4'000'000U);
    auto old = client();
    old.send("GET /stream HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.receive()->body, "part 3\npart 2\npart 1\n");
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
    serve();
    for (auto const* request : {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
        auto one = client();
        one.send(request);
        EXPECT_EQ(one.receive()->header("Connection"), "close");
        EXPECT_TRUE(one.ended());
    }
    auto kept = client();
    kept.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.receive()->header("Connection"), "keep-alive");
    kept.send("GET /2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.receive()->body, "GET /2  ");
}

struct Hostile {
    char const* what;
    std::string bytes;
    unsigned status;
};

TEST_F(HttpServerTest, RefusesWhatAnotherParserCouldReadDifferently) {
    serve();
    auto const post = [](std::string headers, std::string body = "") {
        return "POST /p HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n" + body;
    };
    auto const chunked = [&](std::string body) { return post("Transfer-Encoding: chunked", std::move(body)); };
    std::vector<Hostile> const rows{
        {"both lengths", post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
        {"both lengths, other order", post("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n"), 400},
        {"length twice", post("Content-Length: 3\r\nContent-Length: 3", "abc"), 400},
        {"two lengths", post("Content-Length: 3\r\nContent-Length: 4", "abc"), 400},
        {"list of lengths", post("Content-Length: 3, 3", "abc"), 400},
        {"signed length", post("Content-Length: +3", "abc"), 400},
        {"negative length", post("Content-Length: -3", "abc"), 400},
        {"hexadecimal length", post("Content-Length: 0x3", "abc"), 400},
        {"length with a blank", post("Content-Length: 1 2", "abc"), 400},
        {"empty length", post("Content-Length:", "abc"), 400},
        {"huge length", post("Content-Length: 99999999999999999999"), 400},
        {"other coding", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 400},
        {"coding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
        {"coding listed twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), 400},
        {"identity", post("Transfer-Encoding: identity"), 400},
        {"misspelt coding", post("Transfer-Encoding: xchunked", "0\r\n\r\n"), 400},
        {"coding with a vertical tab", post("Transfer-Encoding: \vchunked", "0\r\n\r\n"), 400},
        {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"blank before the colon", post("Content-Length : 3", "abc"), 400},
        {"tab before the colon", post("Transfer-Encoding\t: chunked", "0\r\n\r\n"), 400},
        {"folded line", post("X-A: b\r\n c"), 400},
        {"folded first line", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        {"no colon", post("Nonsense"), 400},
        {"empty name", post(": x"), 400},
        {"NUL in a value", post(std::string("X-A: b\0c", 8)), 400},
        {"NUL in a name", post(std::string("X\0A: b", 6)), 400},
        {"bare CR in a value", post("X-A: b\rX-B: c"), 400},
        {"bare line feeds", "GET / HTTP/1.1\nHost: h\n\n", 400},
        {"one bare line feed", "GET / HTTP/1.1\r\nHost: h\nX-A: b\r\n\r\n", 400},
        {"name that is no token", post("X(A): b"), 400},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"Host twice", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400},
        {"Host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", 400},
        {"Host with a user", "GET / HTTP/1.1\r\nHost: a@h\r\n\r\n", 400},
        {"whole address", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"star for GET", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"no version", "GET /\r\nHost: h\r\n\r\n", 400},
        {"HTTP/2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        {"two blanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"blank in the address", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"method that is no token", "G\"T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"TLS to a plain port", std::string("\x16\x03\x01\x00\x05hello\n", 11), 400},
        {"unknown expectation", post("Expect: wonders"), 400},
        {"dots", "GET /a/../b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"one dot", "GET /a/./b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"encoded dots", "GET /a/%2e%2E/b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"half encoded dots", "GET /a/.%2e HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"backslash", "GET /a\\..\\b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"encoded backslash", "GET /a%5cb HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"encoded NUL", "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"encoded line end", "GET /a%0d%0ab HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"broken encoding", "GET /a%g1 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"encoding cut off", "GET /a%2 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"not UTF-8", "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"overlong UTF-8 slash", "GET /%c0%af HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"raw bytes", "GET /\xd9\x82 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"fragment", "GET /#x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"chunk size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
        {"signed chunk size", chunked("+3\r\nabc\r\n0\r\n\r\n"), 400},
        {"blank before the chunk size", chunked(" 3\r\nabc\r\n0\r\n\r\n"), 400},
        {"blank behind the chunk size", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400},
        {"empty chunk size", chunked("\r\nabc\r\n0\r\n\r\n"), 400},
        {"huge chunk size", chunked("fffffffffffffffff\r\n"), 400},
        {"chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400},
        {"chunk shorter than its size", chunked("4\r\nabc\r\n0\r\n\r\n"), 400},
        {"bare line feed in chunks", chunked("3\nabc\n0\n\n"), 400},
        {"control character in an extension", chunked("3;\x01\r\nabc\r\n0\r\n\r\n"), 400},
        {"endless extension", chunked("3;" + std::string(2000, 'x')), 400},
        {"trailer without a colon", chunked("0\r\nGET / HTTP/1.1\r\n\r\n"), 400},
        {"body over the limit", post("Content-Length: 1048577"), 413},
        {"chunks over the limit", chunked("fffff\r\n" + std::string(0xfffff, 'x') + "\r\n2\r\n"), 413},
        {"chunk over the limit", chunked("ffffffff\r\n"), 413},
        {"long address", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
        {"endless address", "GET /" + std::string(20000, 'a'), 414},
        {"large header", post("X-A: " + std::string(17000, 'a')), 431},
        {"endless headers", "GET / HTTP/1.1\r\n" + std::string(20000, 'a'), 431},
    };
    for (auto const& [what, bytes, status] : rows) {
        auto one = client();
        one.send(bytes + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
        auto const got = one.receive();
        ASSERT_TRUE(got) << what;
        EXPECT_EQ(got->status, status) << what << "\n" << got->body;
        EXPECT_EQ(got->header("Content-Type"), "application/json") << what;
        EXPECT_EQ(got->header("Connection"), "close") << what;
        auto const body = parse_json(got->body);
        ASSERT_TRUE(body) << what;
        EXPECT_EQ(body->at("success"), false) << what;
        EXPECT_EQ(body->at("requestId").as_string(), got->header("X-Request-Id")) << what;
        EXPECT_TRUE(one.ended()) << what << ": nothing behind it may be answered";
    }
    EXPECT_EQ(echo.handled, 0) << "no handler saw any of it";
}

TEST_F(HttpServerTest, RefusesTooManyHeaders) {
    serve();
    std::string lines;
    for (auto i = 0; i < 101; ++i) lines += "A: b\r\n";
    EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n")->status, 431U);
}

TEST_F(HttpServerTest, EndsConnectionsThatTakeTooLong) {
    serve(quick());
    EXPECT_TRUE(client().ended()) << "silent from the start";

    auto slow_head = client();
    slow_head.send("GET / HTTP/1.1\r\nHost:");
    EXPECT_EQ(slow_head.receive()->status, 408U);
    EXPECT_TRUE(slow_head.ended());

    auto slow_body = client();
    slow_body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(slow_body.receive()->status, 408U);

    auto slow_chunks = client();
    slow_chunks.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    EXPECT_EQ(slow_chunks.receive()->status, 408U);

    auto idle = client();
    idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(idle.receive()->status, 200U);
    EXPECT_TRUE(idle.ended());
}

TEST_F(HttpServerTest, DoesNotLetADripOfHeadersKeepAConnection) {
    serve(quick());
    auto slow = client();
    slow.send("GET / HTTP/1.1\r\nHost: h\r\n");
    auto dripping = std::jthread{[&](std::stop_token stop) {
        while (!stop.stop_requested()) slow.send("A: b\r\n");   // until 408 or 431 comes, whichever is first
    }};
    auto const got = slow.receive();
    ASSERT_TRUE(got);
    EXPECT_TRUE(got->status == 408 || got->status == 431) << got->status;
}

TEST_F(HttpServerTest, LimitsConnections) {
    serve({.connections = 4, .connections_per_address = 2});
    auto const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    std::vector<RawClient> open;
    auto const served = [&](std::string const& from) {
        auto& one = open.emplace_back(client(from));
        one.send(request);
        return one.receive()->status;
    };
    EXPECT_EQ(served("127.0.0.1"), 200U);
    EXPECT_EQ(served("127.0.0.1"), 200U);
    auto third = client();
    auto const refused = third.receive();
    EXPECT_EQ(refused->status, 429U);
    EXPECT_NE(refused->header("Retry-After"), "");
    EXPECT_TRUE(third.ended());
    EXPECT_EQ(served("127.0.0.2"), 200U);
    EXPECT_EQ(served("127.0.0.3"), 200U);
    EXPECT_EQ(client("127.0.0.4").receive()->status, 503U);
    EXPECT_EQ(server->connections(), 4U);
}

TEST_F(HttpServerTest, BelievesOnlyTrustedProxies) {
    serve({.trusted_proxies = {"127.0.0.2/32", "198.51.100.0/24"}});
    auto const from = [&](std::string const& address, std::string const& headers) {
        auto one = client(address);
        one.send("GET /from HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
        return one.receive()->body;
    };
    EXPECT_EQ(from("127.0.0.1", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"), "127.0.0.1 plain");
    EXPECT_EQ(from("127.0.0.2", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"), "203.0.113.9 secure");
    EXPECT_EQ(from("127.0.0.2", "X-Forwarded-For: 10.9.9.9, 203.0.113.9, 198.51.100.7\r\n"), "203.0.113.9 plain");
    EXPECT_EQ(from("127.0.0.2", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 203.0.113.10\r\n"), "203.0.113.10 plain");
    EXPECT_EQ(from("127.0.0.2", "X-Forwarded-For: <script>\r\n"), "127.0.0.2 plain");
    EXPECT_EQ(from("127.0.0.2", ""), "127.0.0.2 plain");
}

TEST_F(HttpServerTest, LetsOnlyAllowedAddressesIn) {
    serve({.allowed_addresses = {"127.0.0.3"}});
    EXPECT_TRUE(client("127.0.0.1").ended());
    auto allowed = client("127.0.0.3");
    allowed.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(allowed.receive()->status, 200U);
}

TEST_F(HttpServerTest, WakesAHandlerWhoseClientLeft) {
    serve(quick());
    auto one = client();
    one.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    echo.waiting.wait();
    one.close();
    echo.woken.wait();   // returns only because the server noticed
    server->stop();
    EXPECT_EQ(server->connections(), 0U);
}

TEST_F(HttpServerTest, FinishesWhatIsInFlightBeforeItStops) {
    serve({.threads = 2, .sweep = 10ms});
    auto idle = client();
    idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(idle.receive()->status, 200U);
    auto waiting = client();
    waiting.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    echo.waiting.wait();
    auto const port = server->port();
    auto stopping = std::jthread{[&] { server->stop(); }};
    auto const got = waiting.receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->body, "woken");
    EXPECT_EQ(got->header("Connection"), "close");
    EXPECT_TRUE(idle.ended());
    waiting.close();
    stopping.join();
    EXPECT_EQ(server->connections(), 0U);
    EXPECT_THROW(RawClient{port}, std::runtime_error) << "nobody listens any more";
}

TEST_F(HttpServerTest, StopsInTimeAlthoughAHandlerWillNotEnd) {
    serve(quick());
    auto one = client();
    one.send("GET /deaf HTTP/1.1\r\nHost: h\r\n\r\n");
    while (echo.handled == 0) std::this_thread::yield();
    server->stop();
    EXPECT_EQ(server->connections(), 0U);
    EXPECT_TRUE(one.ended());
}

TEST_F(HttpServerTest, DoesNotWaitForAClientThatWillNotRead) {
    serve(quick());
    auto one = client();
    for (auto i = 0; i < 20; ++i) one.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    while (echo.handled == 0) std::this_thread::yield();
    server->stop();
    EXPECT_EQ(server->connections(), 0U);
    EXPECT_LT(echo.handled, 20) << "answers wait for the client to take them, not in memory";
}

}   // namespace
}   // namespace waqtor
