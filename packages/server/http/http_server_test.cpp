#include "server/http/http_server.hpp"

#include "server/testing/echo_server.hpp"

namespace waqtor {
namespace {
using server_testing::HttpServerTest;
using server_testing::RawClient;
using namespace std::chrono_literals;

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

TEST_F(HttpServerTest, ALargeBodyMayComeSlowly) {
    serve(quick());
    auto slow = client();
    slow.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\n" + std::string(300'000, 'a'));
    auto drip = client();
    drip.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\nab");
    EXPECT_EQ(drip.receive()->status, 408U) << "the usual time is over; what has arrived of the other allows nine seconds more";
    slow.send(std::string(100'000, 'a'));
    EXPECT_EQ(slow.receive()->status, 200U);
}

TEST_F(HttpServerTest, WhatWasFoundOutBeforeALargeBodyIsKeptForItsRequestOnly) {
    serve();
    auto one = client();
    one.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(one.receive()->body, "admitted");
    one.send("POST /admission HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(one.receive()->body, "not admitted");
    one.send("GET /admission HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(one.receive()->body, "not admitted");
}

TEST_F(HttpServerTest, WhatWasFoundOutBeforeABodyThatCameSlowlyIsFoundOutAnew) {
    serve(quick());
    auto slow = client();
    slow.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\n" + std::string(300'000, 'a'));
    auto drip = client();
    drip.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(drip.receive()->status, 408U) << "the usual time is over";
    slow.send(std::string(100'000, 'a'));
    EXPECT_EQ(slow.receive()->body, "not admitted");
}

TEST_F(HttpServerTest, TheHandlerWritesTheRefusalOfABody) {
    serve(quick());
    for (auto const& [request, status] : std::initializer_list<std::pair<std::string, unsigned>>{
             {"POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", 413},
             {"POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", 413},
             {"POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400},
             {"POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", 408},
             {"POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Stranger: 1\r\n\r\n", 403}}) {
        auto const got = answer(request);
        ASSERT_TRUE(got) << request;
        EXPECT_EQ(got->status, status) << request;
        EXPECT_EQ(got->header("X-Refused-At"), request.starts_with("POST /small") ? "/small" : "/upload") << request;
        EXPECT_EQ(got->header("Connection"), "close") << request;
    }
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
