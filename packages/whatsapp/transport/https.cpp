#include "whatsapp/transport/https.hpp"

#include "whatsapp/transport/dial.hpp"
#include "whatsapp/transport/tls_state.hpp"
#include "whatsapp/transport/within.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

namespace waqtor::whatsapp::transport {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Stream = asio::ssl::stream<beast::tcp_stream>;
constexpr auto kWait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBlock = 64 << 10;
constexpr std::uint32_t kLargestHead = 16 << 10;

std::unexpected<Error> broken(char const* what, boost::system::error_code error) {
    if (error == beast::error::timeout) return fail(Code::timeout, std::string{what} + ": it took too long");
    return fail_with_cause(Code::unavailable, what, error.message());
}

class Exchange final : public HttpsExchange {
public:
    Exchange(Stream stream, std::chrono::milliseconds patience) : stream_{std::move(stream)}, patience_{patience} {
        parser_.header_limit(kLargestHead);
        parser_.body_limit(boost::none);   // the reader counts
    }

    Stream& stream() { return stream_; }
    void hurry() { beast::get_lowest_layer(stream_).expires_after(patience_); }

    Task<void> send_head(http::request<http::empty_body> request) {
        http::request_serializer<http::empty_body> serializer{request};
        hurry();
        auto const [error, size] = co_await http::async_write_header(stream_, serializer, kWait);
        if (error) co_return broken("the request could not be sent", error);
        co_return Result<void>{};
    }

    Task<void> write(Bytes block) override {
        hurry();
        auto const [error, size] = co_await asio::async_write(stream_, asio::buffer(block), kWait);
        if (error) co_return broken("the upload broke off", error);
        co_return Result<void>{};
    }

    Task<HttpsHead> head() override {
        hurry();
        auto const [error, size] = co_await http::async_read_header(stream_, buffer_, parser_, kWait);
        if (error) co_return broken("there was no answer", error);
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
            hurry();
            auto const [error, size] = co_await http::async_read_some(stream_, buffer_, parser_, kWait);
            if (error && error != http::error::need_buffer) co_return broken("the download broke off", error);
            auto const got = block.size() - body.size;
            if (got == 0) continue;
            block.resize(got);
            co_return block;
        }
        co_return Bytes{};
    }

private:
    Stream stream_;
    std::chrono::milliseconds patience_;
    beast::flat_static_buffer<(16 << 10) + kLargestHead> buffer_;
    http::response_parser<http::buffer_body> parser_;
};

http::request<http::empty_body> head_of(std::string const& host, std::string const& method, std::string const& target,
                                        std::uint64_t length, HttpsOptions const& options) {
    http::request<http::empty_body> request;
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
    auto exchange =
        std::make_unique<Exchange>(Stream{beast::tcp_stream{std::move(socket)}, options.tls->state().context}, options.patience);
    auto& secure = exchange->stream();
    boost::system::error_code ignored;
    secure.set_verify_callback(asio::ssl::host_name_verification{url.host}, ignored);
    SSL_set_tlsext_host_name(secure.native_handle(), url.host.c_str());
    exchange->hurry();
    auto const [refused] = co_await secure.async_handshake(asio::ssl::stream_base::client, kWait);
    if (refused) co_return broken("no secure connection to the media host", refused);
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
