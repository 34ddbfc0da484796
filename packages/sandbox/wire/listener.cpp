#include "sandbox/wire/listener.hpp"

#include "core/base/http_message.hpp"
#include "sandbox/wire/connection.hpp"
#include "whatsapp/transport/tls_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket.hpp>

namespace waqtor::sandbox {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Stream = whatsapp::transport::TlsStream;
using Socket = websocket::stream<Stream, false>;   // no deflate: WhatsApp has none
using Request = http::request<http::string_body>;

constexpr std::uint64_t kLargestBody = 128U << 20;
constexpr auto kCloseDeadline = std::chrono::seconds{2};
constexpr auto kHandshakeDeadline = std::chrono::seconds{30};
constexpr auto kIdleDeadline = std::chrono::seconds{60};

void cut(Stream& stream) {
    auto ignored = boost::system::error_code{};
    stream.next_layer().close(ignored);
}

/// The bytes of one connection, written in order by one loop that lives as long as there is something to write.
struct Socketed : std::enable_shared_from_this<Socketed> {
    explicit Socketed(Stream stream) : socket{std::move(stream)} {}

    Socket socket;
    std::deque<Bytes> queue;
    bool writing = false;
    bool closing = false;
    asio::steady_timer deadline{socket.get_executor()};   // of a linger, then of the other side's close frame

    void push(Bytes bytes) {
        if (closing) return;
        queue.push_back(std::move(bytes));
        run();
    }
    void close(Milliseconds linger) {
        if (linger == Milliseconds{0}) return close_now();
        deadline.expires_after(linger);
        deadline.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
            if (!cancelled) self->close_now();
        });
    }
    void close_now() {
        if (std::exchange(closing, true)) return;
        run();
    }
    void run() {
        if (writing) return;
        writing = true;
        asio::co_spawn(socket.get_executor(), drain(shared_from_this()), asio::detached);   // owned by the io_context's run
    }
    void cut() {
        deadline.cancel();
        waqtor::sandbox::cut(socket.next_layer());
    }

private:
    static asio::awaitable<void> drain(std::shared_ptr<Socketed> self) {
        auto error = boost::system::error_code{};
        while (!self->queue.empty() && !error) {
            auto const bytes = std::move(self->queue.front());
            self->queue.pop_front();
            co_await self->socket.async_write(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
        }
        self->writing = false;
        if (!self->closing) co_return;
        // A client that never answers the close frame shall not keep the connection alive.
        self->deadline.expires_after(kCloseDeadline);
        self->deadline.async_wait([self](boost::system::error_code cancelled) {
            if (!cancelled) self->cut();
        });
        co_await self->socket.async_close(websocket::close_code::normal, asio::redirect_error(asio::use_awaitable, error));
        self->cut();
    }
};

class SocketWire final : public Wire {
public:
    explicit SocketWire(std::shared_ptr<Socketed> socket) : socket_{std::move(socket)} {}
    void write(Bytes bytes) override { socket_->push(std::move(bytes)); }
    void close(Milliseconds linger) override { socket_->close(linger); }

private:
    std::shared_ptr<Socketed> socket_;
};

asio::ssl::context tls_context(TlsIdentity const& identity) {
    auto context = asio::ssl::context{asio::ssl::context::tls_server};
    context.use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
    context.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    return context;
}

}   // namespace

class Listener::State : public std::enable_shared_from_this<State> {
public:
    State(asio::io_context& io, TlsIdentity const& tls, tcp::endpoint const& at, ListenerHooks hooks)
        : hooks_{std::move(hooks)}, tls_{tls_context(tls)}, acceptor_{io, at} {}

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void start() { asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached); }

    void stop() {
        stopped_ = true;
        auto error = boost::system::error_code{};
        acceptor_.close(error);
        for (auto* stream : streams_) cut(*stream);
        for (auto const& socket : std::set{sockets_}) socket->cut();
        for (auto* wait : std::set{waits_}) wait->cancel();
    }

