#include "whatsapp/noise/symmetric.hpp"

#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/digest.hpp"

#include <limits>

namespace waqtor::whatsapp::noise {

namespace {

// Exactly 32 bytes, so it is the first hash itself instead of being hashed.
constexpr std::string_view kName{"Noise_XX_25519_AESGCM_SHA256\0\0\0\0", 32};

crypto::GcmNonce nonce(std::uint64_t counter) { return big_endian<12>(counter); }

/// HKDF with two outputs of 32 bytes.
std::pair<crypto::Secret32, crypto::Secret32> two_keys(ByteView input, ByteView chaining_key) {
    auto const both = crypto::hkdf<64>(input, chaining_key, "");
    return {crypto::secret32(both.view().first(32)), crypto::secret32(both.view().last(32))};
}

}   // namespace

Result<Bytes> CipherState::encrypt(ByteView plaintext, ByteView associated) {
    if (counter_ > std::numeric_limits<std::uint32_t>::max())
        return fail(Code::unavailable, "this connection has used up its nonces");
    return crypto::gcm_encrypt(key_, nonce(counter_++), plaintext, associated);
}

Result<Bytes> CipherState::decrypt(ByteView ciphertext, ByteView associated) {
    if (counter_ > std::numeric_limits<std::uint32_t>::max())
        return fail(Code::unavailable, "this connection has used up its nonces");
    return crypto::gcm_decrypt(key_, nonce(counter_++), ciphertext, associated);
}

SymmetricState::SymmetricState() : hash_{to_array<32>(bytes_of(kName))}, chaining_key_{hash_}, cipher_{crypto::Secret32{hash_}} {
    mix_hash(kHeader);
}

void SymmetricState::mix_hash(ByteView data) { hash_ = crypto::sha256({hash_, data}); }

void SymmetricState::mix_key(crypto::Secret32 const& shared) {
    auto [chaining_key, key] = two_keys(shared, chaining_key_);
    chaining_key_ = std::move(chaining_key);
    cipher_ = CipherState{std::move(key)};
}

Result<Bytes> SymmetricState::encrypt(ByteView plaintext) {
    TRY(auto sealed, cipher_.encrypt(plaintext, hash_));
    mix_hash(sealed);
    return sealed;
}

Result<Bytes> SymmetricState::decrypt(ByteView ciphertext) {
    TRY(auto opened, cipher_.decrypt(ciphertext, hash_));
    mix_hash(ciphertext);
    return opened;
}

Transport SymmetricState::split(Role role) const {
    auto [client, server] = two_keys({}, chaining_key_);
    return role == Role::client ? Transport{std::move(client), std::move(server)} : Transport{std::move(server), std::move(client)};
}

}   // namespace waqtor::whatsapp::noise
