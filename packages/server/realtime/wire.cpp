#include "server/realtime/wire.hpp"

#include "server/http/upgraded.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

namespace waqtor::realtime {
namespace {
constexpr int kUnsentInKernel = 128 * 1024;
constexpr auto kRecord = std::size_t{16} * 1024;   // of TLS

void limit_unsent(int fd, int bytes) { ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes); }

// OpenSSL's own socket BIO writes in a way that raises SIGPIPE when the client is gone; this one does not.

int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int finish(BIO* bio, ssize_t bytes, void (*retry)(BIO*)) {
    BIO_clear_retry_flags(bio);
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) retry(bio);
    return static_cast<int>(bytes);
}

int bio_write(BIO* bio, char const* data, int size) {
    return finish(bio, ::send(fd_of(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL),
                  [](BIO* one) { BIO_set_retry_write(one); });
}

int bio_read(BIO* bio, char* data, int size) {
    return finish(bio, ::recv(fd_of(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT),
                  [](BIO* one) { BIO_set_retry_read(one); });
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* socket_method() {
    static auto* const method = [] {
        auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "waqtor socket");
        BIO_meth_set_write(made, bio_write);
        BIO_meth_set_read(made, bio_read);
        BIO_meth_set_ctrl(made, bio_control);
        return made;
    }();
    return method;
}

std::ptrdiff_t outcome(SSL* tls, int result) {
    if (result > 0) return result;
    auto const why = SSL_get_error(tls, result);
    ERR_clear_error();
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? Wire::kWait : Wire::kGone;
}
}   // namespace

Wire::Wire(Upgraded& upgraded) : socket_{std::move(upgraded.socket)}, tls_{std::move(upgraded.tls)} {
    auto const fd = socket_.native_handle();
    limit_unsent(fd, kUnsentInKernel);
    if (!tls_) return;
    auto* const bio = BIO_new(socket_method());
    BIO_set_data(bio, std::bit_cast<void*>(static_cast<std::intptr_t>(fd)));
    BIO_set_init(bio, 1);
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

std::ptrdiff_t Wire::write(std::span<iovec const> parts) {
    if (tls_) return write_tls(parts);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    constexpr auto kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
    auto const fd = socket_.native_handle();
    // One part alone goes the kernel's shorter way.
    auto const sent = parts.size() == 1 ? ::send(fd, parts[0].iov_base, parts[0].iov_len, kFlags) : ::sendmsg(fd, &message, kFlags);
    if (sent >= 0) return sent;
    return errno == EAGAIN || errno == EINTR ? kWait : kGone;
}

std::ptrdiff_t Wire::write_tls(std::span<iovec const> parts) {
    static thread_local std::array<char, kRecord> record;
    std::size_t size = 0;
    for (auto const& part : parts) {
        auto const taken = std::min(part.iov_len, record.size() - size);
        std::memcpy(record.data() + size, part.iov_base, taken);
        size += taken;
        if (size == record.size()) break;
    }
    return outcome(tls_.get(), SSL_write(tls_.get(), record.data(), static_cast<int>(size)));
}

std::ptrdiff_t Wire::read(std::span<char> into) {
    if (tls_) return outcome(tls_.get(), SSL_read(tls_.get(), into.data(), static_cast<int>(into.size())));
    auto const got = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) return got;
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? kWait : kGone;
}

bool Wire::has_unread() const {
    boost::system::error_code gone;
    return socket_.available(gone) > 0;
}

void Wire::lift_limit() { limit_unsent(socket_.native_handle(), -1); }

void Wire::shutdown() {
    boost::system::error_code ignored;
    if (tls_) SSL_shutdown(tls_.get());
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Wire::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}   // namespace waqtor::realtime
