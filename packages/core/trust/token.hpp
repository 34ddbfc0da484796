#pragma once
#include "core/base/bytes.hpp"

#include <string>
#include <string_view>

namespace waqtor {

/// `prefix` followed by 32 random characters of base62 (190 bits). Made for keys, logins and links; stored only as its hash.
std::string make_token(std::string_view prefix);

/// SHA-256, 32 bytes: what is stored of a token. Enough, because a token has more entropy than can be tried.
Bytes token_hash(std::string_view token);

/// Compares in time that depends on the lengths only.
bool equal_secret(std::string_view one, std::string_view other);

}   // namespace waqtor