private:
    ListenerHooks hooks_;
    asio::ssl::context tls_;
    tcp::acceptor acceptor_;
    bool stopped_ = false;
    std::set<Stream*> streams_;   // before they are WebSockets
    std::set<std::shared_ptr<Socketed>> sockets_;
    std::set<asio::steady_timer*> waits_;   // of slow answers

    static asio::awaitable<void> accept(std::shared_ptr<State> self) {
        auto error = boost::system::error_code{};
        while (!self->stopped_) {
            auto socket = co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error) continue;
            socket.set_option(tcp::no_delay{true}, error);
            asio::co_spawn(self->acceptor_.get_executor(), serve(self, std::move(socket)), asio::detached);
        }
    }

    /// Cuts the stream when `patience` ends before the next call, or the stream.
    static void hurry(std::shared_ptr<Stream> const& stream, asio::steady_timer& deadline, std::chrono::seconds patience) {
        deadline.expires_after(patience);
        deadline.async_wait([stream](boost::system::error_code cancelled) {
            if (!cancelled) cut(*stream);
        });
    }

    /// Errors of the other side end the connection and nothing else.
    static asio::awaitable<void> serve(std::shared_ptr<State> self, tcp::socket raw) {
        auto const stream = std::make_shared<Stream>(std::move(raw), self->tls_.native_handle());
        auto deadline = asio::steady_timer{stream->get_executor()};
        self->streams_.insert(stream.get());
        hurry(stream, deadline, kHandshakeDeadline);
        auto error = co_await stream->handshake();
        auto buffer = beast::flat_buffer{};
        while (!error && !self->stopped_) {
            auto parser = http::request_parser<http::string_body>{};
            parser.body_limit(kLargestBody);
            hurry(stream, deadline, kIdleDeadline);
            error = co_await http_message::read(*stream, buffer, parser);
            deadline.cancel();
            if (error) break;
            auto request = parser.release();
            if (websocket::is_upgrade(request)) {
                self->streams_.erase(stream.get());
                co_await upgrade(self, std::move(*stream), std::move(request));
                co_return;
            }
            auto const response = co_await self->answer(std::move(request));
            hurry(stream, deadline, kIdleDeadline);
            error = co_await http_message::write(*stream, response);
            if (!error && !response.keep_alive()) error = http::error::end_of_stream;
        }
        self->streams_.erase(stream.get());
    }

    asio::awaitable<http::response<http::string_body>> answer(Request request) {
        auto const made = hooks_.request({std::string{request.method_string()}, std::string{request.target()}, request.body()});
        auto response = http::response<http::string_body>{static_cast<http::status>(made.status), request.version()};
        response.set(http::field::content_type, made.type);
        response.keep_alive(request.keep_alive());
        response.body() = made.body;
        response.prepare_payload();
        if (made.wait.count() > 0) {
            auto slow = asio::steady_timer{acceptor_.get_executor(), made.wait};
            auto stopped = boost::system::error_code{};
            waits_.insert(&slow);
            co_await slow.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
            waits_.erase(&slow);
        }
        co_return response;
    }

    static asio::awaitable<void> upgrade(std::shared_ptr<State> self, Stream stream, Request request) {
        auto const socket = std::make_shared<Socketed>(std::move(stream));
        auto error = boost::system::error_code{};
        if (!request.target().starts_with("/ws/chat")) co_return socket->cut();
        socket->socket.binary(true);
        socket->socket.read_message_max(1U << 24);
        co_await socket->socket.async_accept(request, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return;
        self->sockets_.insert(socket);
        auto const connection = self->hooks_.connected(std::make_unique<SocketWire>(socket));
        auto buffer = beast::flat_buffer{};
        while (!self->stopped_) {   // also a connection that is over is read on: for the close frame
            auto const size = co_await socket->socket.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
            auto const data = buffer.cdata();
            connection->received({static_cast<std::uint8_t const*>(data.data()), size});
            buffer.consume(size);
        }
        self->sockets_.erase(socket);
        socket->deadline.cancel();
        connection->ended();
    }
};

Listener::Listener(asio::io_context& io, TlsIdentity const& tls, std::string const& address, std::uint16_t port,
                   ListenerHooks hooks)
    : state_{std::make_shared<State>(io, tls, tcp::endpoint{asio::ip::make_address(address), port}, std::move(hooks))} {
    state_->start();
}

Listener::~Listener() { stop(); }

std::uint16_t Listener::port() const { return state_->port(); }

void Listener::stop() { state_->stop(); }

}   // namespace waqtor::sandbox
