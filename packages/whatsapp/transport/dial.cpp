#include "whatsapp/transport/dial.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <charconv>

namespace waqtor::whatsapp::transport {

namespace {

using Tcp = asio::ip::tcp;
constexpr auto kWait = asio::as_tuple(asio::use_awaitable);

std::unexpected<Error> unreachable(char const* what, boost::system::error_code error) {
    return fail_with_cause(Code::unavailable, what, error.message());
}

Task<void> write_all(Tcp::socket& socket, Bytes bytes) {
    auto const [error, size] = co_await asio::async_write(socket, asio::buffer(bytes), kWait);
    if (error) co_return unreachable("the proxy hung up", error);
    co_return Result<void>{};
}

Task<Bytes> read_some(Tcp::socket& socket, std::size_t size) {
    Bytes out(size);
    auto const [error, got] = co_await asio::async_read(socket, asio::buffer(out), kWait);
    if (error) co_return unreachable("the proxy hung up", error);
    co_return out;
}

Task<void> http_connect(Tcp::socket& socket, std::string host, std::uint16_t port, Proxy proxy) {
    auto const authority = host + ":" + std::to_string(port);
    auto request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (!proxy.user.empty())
        request += "Proxy-Authorization: Basic " + crypto::to_base64(bytes_of(proxy.user + ":" + proxy.password)) + "\r\n";
    request += "\r\n";
    CO_TRY_OK(co_await write_all(socket, to_bytes(bytes_of(request))));

    std::string answer;
    constexpr std::size_t kMost = 8192;
    auto const [error, head] = co_await asio::async_read_until(socket, asio::dynamic_buffer(answer, kMost), "\r\n\r\n", kWait);
    if (error) co_return unreachable("the proxy gave no answer", error);
    auto const line = std::string_view{answer}.substr(0, answer.find('\r'));
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line.substr(9, 3) != "200")
        co_return fail_with_cause(Code::unavailable, "the proxy refused the connection", std::string{line});
    // The other side speaks only after us, so anything more is not from it.
    if (answer.size() != head) co_return fail(Code::unavailable, "the proxy sent more than its answer");
    co_return Result<void>{};
}

Task<void> socks_login(Tcp::socket& socket, Proxy proxy) {
    if (proxy.user.size() > 255 || proxy.password.size() > 255)
        co_return invalid("proxy", "user and password have at most 255 bytes");
    Bytes login{1, static_cast<std::uint8_t>(proxy.user.size())};
    append(login, bytes_of(proxy.user));
    login.push_back(static_cast<std::uint8_t>(proxy.password.size()));
    append(login, bytes_of(proxy.password));
    CO_TRY_OK(co_await write_all(socket, std::move(login)));
    CO_TRY(auto const answer, co_await read_some(socket, 2));
    if (answer[1] != 0) co_return fail(Code::unavailable, "the proxy refused the login");
    co_return Result<void>{};
}

/// RFC 1928 and 1929.
Task<void> socks5(Tcp::socket& socket, std::string host, std::uint16_t port, Proxy proxy) {
    constexpr std::uint8_t kNone = 0, kPassword = 2;
    if (host.size() > 255) co_return invalid("url", "the host name is too long");
    auto const method = proxy.user.empty() ? kNone : kPassword;
    CO_TRY_OK(co_await write_all(socket, {5, 1, method}));
    CO_TRY(auto const chosen, co_await read_some(socket, 2));
    if (chosen[0] != 5 || chosen[1] != method) co_return fail(Code::unavailable, "the proxy wants another kind of login");
    if (method == kPassword) CO_TRY_OK(co_await socks_login(socket, proxy));

    Bytes request{5, 1, 0, 3, static_cast<std::uint8_t>(host.size())};
    append(request, bytes_of(host));
    append(request, big_endian<2>(port));
    CO_TRY_OK(co_await write_all(socket, std::move(request)));
    CO_TRY(auto const answer, co_await read_some(socket, 5));
    if (answer[1] != 0)
        co_return fail_with_cause(Code::unavailable, "the proxy refused the connection",
                                  "SOCKS reply " + std::to_string(answer[1]));
    // The bound address, which we do not need: 4 or 16 bytes or a name, then the port. One byte of it is read.
    auto const rest = answer[3] == 1 ? 3U + 2U : answer[3] == 4 ? 15U + 2U : answer[4] + 2U;
    CO_TRY(auto const ignored, co_await read_some(socket, rest));
    co_return Result<void>{};
}

}   // namespace

Result<Url> Url::parse(std::string_view text) {
    Url url;
    auto const wrong = [] { return invalid("url", "must look like wss://host[:port]/path"); };
    if (text.starts_with("wss://"))
        text.remove_prefix(6);
    else if (text.starts_with("ws://"))
        text.remove_prefix(5), url.secure = false;
    else
        return wrong();
    auto const slash = text.find('/');
    if (slash != std::string_view::npos) url.target = text.substr(slash);
    auto authority = text.substr(0, slash);
    url.port = url.secure ? 443 : 80;
    auto const colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    if (colon != std::string_view::npos) {
        auto const digits = authority.substr(colon + 1);
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
        if (error != std::errc{} || end != digits.data() + digits.size() || url.port == 0) return wrong();
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
    if (authority.empty() || authority.find_first_of("@ []?#") != std::string_view::npos) return wrong();
    url.host = authority;
    return url;
}

std::string Url::authority() const {
    auto const name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (secure ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

Task<Tcp::socket> dial(std::string host, std::uint16_t port, Proxy proxy) {
    auto const executor = co_await asio::this_coro::executor;
    auto const direct = proxy.kind == Proxy::Kind::none;
    Tcp::resolver resolver{executor};
    auto const [no_name, found] =
        co_await resolver.async_resolve(direct ? host : proxy.host, std::to_string(direct ? port : proxy.port), kWait);
    if (no_name)
        co_return unreachable(direct ? "the host name cannot be resolved" : "the proxy's name cannot be resolved", no_name);
    Tcp::socket socket{executor};
    auto const [refused, endpoint] = co_await asio::async_connect(socket, found, kWait);
    if (refused) co_return unreachable(direct ? "no connection" : "no connection to the proxy", refused);
    boost::system::error_code ignored;
    socket.set_option(Tcp::no_delay{true}, ignored);
    if (proxy.kind == Proxy::Kind::http_connect) {
        CO_TRY_OK(co_await http_connect(socket, std::move(host), port, std::move(proxy)));
    } else if (proxy.kind == Proxy::Kind::socks5) {
        CO_TRY_OK(co_await socks5(socket, std::move(host), port, std::move(proxy)));
    }
    co_return socket;
}

}   // namespace waqtor::whatsapp::transport
