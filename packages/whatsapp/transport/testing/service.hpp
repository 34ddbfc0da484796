#pragma once
#include "whatsapp/crypto/curve.hpp"
#include "whatsapp/noise/certificate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>

namespace waqtor::whatsapp::transport::testing {

/// How the service cuts its answer into WebSocket messages.
enum class Answer { whole, in_pieces, twice_in_one };

/// The other end on free ports of loopback: WebSocket with and without TLS, the Noise responder, a proxy of both kinds, and a
/// port that accepts and stays silent. It answers each <ping> with a <pong> of the same id.
class Service {
public:
    Service();
    ~Service();
    Service(Service const&) = delete;
    Service& operator=(Service const&) = delete;

    asio::io_context& context();
    std::uint16_t port(bool secure) const;
    std::uint16_t proxy_port() const;
    std::uint16_t silent_port() const;
    noise::TrustRoot root() const;
    std::string ca_file() const;   // PEM of the TLS certificate, which is for 127.0.0.1

    void answer_with(Answer answer);
    void refuse_with(unsigned http_status);
    /// "user:password", or empty for a proxy that asks for none.
    void proxy_login(std::string login);

    crypto::PublicKey last_client() const;
    std::string last_payload() const;
    std::string last_target() const;
    std::multimap<std::string, std::string>& last_headers() const;
    struct Request {
        std::multimap<std::string, std::string> const& headers;
        std::string operator[](std::string const& name) const;
        std::size_t count(std::string const& name) const { return headers.count(name); }
    };
    Request last_request() const { return {last_headers()}; }
    Bytes last_routing() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

}   // namespace waqtor::whatsapp::transport::testing
