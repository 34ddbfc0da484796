#pragma once
#include "whatsapp/crypto/curve.hpp"

namespace waqtor::whatsapp::pairing {

/// Pairing by a code of 8 characters that the user types into the phone. Both ends wrap an ephemeral key with the code; the
/// companion then sends its identity under the shared key, and both derive the secret that a QR code would have carried.

/// 8 characters out of 123456789ABCDEFGHJKLMNPQRSTVWXYZ; shown as 4-4.
std::string new_code();
/// Upper case, without the dash and blanks a person types. Refusal::malformed when it cannot be a code.
Result<std::string> clean_code(std::string_view typed);

inline constexpr std::size_t kWrappedKeySize = 80;       // salt 32, IV 16, key 32
inline constexpr std::size_t kWrappedBundleSize = 156;   // salt 32, nonce 12, three times 32, tag 16

/// Takes some 30 ms of computing (PBKDF2, 131,072 rounds): not on an I/O thread.
Bytes wrap_key(std::string_view code, crypto::PublicKey const& ephemeral);
/// The same for unwrapping. A wrong code gives a wrong key, which only the next step notices. Refusal::malformed on a bad size.
Result<crypto::PublicKey> unwrap_key(std::string_view code, ByteView wrapped);

struct Finish {
    Bytes wrapped_bundle;   // link_code_pairing_wrapped_key_bundle
    crypto::Secret32 adv_secret;
};
/// The companion, once it knows the phone's ephemeral key and identity.
Result<Finish> finish_companion(crypto::KeyPair const& ephemeral, crypto::PublicKey const& phone_ephemeral,
                                crypto::KeyPair const& identity, crypto::PublicKey const& phone_identity);

/// The phone's end, for the sandbox: Refusal::handshake when the code was wrong or the bundle names other identities.
Result<crypto::Secret32> finish_phone(crypto::KeyPair const& ephemeral, crypto::PublicKey const& companion_ephemeral,
                                      crypto::KeyPair const& identity, crypto::PublicKey const& companion_identity,
                                      ByteView wrapped_bundle);

}   // namespace waqtor::whatsapp::pairing
