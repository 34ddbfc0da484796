#include "whatsapp/crypto/secret.hpp"

#include <sodium.h>

namespace waqtor::whatsapp::crypto {

// An empty span may hold a null pointer, which libsodium does not take even with length 0.

void wipe(std::span<std::uint8_t> memory) {
    if (!memory.empty()) sodium_memzero(memory.data(), memory.size());
}

bool equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

void random(std::span<std::uint8_t> out) {
    if (!out.empty()) randombytes_buf(out.data(), out.size());
}

Bytes random_bytes(std::size_t size) {
    Bytes out(size);
    random(out);
    return out;
}

}   // namespace waqtor::whatsapp::crypto
