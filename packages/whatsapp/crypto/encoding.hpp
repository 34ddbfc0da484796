#pragma once
#include "whatsapp/crypto/bytes.hpp"

#include <optional>

namespace waqtor::whatsapp::crypto {

enum class Base64 { standard, url_safe };   // the first with padding, the second without

std::string to_base64(ByteView bytes, Base64 alphabet = Base64::standard);
/// Nothing when there is a character outside the alphabet or the length cannot be.
std::optional<Bytes> from_base64(std::string_view text, Base64 alphabet = Base64::standard);

/// Lower case.
std::string to_hex(ByteView bytes);
/// Either case.
std::optional<Bytes> from_hex(std::string_view text);

}   // namespace waqtor::whatsapp::crypto
