#pragma once
#include "whatsapp/crypto/bytes.hpp"

#include <map>

namespace waqtor::whatsapp::appstate {

using Mac = ByteArray<32>;

/// A hash of a set that can grow and shrink: 64 little-endian numbers of 16 bits; each item is spread over all of them by
/// HKDF ("WhatsApp Patch Integrity") and added or subtracted, so the order does not matter.
class LtHash {
public:
    LtHash() = default;
    explicit LtHash(ByteArray<128> const& bytes) : bytes_{bytes} {}

    void add(Mac const& value_mac) { mix(value_mac, 1); }
    void remove(Mac const& value_mac) { mix(value_mac, -1); }

    ByteArray<128> const& bytes() const { return bytes_; }
    bool operator==(LtHash const&) const = default;

private:
    ByteArray<128> bytes_{};
    void mix(Mac const& value_mac, int sign);
};

}   // namespace waqtor::whatsapp::appstate
