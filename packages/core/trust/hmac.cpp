#include "core/trust/hmac.hpp"

#include <sodium.h>

#include <array>

namespace waqtor {

std::string hmac_sha256_hex(std::string_view secret, std::string_view message) {
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> sum{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<unsigned char const*>(secret.data()), secret.size());
    if (!message.empty())
        crypto_auth_hmacsha256_update(&state, reinterpret_cast<unsigned char const*>(message.data()), message.size());
    crypto_auth_hmacsha256_final(&state, sum.data());
    std::string out(2 * sum.size() + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), sum.data(), sum.size());
    out.pop_back();
    return out;
}

}   // namespace waqtor
