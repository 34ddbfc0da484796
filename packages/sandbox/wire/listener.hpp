#pragma once
#include "sandbox/wire/authority.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace waqtor::sandbox {

class Connection;
class Wire;

/// A plain HTTPS request that is no WebSocket, and its answer (the media store).
struct HttpRequest {
    std::string method;
    std::string target;
    std::string body;
};
struct HttpAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
    std::chrono::milliseconds wait{0};   // before it goes out
};

/// What the listener hands to its owner, on the io_context's thread.
struct ListenerHooks {
    std::function<std::shared_ptr<Connection>(std::unique_ptr<Wire>)> connected;
    std::function<HttpAnswer(HttpRequest)> request;
};

/// TLS on loopback: WebSockets become Connections, other requests go to `request`. Runs on one thread's io_context, which it
/// needs until stop() has made every connection end.
class Listener {
public:
    /// Port 0 picks a free one. Throws boost::system::system_error when the address cannot be bound.
    Listener(asio::io_context& io, TlsIdentity const& tls, std::string const& address, std::uint16_t port, ListenerHooks hooks);
    ~Listener();

    std::uint16_t port() const;
    /// No new connections; those open are cut.
    void stop();

private:
    class State;
    std::shared_ptr<State> state_;
};

}   // namespace waqtor::sandbox
