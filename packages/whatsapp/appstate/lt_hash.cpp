#include "whatsapp/appstate/lt_hash.hpp"

#include "whatsapp/crypto/digest.hpp"

namespace waqtor::whatsapp::appstate {

void LtHash::mix(Mac const& value_mac, int sign) {
    auto const item = crypto::hkdf<128>(value_mac, {}, "WhatsApp Patch Integrity");
    auto const* spread = item.data();
    for (std::size_t i = 0; i < bytes_.size(); i += 2) {
        auto const have = bytes_[i] | bytes_[i + 1] << 8;
        auto const change = spread[i] | spread[i + 1] << 8;
        auto const sum = static_cast<unsigned>(have + sign * change);
        bytes_[i] = static_cast<std::uint8_t>(sum);
        bytes_[i + 1] = static_cast<std::uint8_t>(sum >> 8);
    }
}

}   // namespace waqtor::whatsapp::appstate
