#include "server/realtime/codec/utf8.hpp"

#include <cstring>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kBlock = 64;

/// How many bytes at the front are ASCII, in whole blocks; the loop inside becomes vector instructions.
std::size_t ascii_blocks(char const* bytes, std::size_t size) {
    std::size_t i = 0;
    for (; i + kBlock <= size; i += kBlock) {
        std::uint64_t any = 0;
        for (std::size_t j = 0; j < kBlock; j += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes + i + j, 8);
            any |= word;
        }
        if (any & 0x8080808080808080U) break;
    }
    return i;
}
}   // namespace

/// The first byte of a character (RFC 3629 §4): how many follow, and what the second may be.
bool Utf8Check::start(std::uint8_t byte) {
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    left_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte == 0xe0) low_ = 0xa0;    // no longer than needed
    if (byte == 0xed) high_ = 0x9f;   // no surrogates
    if (byte == 0xf0) low_ = 0x90;
    if (byte == 0xf4) high_ = 0x8f;   // up to U+10FFFF
    return true;
}

bool Utf8Check::feed(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (left_ == 0) {
            i += ascii_blocks(bytes.data() + i, bytes.size() - i);
            if (i == bytes.size()) break;
            if (!start(static_cast<std::uint8_t>(bytes[i]))) return false;
            continue;
        }
        auto const byte = static_cast<std::uint8_t>(bytes[i]);
        if (byte < low_ || byte > high_) return false;
        low_ = 0x80;
        high_ = 0xbf;
        --left_;
    }
    return true;
}

}   // namespace waqtor::realtime
