#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/bytes.hpp"

#include <chrono>
#include <memory>

namespace waqtor::whatsapp::transport {

/// An HTTP CONNECT or SOCKS5 proxy of one session. Names are resolved by the proxy.
struct Proxy {
    enum class Kind : std::uint8_t { none, http_connect, socks5 };
    Kind kind = Kind::none;
    std::string host;
    std::uint16_t port = 0;
    std::string user;   // empty: no login
    std::string password;
};

/// TLS as a client, made once and shared by all connections: the roots it trusts, TLS 1.2 and up, host names checked.
class Tls {
public:
    /// `ca_file` is a PEM file of the only roots to trust; empty: those of the system. Code::invalid when it cannot be read.
    static Result<std::shared_ptr<Tls const>> make(std::string const& ca_file = {});

    struct State;
    explicit Tls(std::unique_ptr<State> state);
    Tls(Tls const&) = delete;
    Tls& operator=(Tls const&) = delete;
    ~Tls();
    State& state() const { return *state_; }

private:
    std::unique_ptr<State> state_;
};

struct Options {
    std::string url = "wss://web.whatsapp.com/ws/chat";   // ws:// only for tests
    std::string origin = "https://web.whatsapp.com";
    std::string user_agent{};
    std::shared_ptr<Tls const> tls{};   // needed for wss://
    Proxy proxy{};
    std::chrono::milliseconds deadline{20'000};   // for name, proxy, TCP, TLS and upgrade together
};

/// A WebSocket connection of binary messages. At most one send and one receive at a time; all calls from one thread.
class WebSocket {
public:
    virtual ~WebSocket() = default;

    /// Code::invalid for a wrong URL, Code::timeout, Code::unavailable (the cause is for the log).
    static Task<std::unique_ptr<WebSocket>> open(Options options);

    virtual Task<void> send(Bytes message) = 0;
    /// The next binary message (text messages are skipped); Code::gone once either side has closed.
    virtual Task<Bytes> receive() = 0;
    /// Says goodbye and waits a little for the answer.
    virtual Task<void> close() = 0;
    /// Ends the connection at once; what waits in receive() fails.
    virtual void abort() = 0;
};

}   // namespace waqtor::whatsapp::transport
