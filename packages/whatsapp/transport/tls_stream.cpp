#include "whatsapp/transport/tls_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <cerrno>
#include <stdexcept>

namespace waqtor::whatsapp::transport {

namespace {

// OpenSSL's own socket BIO writes with write(), which ends the process when the other side has gone.
int handle_of(BIO* bio) { return *static_cast<int const*>(BIO_get_data(bio)); }
bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int send_some(BIO* bio, char const* data, int size) {
    BIO_clear_retry_flags(bio);
    auto const sent = ::send(handle_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && would_block()) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int receive_some(BIO* bio, char* data, int size) {
    BIO_clear_retry_flags(bio);
    errno = 0;
    auto const received = ::recv(handle_of(bio), data, static_cast<std::size_t>(size), 0);
    if (received < 0 && would_block()) BIO_set_retry_read(bio);
    return static_cast<int>(received);
}

long control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* socket_method() {
    static auto* const method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tcp");
        BIO_meth_set_write(made, send_some);
        BIO_meth_set_read(made, receive_some);
        BIO_meth_set_ctrl(made, control);
        return made;   // for as long as the process
    }();
    return method;
}

}   // namespace

TlsStream::TlsStream(Socket socket, SSL_CTX* context)
    : socket_{std::move(socket)}, handle_{std::make_unique<int>(socket_.native_handle())}, ssl_{SSL_new(context)} {
    auto* bio = BIO_new(socket_method());
    if (!ssl_ || !bio) {
        BIO_free(bio);
        throw std::runtime_error{"no memory for a TLS connection"};
    }
    socket_.native_non_blocking(true);
    BIO_set_data(bio, handle_.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_accept_state(ssl_.get());
}

TlsStream::TlsStream(Socket socket, SSL_CTX* context, std::string const& host) : TlsStream{std::move(socket), context} {
    SSL_set_connect_state(ssl_.get());
    boost::system::error_code no_address;
    asio::ip::make_address(host, no_address);
    if (no_address) {
        SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
        SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(ssl_.get(), host.c_str());
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
    }
}

asio::awaitable<boost::system::error_code> TlsStream::handshake() {
    for (;;) {
        boost::system::error_code failure;
        ERR_clear_error();
        auto const next = after(SSL_do_handshake(ssl_.get()), failure);
        if (next == Next::finished) co_return failure;
        auto const what = next == Next::wait_to_read ? Socket::wait_read : Socket::wait_write;
        auto const [error] = co_await socket_.async_wait(what, asio::as_tuple(asio::use_awaitable));
        if (error) co_return error;
    }
}

void TlsStream::say_goodbye() {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
}

TlsStream::Next TlsStream::step(Order const& order, std::size_t& moved, boost::system::error_code& failure) {
    ERR_clear_error();
    return after(order.way == Way::read ? SSL_read_ex(ssl_.get(), order.into, order.size, &moved)
                                        : SSL_write_ex(ssl_.get(), order.from, order.size, &moved),
                 failure);
}

TlsStream::Next TlsStream::after(int result, boost::system::error_code& failure) {
    if (result > 0) return Next::finished;
    auto const system = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ: return Next::wait_to_read;
        case SSL_ERROR_WANT_WRITE: return Next::wait_to_write;
        case SSL_ERROR_ZERO_RETURN: failure = asio::error::eof; break;
        case SSL_ERROR_SYSCALL:
            failure = system != 0 ? boost::system::error_code{system, boost::system::system_category()}
                                  : asio::ssl::error::make_error_code(asio::ssl::error::stream_truncated);
            break;
        default: failure = {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()}; break;
    }
    return Next::finished;
}

}   // namespace waqtor::whatsapp::transport
