#pragma once
#include <string>
#include <string_view>

namespace waqtor {

/// HMAC-SHA256 (RFC 2104, FIPS 180-4), 64 hexadecimal digits in lower case.
std::string hmac_sha256_hex(std::string_view secret, std::string_view message);

}   // namespace waqtor
