#include "whatsapp/transport/websocket.hpp"

#include "whatsapp/transport/dial.hpp"
#include "whatsapp/transport/tls_state.hpp"
#include "whatsapp/transport/tls_stream.hpp"
#include "whatsapp/transport/within.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace waqtor::whatsapp::transport {

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Tcp = asio::ip::tcp;
constexpr auto kWait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLargestMessage = 32U << 20;   // a message may hold several frames of 16 MiB at most

std::unexpected<Error> broken(char const* what, boost::system::error_code error) {
    if (error == websocket::error::closed || error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
        error == asio::error::operation_aborted)
        return fail_with_cause(Code::gone, "the connection was closed", error.message());
    return fail_with_cause(Code::unavailable, what, error.message());
}

template <class Stream> class Socket final : public WebSocket {
public:
    explicit Socket(Stream stream) : stream_{std::move(stream)} {}

    Stream& stream() { return stream_; }

    Task<void> send(Bytes message) override {
        auto const [error, size] = co_await stream_.async_write(asio::buffer(message), kWait);
        if (error) co_return broken("the message could not be sent", error);
        co_return Result<void>{};
    }

    Task<Bytes> receive() override {
        for (;;) {
            // A buffer of its own for each message: an idle connection keeps none.
            beast::flat_buffer buffer;
            auto const [error, size] = co_await stream_.async_read(buffer, kWait);
            if (error) co_return broken("the connection broke", error);
            if (!stream_.got_binary()) continue;
            auto const* data = static_cast<std::uint8_t const*>(buffer.data().data());
            co_return Bytes(data, data + buffer.size());
        }
    }

    Task<void> close() override {
        auto const [error] = co_await stream_.async_close(websocket::close_code::normal, kWait);
        if (error) co_return broken("the connection broke while it was closed", error);
        co_return Result<void>{};
    }

    void abort() override {
        boost::system::error_code ignored;
        beast::get_lowest_layer(stream_).close(ignored);
    }

private:
    Stream stream_;
};

// Without permessage-deflate: frames are encrypted, and its window would cost each session more than all the rest.
using PlainStream = websocket::stream<Tcp::socket, false>;
using SecureStream = websocket::stream<TlsStream, false>;

template <class Stream> Task<std::unique_ptr<WebSocket>> upgrade(Stream stream, Url url, Options options) {
    stream.set_option(websocket::stream_base::timeout{options.deadline, websocket::stream_base::none(), false});
    stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
        namespace http = beast::http;
        request.set(http::field::origin, options.origin);
        request.set(http::field::cache_control, "no-cache");
        request.set(http::field::pragma, "no-cache");
        if (!options.user_agent.empty()) request.set(http::field::user_agent, options.user_agent);
    }));
    stream.read_message_max(kLargestMessage);
    stream.binary(true);
    websocket::response_type answer;
    auto const [error] = co_await stream.async_handshake(answer, url.authority(), url.target, kWait);
    if (error == websocket::error::upgrade_declined)
        co_return fail(Code::unavailable, "the server refused the connection with HTTP " + std::to_string(answer.result_int()));
    if (error) co_return broken("the server gave no WebSocket", error);
    stream.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
    co_return std::make_unique<Socket<Stream>>(std::move(stream));
}

Task<std::unique_ptr<WebSocket>> connect(Options options) {
    CO_TRY(auto url, Url::parse(options.url));
    if (url.secure && !options.tls) co_return invalid("tls", "is needed for wss://");
    CO_TRY(auto socket, co_await dial(url.host, url.port, options.proxy));
    if (!url.secure) co_return co_await upgrade(PlainStream{std::move(socket)}, std::move(url), std::move(options));

    TlsStream secure{std::move(socket), options.tls->state().context.native_handle(), url.host};
    auto const refused = co_await secure.handshake();
    if (refused)
        co_return fail_with_cause(Code::unavailable, "no secure connection: its certificate is not trusted, or TLS failed",
                                  refused.message());
    co_return co_await upgrade(SecureStream{std::move(secure)}, std::move(url), std::move(options));
}

}   // namespace

Tls::Tls(std::unique_ptr<State> state) : state_{std::move(state)} {}
Tls::~Tls() = default;

Result<std::shared_ptr<Tls const>> Tls::make(std::string const& ca_file) {
    auto state = std::make_unique<State>();
    auto& context = state->context;
    boost::system::error_code error;
    if (ca_file.empty())
        context.set_default_verify_paths(error);
    else
        context.load_verify_file(ca_file, error);
    if (error)
        return std::unexpected(Error{.code = Code::invalid,
                                     .message = "the file with trusted TLS roots cannot be read",
                                     .details = {{"whatsapp.tls_roots", "cannot be read"}},
                                     .cause = error.message()});
    context.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    // Idle sessions give their record buffers back.
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    return std::make_shared<Tls const>(std::move(state));
}

Task<std::unique_ptr<WebSocket>> WebSocket::open(Options options) {
    auto const deadline = options.deadline;
    return within(deadline, connect(std::move(options)), "connecting");
}

}   // namespace waqtor::whatsapp::transport
