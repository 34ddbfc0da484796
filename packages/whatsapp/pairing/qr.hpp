#pragma once
#include "whatsapp/crypto/curve.hpp"

#include <chrono>

namespace waqtor::whatsapp::pairing {

/// How long each of the six references of `<pair-device>` is shown; then the server closes.
inline constexpr std::chrono::seconds kFirstQr{60};
inline constexpr std::chrono::seconds kNextQr{20};

/// What a QR code holds.
struct QrCode {
    std::string reference;
    crypto::PublicKey noise;
    crypto::PublicKey identity;
    crypto::Secret32 adv_secret;
    char client_type = '1';   // 1 Chrome, 2 Edge, 3 Firefox, 5 Opera, 6 Safari, 7 Electron, c macOS, e Android

    /// The text to draw, with the address that phones expect in front.
    std::string text() const;
    /// For the sandbox's phones; also reads the older form without the address. Refusal::malformed.
    static Result<QrCode> parse(std::string_view text);
};

}   // namespace waqtor::whatsapp::pairing
