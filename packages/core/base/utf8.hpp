#pragma once
#include <string_view>

namespace waqtor {

/// The beginning of a text, at most so many bytes and never half a character.
constexpr std::string_view beginning(std::string_view utf8, std::size_t most) {
    if (utf8.size() <= most) return utf8;
    while (most > 0 && (static_cast<unsigned char>(utf8[most]) & 0xc0U) == 0x80U) --most;
    return utf8.substr(0, most);
}

}   // namespace waqtor
