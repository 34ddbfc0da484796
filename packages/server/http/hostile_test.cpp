#include "core/base/json.hpp"
#include "server/testing/echo_server.hpp"

namespace waqtor {
namespace {
using server_testing::HttpServerTest;

struct Hostile {
    char const* what;
    std::string bytes;
    unsigned status;
};

/// Each must be refused, and what stands behind it on the connection must not be taken for a request.
std::vector<Hostile> hostile_requests() {
    auto const post = [](std::string headers, std::string body = "") {
        return "POST /p HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n" + body;
    };
    auto const chunked = [&](std::string body) { return post("Transfer-Encoding: chunked", std::move(body)); };
    return {
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
}

TEST_F(HttpServerTest, RefusesWhatAnotherParserCouldReadDifferently) {
    serve();
    for (auto const& [what, bytes, status] : hostile_requests()) {
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

}   // namespace
}   // namespace waqtor
