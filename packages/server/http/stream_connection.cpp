#include "server/http/body_reader.hpp"
#include "server/http/connection.hpp"
#include "server/http/request_id.hpp"
#include "server/http/upgraded.hpp"

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

namespace waqtor {
namespace {
using asio::ip::tcp;
constexpr auto kAsync = asio::as_tuple(asio::use_awaitable);
constexpr auto kReadStep = std::size_t{8} * 1024;
constexpr auto kFlushAt = std::size_t{64} * 1024;      // answers to pipelined requests are collected up to here
constexpr auto kKeepBuffer = std::size_t{64} * 1024;   // larger buffers are given back between requests

std::string chunk(std::string const& bytes) { return fmt::format("{:x}\r\n", bytes.size()) + bytes + "\r\n"; }

/// A connection over a socket, or over TLS on one.
template <class Stream> class StreamConnection final : public Connection {
    static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

public:
    template <class... Args>
    StreamConnection(ConnectionWorld& world, std::string peer, std::shared_ptr<asio::ssl::context> tls, Args&&... args)
        : Connection{world, std::move(peer)}, tls_{std::move(tls)}, stream_{std::forward<Args>(args)...} {
        enter(Phase::start, world_.settings.first_byte);
    }

    asio::awaitable<void> run() override {
        auto const self = shared_from_this();
        if constexpr (kTls) {
            auto [wrong] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAsync);
            if (wrong) co_return;
        }
        enter(Phase::start, world_.settings.first_byte);
        while (co_await serve_one()) {
        }
        if (!out_.empty()) co_await flush({});
        co_await leave();
    }

private:
    tcp::socket& socket() override {
        if constexpr (kTls)
            return stream_.next_layer();
        else
            return stream_;
    }

    std::string_view unread() const { return {in_.data() + in_begin_, in_end_ - in_begin_}; }
    void consume(std::size_t bytes) {
        in_begin_ += bytes;
        if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
    }

