#include "core/base/id.hpp"

#include <sodium.h>

namespace waqtor {
namespace {
constexpr std::string_view kHex = "0123456789abcdef";

/// The value of each hexadecimal digit, 0xff for all other bytes. A list of a thousand rows reads thousands of ids.
constexpr auto kValues = [] {
    std::array<std::uint8_t, 256> out{};
    out.fill(0xff);
    for (std::uint8_t i = 0; i < 16; ++i) {
        out[static_cast<unsigned char>(kHex[i])] = i;
        out[static_cast<unsigned char>("0123456789ABCDEF"[i])] = i;
    }
    return out;
}();

constexpr bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }
}   // namespace

void Uuid::append_to(std::string& out) const {
    std::array<char, 36> text;
    auto* at = text.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (dash_before(i)) *at++ = '-';
        *at++ = kHex[bytes[i] >> 4];
        *at++ = kHex[bytes[i] & 15];
    }
    out.append(text.data(), text.size());
}

std::string Uuid::text() const {
    std::string out;
    append_to(out);
    return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        if (dash_before(i) && text[at++] != '-') return std::nullopt;
        auto const high = kValues[static_cast<unsigned char>(text[at])];
        auto const low = kValues[static_cast<unsigned char>(text[at + 1])];
        if ((high | low) > 15) return std::nullopt;
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
