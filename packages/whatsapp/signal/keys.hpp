#pragma once
#include "whatsapp/crypto/curve.hpp"

#include <optional>

namespace waqtor::whatsapp::signal {

using KeyId = std::uint32_t;
inline constexpr KeyId kLargestKeyId = (1U << 24) - 1;   // stanzas carry ids in three bytes

/// Who a device is to its peers; made once per pairing.
struct Identity {
    crypto::KeyPair keys;
    std::uint32_t registration_id = 0;

    /// The registration id is random in 1…16380, as all clients keep it.
    static Identity generate();
};

/// A one-time prekey: answered to one peer, used by one session, then deleted.
struct PreKey {
    KeyId id = 0;
    crypto::KeyPair keys;

    static PreKey generate(KeyId id) { return {id, crypto::KeyPair::generate()}; }
};

/// The prekey that is always there, signed by the identity (over 05 || public key).
struct SignedPreKey {
    KeyId id = 0;
    crypto::KeyPair keys;
    crypto::Signature signature{};

    static SignedPreKey generate(KeyId id, Identity const& identity);
};

/// What the service hands out to start a session with a device.
struct Bundle {
    struct Signed {
        KeyId id = 0;
        crypto::PublicKey key;
        crypto::Signature signature{};
    };
    struct OneTime {
        KeyId id = 0;
        crypto::PublicKey key;
    };

    std::uint32_t registration_id = 0;
    crypto::PublicKey identity;
    Signed signed_prekey;
    std::optional<OneTime> one_time;   // missing once the device's stock is used up
};

}   // namespace waqtor::whatsapp::signal
