#include "whatsapp/binary/codec.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/transport/channel.hpp"
#include "whatsapp/transport/dial.hpp"
#include "whatsapp/transport/testing/service.hpp"

#include <gtest/gtest.h>

namespace waqtor::whatsapp::transport {
namespace {

using testing::Answer;
using testing::Service;

/// Runs everything, the service too, on this thread until `task` is done.
template <class T> Result<T> run(Service& service, Task<T> task) {
    std::optional<Result<T>> out;
    asio::co_spawn(service.context(), std::move(task), [&](std::exception_ptr error, Result<T> result) {
        if (error) std::rethrow_exception(error);
        out = std::move(result);
    });
    while (!out) service.context().run_one();
    return *std::move(out);
}

struct Connecting : ::testing::Test {
    Service service;
    SystemClock clock;
    crypto::KeyPair device = crypto::KeyPair::generate();

    Options options(bool secure = false) {
        auto const scheme = secure ? std::string{"wss"} : std::string{"ws"};
        return {.url = scheme + "://127.0.0.1:" + std::to_string(service.port(secure)) + "/ws/chat"};
    }
    Credentials credentials() { return {.noise_key = device, .root = service.root(), .payload = to_bytes(bytes_of("payload"))}; }
    Result<std::unique_ptr<Channel>> open(Options with) {
        return run(service, Channel::open(std::move(with), credentials(), clock));
    }
    std::string echo(Channel& channel, std::string_view words) {
        if (auto const sent = run(service, channel.send(Node{"ping", {{"id", words}}})); !sent) return sent.error().message;
        auto const answer = run(service, channel.receive());
        return answer ? answer->describe() : answer.error().message;
    }
    static std::optional<Code> code(Result<std::unique_ptr<Channel>> const& result) {
        return result ? std::nullopt : std::optional{result.error().code};
    }
};

TEST_F(Connecting, StanzasGoBothWaysHoweverTheFramesAreCut) {
    auto const channel = open(options());
    ASSERT_TRUE(channel) << channel.error().message << channel.error().cause;
    for (auto cut : {Answer::whole, Answer::in_pieces, Answer::twice_in_one}) {
        service.answer_with(cut);
        EXPECT_EQ(echo(**channel, "1234"), R"(<pong id="1234"/>)");
        if (cut == Answer::twice_in_one) EXPECT_EQ(run(service, (*channel)->receive())->describe(), R"(<pong id="1234"/>)");
    }
    EXPECT_EQ(service.last_client(), device.pub);
    EXPECT_EQ(service.last_payload(), "payload");
    EXPECT_EQ(service.last_request()["Origin"], "https://web.whatsapp.com");
    EXPECT_EQ(service.last_request()["Host"], "127.0.0.1:" + std::to_string(service.port(false)));
    EXPECT_EQ(service.last_request().count("Sec-WebSocket-Extensions"), 0u);
    EXPECT_TRUE(run(service, (*channel)->close()));
    EXPECT_EQ(run(service, (*channel)->receive()).error().code, Code::gone);
}

TEST_F(Connecting, RoutingInformationIsTakenAlong) {
    auto with = credentials();
    with.routing_info = {1, 2, 0xff};
    ASSERT_TRUE(run(service, Channel::open(options(), with, clock)));
    EXPECT_EQ(service.last_target(), "/ws/chat?ED=AQL_");
    EXPECT_EQ(service.last_routing(), with.routing_info);
}

TEST_F(Connecting, TlsTrustsOnlyTheGivenRootsAndTheRightHost) {
    auto with = options(true);
    EXPECT_EQ(code(open(with)), Code::invalid) << "no TLS at hand";
    with.tls = *Tls::make(service.ca_file());
    auto const channel = open(with);
    ASSERT_TRUE(channel) << channel.error().message << channel.error().cause;
    EXPECT_EQ(echo(**channel, "secure"), R"(<pong id="secure"/>)");

    auto other_host = with;
    other_host.url = "wss://localhost:" + std::to_string(service.port(true)) + "/";
    EXPECT_EQ(code(open(other_host)), Code::unavailable);
    with.tls = *Tls::make();   // the roots of the system
    EXPECT_EQ(code(open(with)), Code::unavailable);
    EXPECT_EQ(Tls::make("/nowhere/ca.pem").error().code, Code::invalid);
}

/// More than a socket takes at once, in both directions: what is left over waits until there is room.
TEST_F(Connecting, LargeStanzasGoThroughTlsInParts) {
    auto with = options(true);
    with.tls = *Tls::make(service.ca_file());
    auto const channel = open(with);
    ASSERT_TRUE(channel) << channel.error().message << channel.error().cause;
    for (auto const size : {1'000, 16'384, 1'000'000}) {
        auto const words = std::string(static_cast<std::size_t>(size), 'x');
        ASSERT_TRUE(run(service, (*channel)->send(Node{"ping", {{"id", words}}})));
        auto const answer = run(service, (*channel)->receive());
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_TRUE(*answer->find("id") == words) << size;
    }
}

TEST_F(Connecting, AForgedServiceIsRefused) {
    auto with = credentials();
    with.root = noise::TrustRoot::whatsapp();
    EXPECT_EQ(refusal_of(run(service, Channel::open(options(), with, clock)).error()), Refusal::certificate_signature);
    TestClock late{clock.now() + std::chrono::years{20}};
    EXPECT_EQ(refusal_of(run(service, Channel::open(options(), credentials(), late)).error()), Refusal::certificate_expired);
}

TEST_F(Connecting, ThroughProxiesWithAndWithoutLogin) {
    for (auto kind : {Proxy::Kind::http_connect, Proxy::Kind::socks5}) {
        for (auto secure : {false, true}) {
            auto with = options(secure);
            with.tls = *Tls::make(service.ca_file());
            with.proxy = {.kind = kind, .host = "127.0.0.1", .port = service.proxy_port(), .user = "", .password = ""};
            service.proxy_login("");
            auto const open_one = open(with);
            ASSERT_TRUE(open_one) << open_one.error().message << open_one.error().cause;
            EXPECT_EQ(echo(**open_one, "through"), R"(<pong id="through"/>)");

            service.proxy_login("user:secret");
            EXPECT_EQ(code(open(with)), Code::unavailable) << "no login";
            with.proxy.user = "user";
            with.proxy.password = "wrong";
            EXPECT_EQ(code(open(with)), Code::unavailable) << "a wrong login";
            with.proxy.password = "secret";
            auto const logged_in = open(with);
            ASSERT_TRUE(logged_in) << logged_in.error().message << logged_in.error().cause;
            EXPECT_EQ(echo(**logged_in, "in"), R"(<pong id="in"/>)");
        }
    }
}

TEST_F(Connecting, WhatCannotBeReachedHasACode) {
    service.refuse_with(403);
    auto const refused = open(options());
    EXPECT_EQ(code(refused), Code::unavailable);
    EXPECT_NE(refused.error().message.find("403"), std::string::npos);

    auto silent = options();
    silent.url = "ws://127.0.0.1:" + std::to_string(service.silent_port()) + "/";
    silent.deadline = std::chrono::milliseconds{50};
    EXPECT_EQ(code(open(silent)), Code::timeout);
    silent.url = "wss://127.0.0.1:" + std::to_string(service.silent_port()) + "/";
    silent.tls = *Tls::make(service.ca_file());
    EXPECT_EQ(code(open(silent)), Code::timeout);

    for (auto url : {"", "http://x/", "ws://", "ws://a:0/", "ws://a:x/", "ws://a@b/"})
        EXPECT_EQ(code(open({.url = url})), Code::invalid) << url;
    EXPECT_EQ(Url::parse("wss://[::1]:444/x")->authority(), "[::1]:444");
    EXPECT_EQ(Url::parse("wss://web.whatsapp.com/ws/chat")->authority(), "web.whatsapp.com");
}

TEST_F(Connecting, AbortEndsAWaitingReceive) {
    auto const channel = open(options());
    ASSERT_TRUE(channel);
    asio::post(service.context(), [&] { (*channel)->abort(); });
    EXPECT_FALSE(run(service, (*channel)->receive()));
}

}   // namespace
}   // namespace waqtor::whatsapp::transport
