#pragma once
#include <cstdint>
#include <string_view>

namespace waqtor::realtime {

/// Tells valid UTF-8 (RFC 3629) from bytes that come in pieces, at the first byte that cannot be part of any.
class Utf8Check {
public:
    /// False when the bytes so far are the beginning of no UTF-8 text.
    bool feed(std::string_view bytes);
    /// No character is half there.
    bool complete() const { return left_ == 0; }

private:
    bool start(std::uint8_t byte);

    std::uint8_t left_ = 0;     // bytes of the character still to come
    std::uint8_t low_ = 0x80;   // what the next of them may be
    std::uint8_t high_ = 0xbf;
};

}   // namespace waqtor::realtime
