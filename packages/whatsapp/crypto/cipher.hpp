#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/secret.hpp"

#include <memory>

namespace waqtor::whatsapp::crypto {

inline constexpr std::size_t kGcmTag = 16;
inline constexpr std::size_t kAesBlock = 16;
using GcmNonce = ByteArray<12>;
using AesIv = ByteArray<16>;

/// AES-256-GCM; the answer is ciphertext || tag. `key` has 32 bytes in all functions of this header.
Bytes gcm_encrypt(ByteView key, GcmNonce const& nonce, ByteView plaintext, ByteView associated);
/// Refusal::message_mac when the tag does not fit or the input is shorter than a tag.
Result<Bytes> gcm_decrypt(ByteView key, GcmNonce const& nonce, ByteView ciphertext, ByteView associated);

/// AES-256-CBC with PKCS #7 padding. Check a MAC over the ciphertext before cbc_decrypt: it tells bad padding apart.
Bytes cbc_encrypt(ByteView key, AesIv const& iv, ByteView plaintext);
/// Refusal::malformed when the size is no multiple of 16, is 0, or the padding is wrong.
Result<Bytes> cbc_decrypt(ByteView key, AesIv const& iv, ByteView ciphertext);

/// AES-256-CTR, its own inverse. `iv` is the whole first counter block, counted big-endian.
Bytes ctr_apply(ByteView key, AesIv const& iv, ByteView data);

/// AES-256-CBC over data that comes in pieces.
class CbcStream {
public:
    enum class Direction { encrypt, decrypt };
    CbcStream(Direction direction, ByteView key, AesIv const& iv);
    CbcStream(CbcStream&&) noexcept;
    CbcStream& operator=(CbcStream&&) noexcept;
    ~CbcStream();

    /// Appends what is complete; up to one block stays inside until the next call.
    void update(ByteView data, Bytes& out);
    /// Appends the last block (padding added, or checked and taken off). Refusal::malformed on bad padding.
    Result<void> finish(Bytes& out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}   // namespace waqtor::whatsapp::crypto
