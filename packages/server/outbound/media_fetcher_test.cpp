#include "server/outbound/media_fetcher.hpp"

#include "server/http/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

namespace waqtor {
namespace {

/// A site on loopback.
class Site final : public Handler {
public:
    asio::awaitable<Response> handle(Request const& request) override { return answer(std::string{request.path}); }
    std::size_t body_limit(Request const&) const override { return 0; }

private:
    static asio::awaitable<Response> answer(std::string path) {
        if (path == "/moved") co_return Response{.status = 302, .headers = {{"Location", "/logo.png"}}};
        if (path == "/large") co_return Response{.body = std::string(5000, 'x')};
        if (path != "/logo.png") co_return Response{.status = 404};
        co_return Response{.content_type = "image/png", .body = "\x89PNG\r\n\x1a\n"};
    }
};

Result<Fetched> fetch(MediaFetcher& fetcher, std::string url) {
    asio::io_context io;
    auto done = asio::co_spawn(io, fetcher.fetch(std::move(url)), asio::use_future);
    io.run();
    return done.get();
}

TEST(MediaFetcher, FetchesFromWhereItMay) {
    Site site;
    HttpServer server{{}, site};
    ASSERT_TRUE(server.listen("127.0.0.1", 0));
    ASSERT_TRUE(server.start());
    auto const base = "http://127.0.0.1:" + std::to_string(server.port());
    HttpMediaFetcher careful;
    EXPECT_EQ(fetch(careful, base + "/logo.png").error().code, Code::invalid) << "this machine is not public";

    HttpMediaFetcher allowed{{.largest = 1000, .allowed = {"127.0.0.0/8"}}};
    auto const found = fetch(allowed, base + "/logo.png?v=1");
    ASSERT_TRUE(found) << found.error().message << found.error().cause;
    EXPECT_EQ(found->bytes, "\x89PNG\r\n\x1a\n");
    EXPECT_EQ(found->mime_type, "image/png");
    EXPECT_EQ(found->name, "logo.png");
    EXPECT_EQ(fetch(allowed, base + "/moved").error().code, Code::invalid);
    EXPECT_EQ(fetch(allowed, base + "/missing").error().code, Code::invalid);
    EXPECT_EQ(fetch(allowed, base + "/large").error().code, Code::too_large);
    server.stop();
}

TEST(MediaFetcher, RefusesAddressesThatAreNoneOrPrivate) {
    HttpMediaFetcher fetcher;
    for (auto const* url :
         {"", "logo.png", "ftp://example.com/a", "file:///etc/passwd", "http://user:pass@example.com/", "http:///a",
          "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest", "http://0.0.0.0/",
          "http://10.1.2.3/", "http://[fe80::1]/", "http://[64:ff9b::7f00:1]/", "http://2130706433/"})
        EXPECT_EQ(fetch(fetcher, url).error().code, Code::invalid) << url;
}

TEST(MediaFetcher, KnowsWhatIsPublic) {
    for (auto const* address : {"1.1.1.1", "8.8.8.8", "2606:4700::1111"}) EXPECT_TRUE(is_public(address)) << address;
    for (auto const* address : {"192.168.1.1", "172.31.0.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
                                "::", "fd00::1", "2002:7f00:1::", "::ffff:192.168.0.1"})
        EXPECT_FALSE(is_public(address)) << address;
}

}   // namespace
}   // namespace waqtor
