#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/lanes.hpp"
#include "whatsapp/crypto/secret.hpp"

#include <compare>

namespace waqtor::whatsapp::crypto {

/// A Curve25519 public key (the u coordinate). Signal writes it with the type byte 05 in front, WhatsApp's stanzas and Noise
/// without: serialized() is the first form, `bytes` the second.
struct PublicKey {
    static constexpr std::uint8_t kType = 5;
    ByteArray<32> bytes{};

    /// 05 || 32 bytes.
    ByteArray<33> serialized() const;
    /// 32 bytes, or 33 with the type byte. Refusal::malformed otherwise.
    static Result<PublicKey> parse(ByteView bytes);

    operator ByteView() const { return bytes; }
    auto operator<=>(PublicKey const&) const = default;
};

using PrivateKey = Secret32;
using Signature = ByteArray<64>;

struct KeyPair {
    PrivateKey secret;
    PublicKey pub;

    static KeyPair generate();
    /// Recomputes the public half.
    static KeyPair from(PrivateKey secret);
};

/// X25519 (RFC 7748). A public key of small order (shared secret all zero) is refused with Refusal::malformed.
Result<Secret32> agree(PrivateKey const& mine, PublicKey const& theirs);

/// Agreements and new key pairs that are wanted at the same time: where the processor can (see Lanes) all of them together take
/// little longer than one. What is handed in stays where it is until run().
class Agreements {
public:
    static constexpr std::size_t kMost = Lanes::kCount;

    /// As agree(); the secret is written to `shared`.
    void add(PrivateKey const& mine, PublicKey const& theirs, std::span<std::uint8_t, 32> shared);
    /// Its secret half at once, so that it can be added too; its public half in run().
    void generate(KeyPair& pair);
    /// Once. Refusal::malformed when one of the public keys is of small order; then nothing that was written is of use.
    Result<void> run();

private:
    struct One {
        PrivateKey const* mine = nullptr;
        PublicKey const* theirs = nullptr;   // null: the base point, for a new pair
        std::uint8_t* out = nullptr;
    };
    std::array<One, kMost> wanted_;
    std::size_t count_ = 0;

    Result<void> run_one_by_one();
};

/// XEdDSA over Curve25519 as Signal uses it: the sign of the Edwards point travels in the top bit of the last byte.
/// https://signal.org/docs/specifications/xeddsa/
Signature sign(PrivateKey const& secret, ByteView message);

/// False for a wrong signature, a wrong length, and keys or points of small order.
bool verify(PublicKey const& key, ByteView message, ByteView signature);

}   // namespace waqtor::whatsapp::crypto
