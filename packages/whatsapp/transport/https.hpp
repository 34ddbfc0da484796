#pragma once
#include "whatsapp/transport/websocket.hpp"

namespace waqtor::whatsapp::transport {

struct HttpsOptions {
    std::shared_ptr<Tls const> tls;
    Proxy proxy{};
    std::string origin = "https://web.whatsapp.com";   // sent as Origin and Referer
    std::string user_agent{};
    /// The longest that any one step (connecting, a block, the answer's head) may take.
    std::chrono::milliseconds patience{30'000};
};

struct HttpsHead {
    unsigned status = 0;
    std::optional<std::uint64_t> length{};   // of the body, when the server says so
};

/// One HTTPS request whose bodies come and go in blocks. All calls from one thread, one at a time. Every step fails with
/// Code::unavailable when the connection breaks and Code::timeout when it takes longer than `patience`.
class HttpsExchange {
public:
    virtual ~HttpsExchange() = default;

    /// Connects to "host" or "host:port" and sends the head. `length` bytes must follow by write().
    static Task<std::unique_ptr<HttpsExchange>> start(std::string host, std::string method, std::string target,
                                                      std::uint64_t length, HttpsOptions options);

    virtual Task<void> write(Bytes block) = 0;
    /// Once everything is written (or a write failed: servers refuse early).
    virtual Task<HttpsHead> head() = 0;
    /// The next block of the answer, at most 64 KiB; empty at its end.
    virtual Task<Bytes> read() = 0;
};

}   // namespace waqtor::whatsapp::transport
