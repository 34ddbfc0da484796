#include "whatsapp/adapter/proxy_text.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <charconv>

namespace waqtor::whatsapp {

namespace {

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const byte = text[i] == '%' && i + 2 < text.size() ? crypto::from_hex(text.substr(i + 1, 2)) : std::nullopt;
        out += byte ? static_cast<char>(byte->front()) : text[i];
        if (byte) i += 2;
    }
    return out;
}

}   // namespace

Result<transport::Proxy> read_proxy(std::string_view text) {
    using Kind = transport::Proxy::Kind;
    transport::Proxy out;
    if (text.empty()) return out;
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kSocks = "socks5://";
    auto const wrong = [] { return invalid("proxy", "must look like http://host:port or socks5://user:password@host:port"); };
    if (text.starts_with(kHttp)) {
        out.kind = Kind::http_connect;
        text.remove_prefix(kHttp.size());
    } else if (text.starts_with(kSocks)) {
        out.kind = Kind::socks5;
        text.remove_prefix(kSocks.size());
    } else {
        return wrong();
    }
    if (text.ends_with('/')) text.remove_suffix(1);
    if (auto const at = text.rfind('@'); at != text.npos) {
        auto const login = text.substr(0, at);
        auto const colon = login.find(':');
        out.user = percent_decoded(login.substr(0, colon));
        if (colon != login.npos) out.password = percent_decoded(login.substr(colon + 1));
        text.remove_prefix(at + 1);
    }
    auto const colon = text.rfind(':');
    if (colon == text.npos || colon == 0) return wrong();
    out.host = text.substr(0, colon);
    if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
    auto const port = text.substr(colon + 1);
    auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port == 0) return wrong();
    return out;
}

}   // namespace waqtor::whatsapp
