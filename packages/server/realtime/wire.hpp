#pragma once
#include <boost/asio/ip/tcp.hpp>

#include <openssl/types.h>
#include <sys/uio.h>

#include <memory>
#include <span>

namespace waqtor {
struct Upgraded;
}

namespace waqtor::realtime {
namespace asio = boost::asio;

/// A client's socket, plain or under TLS, that never blocks: who must wait waits for the socket to be ready. One of these holds no
/// buffer of ours; what the kernel may hold unsent is bounded (TCP_NOTSENT_LOWAT).
class Wire {
public:
    explicit Wire(Upgraded& upgraded);

    /// What write() and read() return besides a number of bytes.
    static constexpr std::ptrdiff_t kWait = 0;
    static constexpr std::ptrdiff_t kGone = -1;

    /// Bytes taken. After kWait under TLS the same bytes must come first again.
    std::ptrdiff_t write(std::span<iovec const> parts);
    std::ptrdiff_t read(std::span<char> into);
    /// Bytes came that read() did not give yet.
    bool has_unread() const;

    /// From now on the kernel takes as much as its buffer holds: for the last words to a client that reads slowly.
    void lift_limit();
    void shutdown();
    void close();
    bool tls() const { return tls_ != nullptr; }
    asio::ip::tcp::socket& socket() { return socket_; }

private:
    std::ptrdiff_t write_tls(std::span<iovec const> parts);

    asio::ip::tcp::socket socket_;
    std::shared_ptr<SSL> tls_;
};

}   // namespace waqtor::realtime
