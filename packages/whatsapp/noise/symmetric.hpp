#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/curve.hpp"

namespace waqtor::whatsapp::noise {

/// "WA", magic 6, dictionary version 3: starts every connection and is the prologue of the handshake.
inline constexpr ByteArray<4> kHeader{'W', 'A', 6, 3};

/// One direction's AES-256-GCM key and its message counter (32 bits, big-endian at the end of the nonce).
class CipherState {
public:
    CipherState() = default;
    explicit CipherState(crypto::Secret32 key) : key_{std::move(key)} {}

    /// Code::unavailable once 2^32 messages are used up: a nonce is never used twice.
    Result<Bytes> encrypt(ByteView plaintext, ByteView associated);
    /// Refusal::message_mac for anything but the next message.
    Result<Bytes> decrypt(ByteView ciphertext, ByteView associated);

private:
    crypto::Secret32 key_;
    std::uint64_t counter_ = 0;
};

/// The connection after the handshake. 80 bytes, no heap.
class Transport {
public:
    Transport(crypto::Secret32 write, crypto::Secret32 read) : write_{std::move(write)}, read_{std::move(read)} {}

    Result<Bytes> encrypt(ByteView plaintext) { return write_.encrypt(plaintext, {}); }
    Result<Bytes> decrypt(ByteView ciphertext) { return read_.decrypt(ciphertext, {}); }

private:
    CipherState write_;
    CipherState read_;
};

enum class Role { client, server };

/// The symmetric state of Noise_XX_25519_AESGCM_SHA256 (Noise specification revision 34, section 5.2), the same for both ends.
class SymmetricState {
public:
    /// Mixes in the prologue.
    SymmetricState();

    void mix_hash(ByteView data);
    void mix_key(crypto::Secret32 const& shared);
    Result<Bytes> encrypt(ByteView plaintext);
    Result<Bytes> decrypt(ByteView ciphertext);
    /// The keys of the finished handshake as this end uses them.
    Transport split(Role role) const;

private:
    ByteArray<32> hash_;
    crypto::Secret32 chaining_key_;
    CipherState cipher_;
};

}   // namespace waqtor::whatsapp::noise
