#pragma once
#include <openssl/ssl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What programs with thousands of WebSocket clients on one epoll thread share (fleet.cpp, bench/realtime_load.cpp): sockets and
/// bytes. Deliberately nothing of the server's own code.
namespace waqtor::fleet {

/// Nanoseconds of the monotonic clock.
std::int64_t now();

/// A socket to the port on this machine, without Nagle's delay; -1 when nobody listens. A non-blocking one may still be connecting.
int connect_to(long port, bool blocking);
void send_all(int fd, std::string_view bytes);

/// A small frame with a mask of zeros: masked, and the same bytes.
std::string masked(unsigned opcode, std::string_view payload);

struct Frame {
    unsigned first = 0;   // the byte with FIN, the reserved bits and the opcode
    std::string_view payload;

    unsigned opcode() const { return first & 15U; }
    bool compressed() const { return (first & 0x40U) != 0; }
    /// Of a close frame.
    unsigned close_code() const;
};

/// One connection: a socket, TLS when wanted, and the part of a frame that has come so far.
class WebSocketClient {
public:
    enum class Got : std::uint8_t { bytes, nothing, end };
    enum class Shaken : std::uint8_t { done, more, failed };

    bool connect(long port);
    void close();
    int fd() const { return fd_; }

    /// One step of the TLS handshake.
    Shaken shake_hands(SSL_CTX* context);

    /// False when the connection is no more.
    bool send(std::string_view bytes);

    /// Reads once into `buffer`. Then take head() until it is there and next() to the end, and say settle().
    Got receive(std::vector<char>& buffer);
    /// The header of the server's answer, once it is whole.
    std::optional<std::string_view> head();
    std::optional<Frame> next();
    /// Keeps the beginning of what is not whole yet: the buffer is somebody else's now.
    void settle();

private:
    int fd_ = -1;
    SSL* tls_ = nullptr;
    std::string rest_;
    std::string_view unread_;
};

}   // namespace waqtor::fleet
