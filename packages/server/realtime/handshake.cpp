#include "server/realtime/handshake.hpp"

#include "core/trust/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <charconv>

namespace waqtor::realtime {
namespace {
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";   // RFC 6455 §1.3
constexpr std::size_t kKeySize = 24;                                         // 16 bytes in base64

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Takes what stands before the next `mark` off the front.
std::string_view next_part(std::string_view& rest, char mark) {
    auto const end = rest.find(mark);
    auto const part = trim(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

template <class F> void each_item(Request const& request, std::string_view name, F take) {
    for (auto const& header : request.headers) {
        if (!same_ignoring_case(header.name, name)) continue;
        for (auto rest = header.value; !rest.empty();)
            if (auto const item = next_part(rest, ','); !item.empty()) take(item);
    }
}

bool has_item(Request const& request, std::string_view name, std::string_view wanted) {
    auto found = false;
    each_item(request, name, [&](std::string_view item) { found = found || same_ignoring_case(item, wanted); });
    return found;
}

std::string accept_of(std::string_view key) {
    auto const text = std::string{key} + std::string{kGuid};
    std::array<unsigned char, SHA_DIGEST_LENGTH> sum{};
    SHA1(reinterpret_cast<unsigned char const*>(text.data()), text.size(), sum.data());
    std::array<unsigned char, 32> out{};   // 20 bytes give 28 characters and a zero
    auto const size = EVP_EncodeBlock(out.data(), sum.data(), sum.size());
    return {reinterpret_cast<char const*>(out.data()), static_cast<std::size_t>(size)};
}

bool is_key(std::string_view key) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return key.size() == kKeySize && key.ends_with("==") && key.find_first_not_of(kAlphabet) == kKeySize - 2;
}

/// 8 to 15, also in quotes; 0 for anything else.
int window_bits(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    auto bits = 0;
    auto const [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), bits);
    auto const fine = wrong == std::errc{} && end == value.data() + value.size() && !value.starts_with('0');
    return fine && bits >= 8 && bits <= 15 ? bits : 0;
}

/// One offer of permessage-deflate; taken unless it says something that is not in RFC 7692.
bool take_offer(std::string_view offer, Handshake& out) {
    if (!same_ignoring_case(next_part(offer, ';'), "permessage-deflate")) return false;
    auto server_bits = 15;
    unsigned seen = 0;
    while (!offer.empty()) {
        auto parameter = next_part(offer, ';');
        auto const bare = parameter.find('=') == parameter.npos;
        auto const name = next_part(parameter, '=');
        auto flag = 0U;
        if (name == "server_no_context_takeover" && bare)
            flag = 1;
        else if (name == "client_no_context_takeover" && bare)
            flag = 2;
        else if (name == "client_max_window_bits" && (bare || window_bits(parameter)))
            flag = 4;
        else if (name == "server_max_window_bits" && !bare && (server_bits = window_bits(parameter)) > 0)
            flag = 8;
        if (flag == 0 || (seen & flag)) return false;
        seen |= flag;
    }
    out.inflates = true;
    out.deflates = server_bits == 15;
    out.extensions = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    if (seen & 8U) out.extensions += "; server_max_window_bits=" + std::to_string(server_bits);
    return true;
}
}   // namespace

Result<Handshake> read_handshake(Request const& request, bool compression) {
    if (request.method != Method::get || !has_item(request, "upgrade", "websocket") || !has_item(request, "connection", "upgrade"))
        return fail(Code::malformed, "This address speaks WebSocket: the request needs Upgrade: websocket and Connection: Upgrade");
    if (request.header("sec-websocket-version") != "13") return fail(Code::malformed, "Only WebSocket version 13 is spoken here");
    auto const key = request.header("sec-websocket-key");
    if (!is_key(key)) return fail(Code::malformed, "Sec-WebSocket-Key must be 16 bytes in base64");
    Handshake out{.accept = accept_of(key)};
    if (compression)
        each_item(request, "sec-websocket-extensions", [&](std::string_view offer) {
            if (!out.inflates) take_offer(offer, out);
        });
    return out;
}

std::string_view offered_protocol(Request const& request, std::string_view prefix) {
    std::string_view out;
    each_item(request, "sec-websocket-protocol", [&](std::string_view item) {
        if (out.empty() && item.starts_with(prefix)) out = item.substr(prefix.size());
    });
    return out;
}

std::string handshake_signature(std::string_view secret, Signed const& parts) {
    auto text = std::string{parts.key};
    text += parts.time;
    text += parts.address;
    text += parts.nonce;
    return hmac_sha256_hex(secret, text);
}

Response switching(Handshake const& handshake, std::string_view protocol) {
    Response out{.status = 101};
    out.headers.push_back({"Upgrade", "websocket"});
    out.headers.push_back({"Connection", "Upgrade"});
    out.headers.push_back({"Sec-WebSocket-Accept", handshake.accept});
    if (!handshake.extensions.empty()) out.headers.push_back({"Sec-WebSocket-Extensions", handshake.extensions});
    if (!protocol.empty()) out.headers.push_back({"Sec-WebSocket-Protocol", std::string{protocol}});
    return out;
}

}   // namespace waqtor::realtime
