#pragma once
#include <boost/asio/append.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <openssl/ssl.h>
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boost::beast {
enum class role_type;   // only named, so that this header needs nothing of Beast
}

namespace waqtor {
namespace asio = boost::asio;

/// TLS straight on its TCP socket: an idle connection holds no buffers. Asio's own stream keeps 68 KiB for each, more than all the
/// rest of a session, and copies every byte twice. One read and one write at a time; all calls from one thread.
class TlsStream {
public:
    using Socket = asio::ip::tcp::socket;
    using executor_type = Socket::executor_type;
    using next_layer_type = Socket;
    using lowest_layer_type = Socket;

    /// A client. `host` is what the certificate must be for: a name, or an address.
    TlsStream(Socket socket, SSL_CTX* context, std::string const& host);
    /// A server, with the certificate and key of `context`.
    TlsStream(Socket socket, SSL_CTX* context);

    executor_type get_executor() { return socket_.get_executor(); }
    Socket& next_layer() { return socket_; }
    Socket const& next_layer() const { return socket_; }

    asio::awaitable<boost::system::error_code> handshake();
    /// Tells the other side that this is the end, without waiting for it, and ends the TCP connection.
    void say_goodbye();

    template <class Buffers, class Token> auto async_read_some(Buffers const& buffers, Token&& token) {
        auto const first = first_of<asio::mutable_buffer>(buffers);
        return transfer({Way::read, first.data(), nullptr, first.size()}, {}, std::forward<Token>(token));
    }
    /// What comes in pieces (a header and what follows it) goes out as one record.
    template <class Buffers, class Token> auto async_write_some(Buffers const& buffers, Token&& token) {
        auto const first = first_of<asio::const_buffer>(buffers);
        auto const size = std::min(asio::buffer_size(buffers), kLargestRecord);
        if (first.size() >= size)
            return transfer({Way::write, nullptr, first.data(), first.size()}, {}, std::forward<Token>(token));
        auto whole = std::vector<unsigned char>(size);
        asio::buffer_copy(asio::buffer(whole), buffers);
        auto const* data = whole.data();
        return transfer({Way::write, nullptr, data, size}, std::move(whole), std::forward<Token>(token));
    }

private:
    static constexpr std::size_t kLargestRecord = 16'384;
    enum class Way : std::uint8_t { read, write };
    enum class Next : std::uint8_t { finished, wait_to_read, wait_to_write };
    struct Order {
        Way way;
        void* into;
        void const* from;
        std::size_t size;
    };
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    Socket socket_;
    std::unique_ptr<int> handle_;   // of the socket: stays where it is when this is moved
    std::unique_ptr<SSL, Free> ssl_;
    char peeked_ = 0;

    Next step(Order const& order, std::size_t& moved, boost::system::error_code& failure);
    Next after(int result, boost::system::error_code& failure);
    /// Until the next step may be tried; what is wrong with the connection is found out there.
    template <class Handler> void wait(Next next, Handler handler) {
        if (next == Next::wait_to_write) return socket_.async_wait(Socket::wait_write, std::move(handler));
        // Asio's wait for reading changes the registration with epoll each time, and is woken by that once for nothing.
        socket_.async_receive(asio::buffer(&peeked_, 1), Socket::message_peek, std::move(handler));
    }

    template <class Buffer, class Buffers> static Buffer first_of(Buffers const& buffers) {
        for (auto one = asio::buffer_sequence_begin(buffers); one != asio::buffer_sequence_end(buffers); ++one)
            if (Buffer buffer{*one}; buffer.size() > 0) return buffer;
        return {};
    }

    /// `kept` is what `order` points into, when it is not the caller's.
    template <class Token> auto transfer(Order order, std::vector<unsigned char> kept, Token&& token) {
        return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            [this, order, kept = std::move(kept), begun = false, over = false, moved = std::size_t{},
             failure = boost::system::error_code{}](auto& self, boost::system::error_code error = {}, std::size_t = 0) mutable {
                if (over) return self.complete(failure, moved);
                if (error == asio::error::operation_aborted) return self.complete(error, 0);
                if (auto const next = order.size == 0 ? Next::finished : step(order, moved, failure); next != Next::finished) {
                    begun = true;
                    return wait(next, std::move(self));
                }
                if (begun) return self.complete(failure, moved);
                over = true;   // a completion never comes from within the call that started it
                asio::post(socket_.get_executor(), std::move(self));
            },
            token, socket_);
    }
};

/// How Beast ends a TlsStream; found by its name.
template <class Handler> void async_teardown(boost::beast::role_type, TlsStream& stream, Handler&& handler) {
    stream.say_goodbye();
    asio::post(stream.get_executor(), asio::append(std::forward<Handler>(handler), boost::system::error_code{}));
}

}   // namespace waqtor
