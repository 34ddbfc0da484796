#include "server/http/target.hpp"

#include <cstdint>

namespace waqtor {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Appends `text` decoded. False when an encoding is broken.
bool decode(std::string_view text, bool plus_is_space, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return false;
            auto const high = hex_digit(text[i + 1]);
            auto const low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return false;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else
            out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
    return true;
}

bool has_control(std::string_view text) {
    for (auto c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
    return false;
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);   // '/'
        auto const segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..") return true;
        path.remove_prefix(segment.size());
    }
    return false;
}

std::unexpected<Error> refuse(std::string why) { return fail(Code::malformed, "The address " + std::move(why)); }
}   // namespace

bool is_utf8(std::string_view text) {
    auto const* at = reinterpret_cast<unsigned char const*>(text.data());
    auto const* const end = at + text.size();
    while (at < end) {
        if (*at < 0x80) {
            ++at;
            continue;
        }
        auto const lead = *at;
        auto const more = lead >= 0xc2 && lead <= 0xdf ? 1 : (lead & 0xf0) == 0xe0 ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
        if (more == 0 || end - at <= more) return false;
        std::uint32_t point = lead & (0x3f >> more);
        for (int i = 1; i <= more; ++i) {
            if ((at[i] & 0xc0) != 0x80) return false;
            point = point << 6 | (at[i] & 0x3f);
        }
        auto const overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
        if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
        at += more + 1;
    }
    return true;
}

Result<Target> parse_target(std::string_view target, std::string& scratch) {
    if (target == "*") return Target{target, {}};
    if (!target.starts_with('/')) return refuse("must start with '/'");
    auto encoded = false;
    auto dotted = false;
    for (auto c : target) {
        // RFC 3986 lets none of these stand unencoded; what is not ASCII is refused too.
        if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\' || c == '"' || c == '<' || c == '>')
            return refuse("has a forbidden character");
        encoded |= c == '%';
        dotted |= c == '.';
    }
    auto const question = target.find('?');
    auto out = Target{target.substr(0, question), question == target.npos ? std::string_view{} : target.substr(question + 1)};
    if (encoded && out.path.find('%') != out.path.npos) {
        auto const slashes = std::ranges::count(out.path, '/');
        scratch.clear();
        if (!decode(out.path, false, scratch)) return refuse("has a broken percent encoding");
        if (std::ranges::count(scratch, '/') != slashes || scratch.find('\\') != scratch.npos || has_control(scratch))
            return refuse("has an encoded character that may not stand in a path");
        if (!is_utf8(scratch)) return refuse("is not UTF-8");
        out.path = scratch;
        dotted = true;
    }
    if (dotted && has_dot_segment(out.path)) return refuse("has a '.' or '..' segment");
    return out;
}

Result<std::vector<QueryField>> parse_query(std::string_view query) {
    std::vector<QueryField> out;
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        QueryField field;
        auto const value = equals == pair.npos ? std::string_view{} : pair.substr(equals + 1);
        if (!decode(pair.substr(0, equals), true, field.name) || !decode(value, true, field.value))
            return refuse("has a broken percent encoding in its query");
        if (!is_utf8(field.name) || !is_utf8(field.value)) return refuse("has a query that is not UTF-8");
        if (field.name.find('\0') != field.name.npos || field.value.find('\0') != field.value.npos)
            return refuse("has the character U+0000 in its query");
        out.push_back(std::move(field));
    }
    return out;
}

}   // namespace waqtor
