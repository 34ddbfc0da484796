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

/// Where the two digits of each byte stand in the text; dashes stand in the gaps.
constexpr std::array<std::uint8_t, 16> kPlaces{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
}   // namespace

std::array<char, 36> Uuid::characters() const {
    std::array<char, 36> text;
    text[8] = text[13] = text[18] = text[23] = '-';
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text[kPlaces[i]] = kHex[bytes[i] >> 4];
        text[kPlaces[i] + 1U] = kHex[bytes[i] & 15];
    }
    return text;
}

void Uuid::append_to(std::string& out) const {
    auto const text = characters();
    out.append(text.data(), text.size());
}

std::string Uuid::text() const {
    auto const text = characters();
    return {text.data(), text.size()};
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
    Uuid out;
    unsigned seen = 0;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        auto const high = kValues[static_cast<unsigned char>(text[kPlaces[i]])];
        auto const low = kValues[static_cast<unsigned char>(text[kPlaces[i] + 1U])];
        seen |= high | low;
        out.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return seen > 15 ? std::nullopt : std::optional{out};
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
