#include "core/base/id.hpp"

#include <sodium.h>

namespace waqtor {
namespace {
constexpr std::string_view kHex = "0123456789abcdef";

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }
}   // namespace

std::string Uuid::text() const {
    std::string out;
    out.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (dash_before(i)) out += '-';
        out += kHex[bytes[i] >> 4];
        out += kHex[bytes[i] & 15];
    }
    return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        if (dash_before(i) && text[at++] != '-') return std::nullopt;
        auto const high = hex_digit(text[at]);
        auto const low = hex_digit(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
        at += 2;
    }
    return out;
}

Uuid Uuid::make(Timestamp now) {
    Uuid out;
    randombytes_buf(out.bytes.data(), out.bytes.size());
    auto const ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) out.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0f) | 0x70);
    out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3f) | 0x80);
    return out;
}

}   // namespace waqtor
