#include "server/http/tls.hpp"

#include "server/http/http_server.hpp"
#include "server/testing/raw_client.hpp"
#include "server/testing/tls.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace waqtor {
namespace {
using namespace server_testing;

class Hello final : public Handler {
public:
    asio::awaitable<Response> handle(Request const& request) override {
        co_return Response{.body = std::string{request.secure ? "secure " : "plain "} + std::string{request.body}};
    }
    std::size_t body_limit(Request const&) const override { return 0; }
};

class TlsTest : public testing::Test {
protected:
    TlsTest() {
        std::filesystem::create_directories(folder);
        make_certificate(certificate, key, "first.test");
    }
    ~TlsTest() override { std::filesystem::remove_all(folder); }
    void serve() {
        ASSERT_TRUE(server.listen("127.0.0.1", 0));
        ASSERT_TRUE(server.start());
    }

    std::filesystem::path const folder =
        std::filesystem::temp_directory_path() /
        ("waqtor-tls-" + std::to_string(::getpid()) + "-" + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::path const certificate = folder / "certificate.pem";
    std::filesystem::path const key = folder / "key.pem";
    Hello hello;
    HttpServer server{{.certificate = certificate.string(), .key = key.string()}, hello};
    std::string const request = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody";
};

TEST_F(TlsTest, ServesOverTls) {
    serve();
    auto const got = request_over_tls(server.port(), request);
    EXPECT_EQ(got.version, "TLSv1.3");
    EXPECT_EQ(got.protocol, "http/1.1");
    EXPECT_EQ(got.name, "first.test");
    EXPECT_TRUE(got.text.ends_with("secure body")) << got.text;
    EXPECT_NE(got.text.find("Strict-Transport-Security"), got.text.npos);
}

TEST_F(TlsTest, RefusesOldVersionsAndPlainText) {
    serve();
    EXPECT_EQ(request_over_tls(server.port(), request, TlsVersions::only_1_1).version, "");
    auto plain = RawClient{server.port()};
    plain.send(request);
    EXPECT_EQ(plain.receive_all().find("HTTP"), std::string::npos);
}

TEST_F(TlsTest, TakesANewCertificateForNewConnections) {
    serve();
    make_certificate(certificate, key, "second.test");
    EXPECT_EQ(request_over_tls(server.port(), request).name, "first.test");
    ASSERT_TRUE(server.reload_tls());
    EXPECT_EQ(request_over_tls(server.port(), request).name, "second.test");
    std::ofstream{certificate} << "nonsense";
    EXPECT_FALSE(server.reload_tls());
    EXPECT_EQ(request_over_tls(server.port(), request).name, "second.test") << "a bad file changes nothing";
}

TEST_F(TlsTest, DoesNotStartWithoutAUsableKey) {
    make_certificate(folder / "other.pem", key, "other.test");   // the key is not the certificate's
    ASSERT_TRUE(server.listen("127.0.0.1", 0));
    EXPECT_EQ(server.start().error().code, Code::unavailable);
}

}   // namespace
}   // namespace waqtor
