#include "whatsapp/pairing/qr.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp::pairing {

namespace {
constexpr std::string_view kAddress = "https://wa.me/settings/linked_devices#";
}

std::string QrCode::text() const {
    return std::string{kAddress} + reference + "," + crypto::to_base64(noise) + "," + crypto::to_base64(identity) + "," +
           crypto::to_base64(adv_secret) + "," + client_type;
}

Result<QrCode> QrCode::parse(std::string_view text) {
    auto const broken = [] { return refuse(Refusal::malformed, "this is no WhatsApp pairing code"); };
    if (text.starts_with(kAddress)) text.remove_prefix(kAddress.size());
    std::vector<std::string_view> parts;
    for (;;) {
        auto const comma = text.find(',');
        parts.push_back(text.substr(0, comma));
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    // Older codes end after the secret.
    if (parts.size() < 4 || parts.size() > 5 || parts[0].empty()) return broken();
    std::array<Bytes, 3> keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto bytes = crypto::from_base64(parts[i + 1]);
        if (!bytes || bytes->size() != 32) return broken();
        keys[i] = *std::move(bytes);
    }
    QrCode out{.reference = std::string{parts[0]},
               .noise = {to_array<32>(keys[0])},
               .identity = {to_array<32>(keys[1])},
               .adv_secret = crypto::secret32(keys[2])};
    crypto::wipe(keys[2]);
    if (parts.size() == 5) {
        if (parts[4].size() != 1) return broken();
        out.client_type = parts[4][0];
    }
    return out;
}

}   // namespace waqtor::whatsapp::pairing
