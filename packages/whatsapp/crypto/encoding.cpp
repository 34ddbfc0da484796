#include "whatsapp/crypto/encoding.hpp"

#include <sodium.h>

namespace waqtor::whatsapp::crypto {

namespace {
int variant(Base64 alphabet) {
    return alphabet == Base64::standard ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}
}   // namespace

std::string to_base64(ByteView bytes, Base64 alphabet) {
    std::string out(sodium_base64_encoded_len(bytes.size(), variant(alphabet)), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant(alphabet));
    out.pop_back();   // libsodium ends it with NUL
    return out;
}

std::optional<Bytes> from_base64(std::string_view text, Base64 alphabet) {
    if (text.empty()) return Bytes{};
    Bytes out(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    char const* end = nullptr;
    if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end, variant(alphabet)) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    out.resize(size);
    return out;
}

std::string to_hex(ByteView bytes) {
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
    out.pop_back();
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.empty()) return Bytes{};   // libsodium takes no null pointer
    Bytes out(text.size() / 2);
    std::size_t size = 0;
    char const* end = nullptr;
    if (text.size() % 2 != 0 || sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    return out;
}

}   // namespace waqtor::whatsapp::crypto
