#include "core/trust/token.hpp"

#include <sodium.h>

namespace waqtor {

std::string make_token(std::string_view prefix) {
    static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string out{prefix};
    for (int i = 0; i < 32; ++i) out += kAlphabet[randombytes_uniform(kAlphabet.size())];
    return out;
}

Bytes token_hash(std::string_view token) {
    Bytes out(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(out.data(), reinterpret_cast<unsigned char const*>(token.data()), token.size());
    return out;
}

bool equal_secret(std::string_view one, std::string_view other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}   // namespace waqtor
