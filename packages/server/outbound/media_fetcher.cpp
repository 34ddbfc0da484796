#include "server/outbound/media_fetcher.hpp"

#include "core/base/cidr.hpp"
#include "core/base/http_message.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/url.hpp>

#include <mutex>

namespace waqtor {
namespace {
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

std::vector<std::string> const kNotPublic{
    "0.0.0.0/8",    "10.0.0.0/8",     "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",  "172.16.0.0/12",  "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4",  "::/96",          "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",        "2001::/23",      "2001:db8::/32",
    "2002::/16",    "fc00::/7",       "fe80::/10",      "fec0::/10",      "ff00::/8",        "5f00::/16",      "3fff::/20",
};

struct Target {
    bool secure = false;
    std::string host;
    std::string port;
    std::string path;
};

std::unexpected<Error> bad_url(std::string why) { return invalid("media.url", std::move(why)); }

Result<Target> read_url(std::string_view text) {
    auto const parsed = boost::urls::parse_uri(boost::core::string_view{text.data(), text.size()});
    if (!parsed) return bad_url("is no address");
    auto const& url = *parsed;
    if (url.scheme() != "http" && url.scheme() != "https") return bad_url("must start with http:// or https://");
    if (url.has_userinfo()) return bad_url("must not carry a user or password");
    Target out{.secure = url.scheme() == "https"};
    auto const host = url.host_type() == boost::urls::host_type::ipv6 ? std::string{url.host_address()} : std::string{url.host()};
    if (host.empty() || host.contains('%') || host.contains('\0')) return bad_url("names no host");
    out.host = host;
    out.port = url.has_port() && !url.port().empty() ? std::string{url.port()} : out.secure ? "443" : "80";
    out.path = std::string{url.encoded_target()};
    if (!out.path.starts_with('/')) out.path = "/" + out.path;
    return out;
}

/// The end of the path, as a file name.
std::string name_of(std::string_view path) {
    path = path.substr(0, path.find('?'));
    auto const name = path.substr(path.rfind('/') + 1);
    return name.size() > 200 || name.contains('%') ? std::string{} : std::string{name};
}

http::request<http::string_body> request_for(Target const& target) {
    http::request<http::string_body> out{http::verb::get, target.path, 11};
    auto const standard = target.port == (target.secure ? "443" : "80");
    auto const host = target.host.contains(':') ? "[" + target.host + "]" : target.host;
    out.set(http::field::host, standard ? host : host + ":" + target.port);
    out.set(http::field::user_agent, "WaQtor");
    out.set(http::field::accept, "*/*");
    out.set(http::field::connection, "close");
    return out;
}

template <class Stream> Task<Fetched> exchange(Stream& stream, Target const& target, std::size_t largest) {
    if (auto const failure = co_await http_message::write(stream, request_for(target))) throw boost::system::system_error{failure};
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(largest);
    auto const failure = co_await http_message::read(stream, buffer, parser);
    if (failure == http::error::body_limit) co_return fail(Code::too_large, "The file at the address is larger than 64 MiB");
    if (failure) throw boost::system::system_error{failure};
    auto& response = parser.get();
    if (http::to_status_class(response.result()) == http::status_class::redirection)
        co_return bad_url("answers with a redirect, which is not followed; give the final address");
    if (response.result() != http::status::ok) co_return bad_url("answers with status " + std::to_string(response.result_int()));
    auto const type = response[http::field::content_type];
    co_return Fetched{std::move(response.body()), std::string{type.data(), type.size()}, name_of(target.path)};
}
}   // namespace

/// Reading the system's authorities takes 30 ms: not before there is something to fetch from one of them.
class HttpMediaFetcher::Tls {
public:
    asio::ssl::context& context(FetchPolicy const& policy) {
        std::call_once(made_, [&] {
            context_.set_verify_mode(asio::ssl::verify_peer);
            if (policy.certificates.empty())
                context_.set_default_verify_paths();
            else
                context_.load_verify_file(policy.certificates);
        });
        return context_;
    }

private:
    asio::ssl::context context_{asio::ssl::context::tls_client};
    std::once_flag made_;
};

HttpMediaFetcher::HttpMediaFetcher(FetchPolicy policy) : policy_{std::move(policy)}, tls_{std::make_unique<Tls>()} {}
HttpMediaFetcher::~HttpMediaFetcher() = default;

bool is_public(std::string_view address) { return !any_contains(kNotPublic, address) && !is_loopback(address); }

namespace {
/// Resolves once; every address must be public.
Task<std::vector<tcp::endpoint>> resolve(Target const& target, FetchPolicy const& policy) {
    tcp::resolver resolver{co_await asio::this_coro::executor};
    boost::system::error_code failure;
    auto const found =
        co_await resolver.async_resolve(target.host, target.port, asio::redirect_error(asio::use_awaitable, failure));
    if (failure || found.empty()) co_return bad_url("names a host that is not known");
    std::vector<tcp::endpoint> out;
    for (auto const& entry : found) {
        auto const address = entry.endpoint().address().to_string();
        if (!is_public(address) && !any_contains(policy.allowed, address))
            co_return bad_url("leads to an address that is not public");
        out.push_back(entry.endpoint());
    }
    co_return out;
}

Task<Fetched> fetch_from(Target target, FetchPolicy const& policy, HttpMediaFetcher::Tls& tls) {
    CO_TRY(auto const endpoints, co_await resolve(target, policy));
    tcp::socket socket{co_await asio::this_coro::executor};
    co_await asio::async_connect(socket, endpoints, asio::use_awaitable);
    if (!target.secure) co_return co_await exchange(socket, target, policy.largest);
    asio::ssl::stream<tcp::socket> stream{std::move(socket), tls.context(policy)};
    if (!SSL_set_tlsext_host_name(stream.native_handle(), target.host.c_str())) co_return bad_url("names no host");
    stream.set_verify_callback(asio::ssl::host_name_verification{target.host});
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    co_return co_await exchange(stream, target, policy.largest);
}

/// What the network throws becomes an answer; a cut-off by the deadline is not the network's.
Task<Fetched> translated(Target target, FetchPolicy const& policy, HttpMediaFetcher::Tls& tls) {
    try {
        co_return co_await fetch_from(std::move(target), policy, tls);
    } catch (boost::system::system_error const& thrown) {
        co_return fail_with_cause(Code::invalid, "media.url: the file cannot be fetched", thrown.code().message());
    }
}
}   // namespace

Task<Fetched> HttpMediaFetcher::fetch(std::string url) {
    using namespace asio::experimental::awaitable_operators;
    CO_TRY(auto target, read_url(url));
    asio::steady_timer timer{co_await asio::this_coro::executor, policy_.deadline};
    auto first = co_await (translated(std::move(target), policy_, *tls_) || timer.async_wait(asio::use_awaitable));
    if (first.index() == 0) co_return std::get<0>(std::move(first));
    co_return fail(Code::timeout, "Fetching the file took too long");
}

}   // namespace waqtor
