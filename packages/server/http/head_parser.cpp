#include "server/http/head_parser.hpp"

#include <charconv>
#include <cstring>

namespace waqtor {
namespace {

/// What may stand where in a head: 1 in a token (method, header name), 2 in a header's value, 4 in a Host, 8 in a request id.
constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> out{};
    for (unsigned c = 0x20; c < 256; ++c)
        if (c != 0x7f) out[c] |= 2;
    out['\t'] |= 2;
    for (auto c : std::string_view{"!#$%&'*+-.^_`|~"}) out[static_cast<unsigned char>(c)] |= 1;
    for (auto c : std::string_view{"-._:[]"}) out[static_cast<unsigned char>(c)] |= 4;
    for (auto c : std::string_view{"-._"}) out[static_cast<unsigned char>(c)] |= 8;
    for (unsigned c = 0; c < 128; ++c)
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) out[c] |= 1 | 4 | 8;
    return out;
}
constexpr auto kClasses = make_classes();

bool all(std::string_view text, std::uint8_t wanted) {
    std::uint8_t seen = wanted;
    for (auto c : text) seen &= kClasses[static_cast<unsigned char>(c)];
    return seen == wanted;
}

std::unexpected<Error> refuse(std::string why) { return fail(Code::malformed, "The request " + std::move(why)); }

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

Result<void> read_request_line(std::string_view line, Head& head) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == line.npos || first == last) return refuse("line needs a method, an address and a version");
    head.method_text = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    auto const version = line.substr(last + 1);
    if (head.method_text.empty() || head.method_text.size() > 32 || !all(head.method_text, 1)) return refuse("has no valid method");
    if (version == "HTTP/1.0")
        head.old = true;
    else if (version != "HTTP/1.1")
        return refuse("is not HTTP/1.1");
    head.method = method_from(head.method_text);
    head.keep_alive = !head.old;
    return {};
}

Result<void> read_length(std::string_view value, Head& head) {
    std::uint64_t length = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() || value.size() > 18 || error != std::errc{} || end != value.data() + value.size())
        return refuse("has a Content-Length that is no number");
    if (head.content_length) return refuse("has Content-Length twice");
    head.content_length = length;
    return {};
}

void read_connection(std::string_view value, Head& head) {
    while (!value.empty()) {
        auto const part = value.substr(0, value.find(','));
        value.remove_prefix(std::min(part.size() + 1, value.size()));
        if (same_ignoring_case(trim(part), "close"))
            head.keep_alive = false;
        else if (head.old && same_ignoring_case(trim(part), "keep-alive"))
            head.keep_alive = true;
    }
}

/// The headers that decide where the request ends or who it is for; everything else is only kept.
Result<void> read_special(HeaderView const& header, Head& head, bool& host_seen) {
    auto const is = [&](std::string_view name) { return same_ignoring_case(header.name, name); };
    switch (header.name.size()) {
        case 4:
            if (!is("host")) return {};
            if (host_seen) return refuse("has Host twice");
            if (!all(header.value, 4) || header.value.size() > 255) return refuse("has a Host that is no name");
            host_seen = true;
            head.host = header.value;
            return {};
        case 6:
            if (!is("expect")) return {};
            if (!same_ignoring_case(header.value, "100-continue")) return refuse("expects something unknown");
            head.expects_continue = true;
            return {};
        case 10:
            if (is("connection")) read_connection(header.value, head);
            return {};
        case 12:
            if (is("x-request-id") && !header.value.empty() && header.value.size() <= 64 && all(header.value, 8))
                head.request_id = header.value;
            return {};
        case 14:
            if (is("content-length")) return read_length(header.value, head);
            return {};
        case 17:
            if (!is("transfer-encoding")) return {};
            if (head.old || head.chunked || !same_ignoring_case(header.value, "chunked"))
                return refuse("has a Transfer-Encoding other than one \"chunked\"");
            head.chunked = true;
            return {};
        default: return {};
    }
}
}   // namespace

Result<Head> parse_head(std::string_view block, std::vector<HeaderView>& headers) {
    headers.clear();
    Head head;
    auto host_seen = false;
    auto const next_line = [&] {
        auto const line = block.substr(0, block.find("\r\n"));
        block.remove_prefix(line.size() + 2);
        return line;
    };
    TRY_OK(read_request_line(next_line(), head));
    for (auto line = next_line(); !line.empty(); line = next_line()) {
        if (headers.size() == kMostHeaders) return fail(Code::headers_too_large, "The request has too many headers");
        auto const colon = line.find(':');
        if (colon == line.npos || colon == 0 || !all(line.substr(0, colon), 1)) return refuse("has a header without a valid name");
        auto const header = HeaderView{line.substr(0, colon), trim(line.substr(colon + 1))};
        if (!all(header.value, 2)) return refuse("has a header with a control character");
        TRY_OK(read_special(header, head, host_seen));
        headers.push_back(header);
    }
    if (!host_seen && !head.old) return refuse("has no Host");
    if (head.chunked && head.content_length) return refuse("has both Content-Length and Transfer-Encoding");
    return head;
}

HeadScanner::Found HeadScanner::scan(std::string_view bytes) {
    while (scanned_ < bytes.size()) {
        auto const* found = static_cast<char const*>(std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_));
        if (!found) {
            scanned_ = bytes.size();
            return Found::more;
        }
        auto const at = static_cast<std::size_t>(found - bytes.data());
        if (at == 0 || bytes[at - 1] != '\r') return Found::bare_line_feed;
        auto const empty = at == line_start_ + 1;
        line_start_ = scanned_ = at + 1;
        if (empty) return Found::whole;
    }
    return Found::more;
}

}   // namespace waqtor
