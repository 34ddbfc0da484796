#include "whatsapp/messaging/clean.hpp"

#include <cstdint>

namespace waqtor::whatsapp::messaging {

namespace {

/// Bytes of the character at the front of `text`; 0 when it is not UTF-8 (RFC 3629: nothing overlong, no surrogates).
std::size_t character(std::string_view text) {
    auto const at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    auto const follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return i < text.size() && at(i) >= low && at(i) <= high;
    };
    auto const first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        auto const low = first == 0xe0 ? 0xa0U : 0x80U;
        auto const high = first == 0xed ? 0x9fU : 0xbfU;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        auto const low = first == 0xf0 ? 0x90U : 0x80U;
        auto const high = first == 0xf4 ? 0x8fU : 0xbfU;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

bool dropped(char byte, Lines lines) {
    auto const value = static_cast<std::uint8_t>(byte);
    return lines == Lines::one ? value < 0x20 || value == 0x7f : value == 0;
}

}   // namespace

std::string clean(std::string_view text, std::size_t most, Lines lines) {
    std::string out;
    out.reserve(std::min(text.size(), 4 * most));
    for (std::size_t count = 0; !text.empty() && count < most;) {
        auto const size = character(text);
        auto const part = text.substr(0, size == 0 ? 1 : size);
        text.remove_prefix(part.size());
        if (size == 1 && dropped(part[0], lines)) continue;
        out += size == 0 ? std::string_view{"\xef\xbf\xbd"} : part;
        ++count;
    }
    return out;
}

std::optional<std::string> clean_or_none(std::string_view text, std::size_t most, Lines lines) {
    auto out = clean(text, most, lines);
    return out.empty() ? std::nullopt : std::optional{std::move(out)};
}

}   // namespace waqtor::whatsapp::messaging
