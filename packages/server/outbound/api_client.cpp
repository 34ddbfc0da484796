#include "server/outbound/api_client.hpp"

#include "core/base/http_message.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/url.hpp>

namespace waqtor {
namespace {
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
constexpr auto kConnects = std::chrono::seconds{10};
constexpr auto kAnswers = std::chrono::seconds{120};   // a long-poll and the preview of a large list take a while
constexpr std::size_t kLargest = 256U << 20U;

template <class Stream> asio::awaitable<ApiAnswer> exchange(Stream& stream, http::request<http::string_body> request) {
    beast::get_lowest_layer(stream).expires_after(kAnswers);
    if (auto const failure = co_await http_message::write(stream, request)) throw boost::system::system_error{failure};
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kLargest);
    if (auto const failure = co_await http_message::read(stream, buffer, parser)) throw boost::system::system_error{failure};
    co_return ApiAnswer{parser.get().result_int(), std::move(parser.get().body())};
}
}   // namespace

Result<ApiClient> ApiClient::to(std::string_view url, std::string key) {
    auto const parsed = boost::urls::parse_uri(boost::core::string_view{url.data(), url.size()});
    auto const web = parsed && (parsed->scheme() == "http" || parsed->scheme() == "https");
    if (!web || parsed->host().empty() || parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment())
        return invalid("server", "must be an address like http://127.0.0.1:8080 or https://waqtor.example");
    if (key.find_first_of("\r\n") != key.npos || key.empty())
        return invalid("api-key", "is needed with --server: a key of that server");
    ApiClient out;
    out.secure_ = parsed->scheme() == "https";
    out.host_ =
        parsed->host_type() == boost::urls::host_type::ipv6 ? std::string{parsed->host_address()} : std::string{parsed->host()};
    out.port_ = parsed->has_port() && !parsed->port().empty() ? std::string{parsed->port()} : out.secure_ ? "443" : "80";
    out.prefix_ = std::string{parsed->encoded_path()};
    while (out.prefix_.ends_with('/')) out.prefix_.pop_back();
    out.key_ = std::move(key);
    return out;
}

Task<ApiAnswer> ApiClient::ask(ApiRequest wish) const {
    http::request<http::string_body> request{http::string_to_verb({wish.method.data(), wish.method.size()}), prefix_ + wish.target,
                                             11};
    auto const host = host_.contains(':') ? "[" + host_ + "]" : host_;
    request.set(http::field::host, host + ":" + port_);
    request.set(http::field::user_agent, "waqtor");
    request.set("X-API-Key", key_);
    request.set(http::field::connection, "close");
    if (!wish.body.empty()) request.set(http::field::content_type, wish.content_type);
    request.body() = std::move(wish.body);
    request.prepare_payload();
    try {
        auto const executor = co_await asio::this_coro::executor;
        tcp::resolver resolver{executor};
        auto const places = co_await resolver.async_resolve(host_, port_, asio::use_awaitable);
        beast::tcp_stream socket{executor};
        socket.expires_after(kConnects);
        co_await socket.async_connect(places, asio::use_awaitable);
        if (!secure_) co_return co_await exchange(socket, std::move(request));
        asio::ssl::context tls{asio::ssl::context::tls_client};
        tls.set_default_verify_paths();
        tls.set_verify_mode(asio::ssl::verify_peer);
        beast::ssl_stream<beast::tcp_stream> stream{std::move(socket), tls};
        SSL_set_tlsext_host_name(stream.native_handle(), host_.c_str());
        stream.set_verify_callback(asio::ssl::host_name_verification{host_});
        co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
        co_return co_await exchange(stream, std::move(request));
    } catch (boost::system::system_error const& thrown) {
        co_return fail_with_cause(Code::unavailable, "The server " + host + ":" + port_ + " cannot be reached",
                                  thrown.code().message());
    }
}

}   // namespace waqtor