    /// Reads what is there into the buffer. False at the end of the connection and when its time is over.
    asio::awaitable<bool> read_more() {
        if (in_begin_ > 0 && in_.size() - in_end_ < kReadStep / 2) {
            std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
            in_end_ -= std::exchange(in_begin_, 0);
        }
        if (in_.size() - in_end_ < kReadStep / 2) in_.resize(in_end_ + kReadStep);
        auto [wrong, bytes] = co_await stream_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_), kAsync);
        in_end_ += bytes;
        co_return !wrong && !expired_;
    }

    /// Reads, answers; false when the connection should end.
    asio::awaitable<bool> serve_one() {
        scanner_.reset();
        request_.request_id.clear();
        request_.method = Method::other;
        while (true) {
            auto const found = scanner_.scan(unread());
            if (found == HeadScanner::Found::bare_line_feed) co_return refuse(Code::malformed, "The request has a bare line feed");
            if (found == HeadScanner::Found::whole && scanner_.size() <= world_.settings.header_bytes) break;
            if (scanner_.in_first_line() && unread().size() > world_.settings.uri_bytes + 64)
                co_return refuse(Code::uri_too_long, "The address is too long");
            if (unread().size() > world_.settings.header_bytes)
                co_return refuse(Code::headers_too_large, "The request's header is too large");
            if (!out_.empty() && !co_await flush({})) co_return false;
            if (draining_ && in_end_ == in_begin_) co_return false;
            if (in_end_ > in_begin_ && phase_ != Phase::head) enter(Phase::head, world_.settings.request);
            auto const more = co_await read_more();
            if (!more && expired_ && in_end_ > in_begin_) co_return refuse(Code::timeout, "The request did not arrive in time");
            if (!more) co_return false;
        }
        began_ = Steady::now();
        answered_bytes_ = 0;
        looked_ = began_;
        co_return co_await serve_head(unread().substr(0, scanner_.size()));
    }

    asio::awaitable<bool> serve_head(std::string_view block) {
        // The block must stay where it is while more is read into in_, so a request with a body keeps a copy of its head.
        auto head = parse_head(block, request_.headers);
        if (head && head->has_body()) {
            head_copy_.assign(block);
            head = parse_head(head_copy_, request_.headers);
        }
        if (!head) co_return refuse(head.error());
        if (auto usable = fill_request(*head, kTls); !usable) co_return refuse(usable.error());
        consume(block.size());
        keep_alive_ = head->keep_alive && !draining_;
        old_ = head->old;
        if (world_.observer) world_.observer->began();
        request_.body = {};
        request_.admission = nullptr;
        if (head->has_body())
            if (auto got = co_await read_body(*head); !got) co_return answer_and_end(world_.handler.refusal(got.error(), request_));
        phase_ = Phase::handling;
        auto response = co_await world_.handler.handle(request_);
        co_return co_await send(response);
    }

    /// Whoever may not send a large body is told so before any of it is kept.
    Task<void> read_body(Head const& head) {
        auto const own = world_.handler.body_limit(request_);
        auto const limit = own ? own : world_.settings.body_bytes;
        if (limit > world_.settings.body_bytes) {
            phase_ = Phase::handling;
            CO_TRY_OK(co_await world_.handler.admit(request_));
        }
        CO_TRY(auto reader, BodyReader::make(head, limit, body_));
        enter(Phase::body, world_.settings.request);
        if (head.expects_continue && in_begin_ == in_end_) {
            out_ += "HTTP/1.1 100 Continue\r\n\r\n";
            if (!co_await flush({})) co_return fail(Code::timeout, "The client is gone");
            enter(Phase::body, world_.settings.request);
        }
        auto const began = Steady::now();
        while (true) {
            CO_TRY(auto const used, reader.feed(unread()));
            consume(used);
            if (reader.done()) break;
            if (!out_.empty() && !co_await flush({})) co_return fail(Code::timeout, "The client is gone");
            phase_ = Phase::body;
            deadline_ = began + world_.settings.request + reader.earned();
            if (!co_await read_more()) co_return fail(Code::timeout, "The body did not arrive in time");
        }
        // Rights may have been taken away while it came slowly.
        if (Steady::now() - began > world_.settings.request) request_.admission = nullptr;
        request_.body = body_;
        co_return Result<void>{};
    }

    /// Queues the answer and sends when it must. False when the connection should end.
    asio::awaitable<bool> send(Response& response) {
        if (response.upgrade) co_return co_await hand_over(response);
        keep_alive_ = keep_alive_ && !response.close && !draining_ && !(response.stream && old_);
        auto const start = out_.size();
        append_head(out_, request_, response, keep_alive_, old_);
        auto const bodiless = request_.method == Method::head || response.status == 204 || response.status == 304;
        auto sent = true;
        if (response.stream && !bodiless)
            sent = co_await send_stream(response);
        else if (!bodiless) {
            auto const body = response.bytes();
            answered_bytes_ = body.size();
            if (body.size() > kFlushAt / 4)
                sent = co_await flush(body);
            else
                out_ += body;
        }
        answered_bytes_ += out_.size() > start ? out_.size() - start : 0;
        report(response.status, response.code, response.route);
        if (body_.capacity() > kKeepBuffer) body_ = {};
        if (sent && out_.size() > kFlushAt) sent = co_await flush({});
        if (sent && (in_begin_ == in_end_ || !keep_alive_)) sent = co_await flush({});
        enter(Phase::idle, world_.settings.idle);
        co_return sent&& keep_alive_;
    }

    /// Sends the head and gives the socket away. Always false: as an HTTP connection this one is at its end.
    asio::awaitable<bool> hand_over(Response& response) {
        append_head(out_, request_, response, true, false);
        answered_bytes_ = out_.size();
        auto const sent = !draining_ && co_await flush({});
        report(sent ? response.status : 503, response.code, response.route);
        out_.clear();
        if (!sent) co_return false;
        auto* const world = &world_;
        auto place = std::shared_ptr<void>{world, [world, peer = peer_](void*) {
                                               world->peers.release(peer);
                                               if (world->observer) world->observer->disconnected();
                                           }};
        handed_over_ = true;
        Upgraded upgraded{std::move(socket()), session(), std::string{unread()}, std::move(place)};
        response.upgrade(upgraded);
        co_return false;
    }

    std::shared_ptr<SSL> session() {
        if constexpr (kTls) {
            SSL_up_ref(stream_.native_handle());
            return {stream_.native_handle(), [context = tls_](SSL* tls) { SSL_free(tls); }};
        }
        return nullptr;
    }

    asio::awaitable<bool> send_stream(Response& response) {
        while (true) {
            phase_ = Phase::handling;
            std::string part;
            try {
                part = co_await response.stream();
            } catch (std::exception const&) {   // the client must see that the rest is missing
                keep_alive_ = false;
                co_return false;
            }
            answered_bytes_ += part.size();
            auto const last = part.empty();
            if (last && old_) co_return true;
            auto const framed = last ? std::string{"0\r\n\r\n"} : old_ ? std::move(part) : chunk(part);
            if (!co_await flush(framed)) co_return false;
            if (last) co_return true;
        }
    }

    /// An answer to what could not be read. The connection ends after it, because nobody knows where the next request would start.
    bool refuse(Error const& error) {
        began_ = Steady::now();
        if (world_.observer) world_.observer->began();
        if (request_.request_id.empty()) make_request_id(request_.request_id);
        return answer_and_end(error_response(error, request_.request_id));
    }
    bool answer_and_end(Response const& response) {
        append_head(out_, request_, response, false, false);
        if (request_.method != Method::head) out_ += response.body;
        report(response.status, response.code, response.route);
        return false;
    }
    bool refuse(Code code, std::string message) { return refuse(Error{.code = code, .message = std::move(message)}); }

    /// Sends what is queued and then `more`. The client must take it in the time its size allows.
    asio::awaitable<bool> flush(std::string_view more) {
        auto const size = out_.size() + more.size();
        if (size == 0) co_return true;
        expired_ = false;
        enter(Phase::writing, world_.settings.write + std::chrono::seconds{size / 1024});
        auto sent = std::size_t{0};
        if constexpr (!kTls) sent = send_now(more);
        if (sent < size) {
            auto const first = std::string_view{out_}.substr(std::min(sent, out_.size()));
            auto const second = more.substr(sent > out_.size() ? sent - out_.size() : 0);
            std::array const rest{asio::buffer(first), asio::buffer(second)};
            auto [wrong, bytes] = co_await asio::async_write(stream_, rest, kAsync);
            if (wrong) co_return false;
        }
        out_.clear();
        if (out_.capacity() > 2 * kFlushAt) out_ = {};
        co_return true;
    }

    /// Most answers fit the socket's buffer: then one system call does it, without a turn through the reactor.
    std::size_t send_now(std::string_view more) {
        std::array<iovec, 2> parts{iovec{out_.data(), out_.size()}, iovec{const_cast<char*>(more.data()), more.size()}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = more.empty() ? 1 : 2;
        auto const sent = ::sendmsg(socket().native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        return sent < 0 ? 0 : static_cast<std::size_t>(sent);
    }

    /// Closes so that a last answer arrives: closing with unread bytes would make TCP throw the answer away.
    asio::awaitable<void> leave() {
        if (!socket().is_open()) co_return;
        expired_ = false;
        enter(Phase::linger, world_.settings.linger);
        boost::system::error_code ignored;
        if constexpr (kTls) co_await stream_.async_shutdown(kAsync);
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        std::array<char, 4096> dropped;
        std::size_t bytes = 0;
        while (bytes < world_.settings.body_bytes && !expired_) {
            auto [wrong, count] = co_await socket().async_read_some(asio::buffer(dropped), kAsync);
            if (wrong) break;
            bytes += count;
        }
        socket().close(ignored);
    }

    std::shared_ptr<asio::ssl::context> tls_;   // outlives the stream made with it
    Stream stream_;
    std::vector<char> in_;
    std::size_t in_begin_ = 0;
    std::size_t in_end_ = 0;
    std::string out_;
    std::string head_copy_;
    std::string body_;
    HeadScanner scanner_;
    bool keep_alive_ = true;
    bool old_ = false;
};
}   // namespace

std::shared_ptr<Connection> Connection::make(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, ConnectionWorld& world,
                                             std::string peer) {
    using Plain = StreamConnection<tcp::socket>;
    using Tls = StreamConnection<asio::ssl::stream<tcp::socket>>;
    if (!tls) return std::make_shared<Plain>(world, std::move(peer), nullptr, std::move(socket));
    auto& context = *tls;
    return std::make_shared<Tls>(world, std::move(peer), std::move(tls), std::move(socket), context);
}

}   // namespace waqtor
