#include "whatsapp/transport/https.hpp"

#include "core/base/http_message.hpp"
#include "whatsapp/transport/dial.hpp"
#include "whatsapp/transport/tls_state.hpp"
#include "whatsapp/transport/tls_stream.hpp"
#include "whatsapp/transport/within.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace waqtor::whatsapp::transport {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
constexpr auto kWait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBlock = 64 << 10;
constexpr std::uint32_t kLargestHead = 16 << 10;

std::unexpected<Error> broken(char const* what, boost::system::error_code error) {
    return fail_with_cause(Code::unavailable, what, error.message());
}

// Beast parses; what moves the bytes is written here, because its composed operations are compiled anew for every stream and body.
class Exchange final : public HttpsExchange {
public:
    Exchange(TlsStream stream, std::chrono::milliseconds patience) : stream_{std::move(stream)}, patience_{patience} {
        parser_.header_limit(kLargestHead);
        parser_.body_limit(boost::none);   // the reader counts
    }

    TlsStream& stream() { return stream_; }

    Task<void> send_head(http::request<http::string_body> const& request) {
        auto const error = co_await http_message::write(stream_, request);
        if (error) co_return broken("the request could not be sent", error);
        co_return Result<void>{};
    }

    Task<void> write(Bytes block) override { return within(patience_, write_all(std::move(block)), "the upload"); }

    Task<HttpsHead> head() override {
        while (!parser_.is_header_done()) CO_TRY_OK(co_await parse("there was no answer"));
        HttpsHead out{.status = parser_.get().result_int()};
        if (auto const length = parser_.content_length()) out.length = *length;
        co_return out;
    }

    Task<Bytes> read() override {
        Bytes block(kBlock);
        auto& body = parser_.get().body();
        while (!parser_.is_done()) {
            body.data = block.data();
            body.size = block.size();
            CO_TRY_OK(co_await parse("the download broke off"));
            auto const got = block.size() - body.size;
            if (got == 0) continue;
            block.resize(got);
            co_return block;
        }
        co_return Bytes{};
    }

private:
    TlsStream stream_;
    std::chrono::milliseconds patience_;
    beast::flat_static_buffer<(16 << 10) + kLargestHead> buffer_;
    http::response_parser<http::buffer_body> parser_;

    Task<void> write_all(Bytes block) {
        auto const [error, size] = co_await asio::async_write(stream_, asio::buffer(block), kWait);
        if (error) co_return broken("the upload broke off", error);
        co_return Result<void>{};
    }

    /// One step of the parser: with what is there, or with what comes next.
    Task<void> parse(char const* otherwise) {
        boost::system::error_code error;
        if (buffer_.size() > 0) {
            buffer_.consume(parser_.put(buffer_.data(), error));
            if (!error || error == http::error::need_buffer) co_return Result<void>{};
            if (error != http::error::need_more) co_return broken(otherwise, error);
        }
        co_return co_await within(patience_, receive(otherwise), "the answer");
    }

    Task<void> receive(char const* otherwise) {
        auto const room = buffer_.prepare(buffer_.max_size() - buffer_.size());
        auto [error, size] = co_await stream_.async_read_some(room, kWait);
        buffer_.commit(size);
        if (error == asio::error::eof && parser_.got_some()) {   // an answer without a length ends with the connection
            error = {};
            parser_.put_eof(error);
        }
        if (error) co_return broken(otherwise, error);
        co_return Result<void>{};
    }
};

http::request<http::string_body> head_of(std::string const& host, std::string const& method, std::string const& target,
                                        std::uint64_t length, HttpsOptions const& options) {
    http::request<http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set(http::field::host, host);
    request.set(http::field::origin, options.origin);
    request.set(http::field::referer, options.origin + "/");
    request.set(http::field::accept, "*/*");
    if (!options.user_agent.empty()) request.set(http::field::user_agent, options.user_agent);
    if (method == "POST") request.set(http::field::content_length, std::to_string(length));
    request.keep_alive(false);
    return request;
}

Task<std::unique_ptr<HttpsExchange>> begin(std::string host, std::string method, std::string target, std::uint64_t length,
                                           HttpsOptions options) {
    if (!options.tls) co_return invalid("tls", "is needed for media hosts");
    CO_TRY(auto const url, Url::parse("wss://" + host + "/"));   // only for host and port
    CO_TRY(auto socket, co_await dial(url.host, url.port, options.proxy));
    auto exchange = std::make_unique<Exchange>(
        TlsStream{std::move(socket), options.tls->state().context.native_handle(), url.host}, options.patience);
    if (auto const refused = co_await exchange->stream().handshake(); refused)
        co_return broken("no secure connection to the media host", refused);
    CO_TRY_OK(co_await exchange->send_head(head_of(url.authority(), method, target, length, options)));
    co_return exchange;
}

}   // namespace

Task<std::unique_ptr<HttpsExchange>> HttpsExchange::start(std::string host, std::string method, std::string target,
                                                          std::uint64_t length, HttpsOptions options) {
    auto const patience = options.patience;
    return within(patience, begin(std::move(host), std::move(method), std::move(target), length, std::move(options)),
                  "connecting to the media host");
}

}   // namespace waqtor::whatsapp::transport
