#include "whatsapp/crypto/curve.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <openssl/bn.h>
#include <sodium.h>

#include <memory>

namespace waqtor::whatsapp::crypto {

namespace {

// Without it libsodium stays on its portable implementations.
[[maybe_unused]] bool const sodium_ready = sodium_init() >= 0;

struct FreeNumber {
    void operator()(BIGNUM* number) const { BN_free(number); }
    void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

/// y = (u - 1) / (u + 1) mod 2^255 - 19, the Edwards y of a Montgomery u. All values here are public, so time may vary.
std::optional<ByteArray<32>> edwards_y(PublicKey const& key) {
    static Number const prime = [] {
        ByteArray<32> bytes;
        bytes.fill(0xff);
        bytes[0] = 0x7f;
        bytes[31] = 0xed;
        return Number{BN_bin2bn(bytes.data(), 32, nullptr)};
    }();
    thread_local std::unique_ptr<BN_CTX, FreeNumber> const context{BN_CTX_new()};

    auto masked = key.bytes;
    masked[31] &= 0x7f;
    Number const u{BN_lebin2bn(masked.data(), 32, nullptr)};
    Number const above{BN_dup(u.get())};
    Number const result{BN_new()};
    if (!context || !u || !above || !result) return std::nullopt;

    BN_add_word(above.get(), 1);
    if (!BN_mod_inverse(above.get(), above.get(), prime.get(), context.get())) return std::nullopt;
    BN_sub_word(u.get(), 1);
    if (!BN_mod_mul(result.get(), u.get(), above.get(), prime.get(), context.get())) return std::nullopt;
    if (BN_is_negative(result.get())) BN_add(result.get(), result.get(), prime.get());

    ByteArray<32> out;
    if (BN_bn2lebinpad(result.get(), out.data(), 32) != 32) return std::nullopt;
    return out;
}

ByteArray<32> reduced_hash(std::initializer_list<ByteView> parts) {
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    for (auto part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
    Secret<64> digest;
    crypto_hash_sha512_final(&state, digest.writable().data());
    wipe({reinterpret_cast<std::uint8_t*>(&state), sizeof state});
    ByteArray<32> out;
    crypto_core_ed25519_scalar_reduce(out.data(), digest.data());
    return out;
}

}   // namespace

ByteArray<33> PublicKey::serialized() const {
    ByteArray<33> out;
    out[0] = kType;
    std::copy(bytes.begin(), bytes.end(), out.begin() + 1);
    return out;
}

Result<PublicKey> PublicKey::parse(ByteView bytes) {
    if (bytes.size() == 33 && bytes[0] == kType) bytes = bytes.subspan(1);
    if (bytes.size() != 32) return refuse(Refusal::malformed, "a Curve25519 key has 32 bytes");
    return PublicKey{to_array<32>(bytes)};
}

KeyPair KeyPair::generate() { return from(random_secret()); }

KeyPair KeyPair::from(PrivateKey secret) {
    auto scalar = secret.writable();
    scalar[0] &= 0xf8;
    scalar[31] = static_cast<std::uint8_t>((scalar[31] & 0x7f) | 0x40);
    KeyPair pair{std::move(secret), {}};
    crypto_scalarmult_base(pair.pub.bytes.data(), pair.secret.data());
    return pair;
}

Result<Secret32> agree(PrivateKey const& mine, PublicKey const& theirs) {
    Secret32 shared;
    if (crypto_scalarmult(shared.writable().data(), mine.data(), theirs.bytes.data()) != 0)
        return refuse(Refusal::malformed, "the other side's public key is of small order");
    return shared;
}

Signature sign(PrivateKey const& secret, ByteView message) {
    Secret<64> wide;
    std::copy_n(secret.data(), 32, wide.writable().begin());
    wide.writable()[0] &= 0xf8;
    wide.writable()[31] = static_cast<std::uint8_t>((wide.writable()[31] & 0x7f) | 0x40);
    Secret32 scalar;
    crypto_core_ed25519_scalar_reduce(scalar.writable().data(), wide.data());

    ByteArray<32> point;
    crypto_scalarmult_ed25519_base_noclamp(point.data(), scalar.data());

    ByteArray<32> prefix;
    prefix.fill(0xff);
    prefix[0] = 0xfe;
    auto const nonce = Secret32{reduced_hash({prefix, scalar, message, random_array<64>()})};

    Signature out;
    crypto_scalarmult_ed25519_base_noclamp(out.data(), nonce.data());
    auto const challenge = reduced_hash({ByteView{out}.first(32), point, message});
    Secret32 product;
    crypto_core_ed25519_scalar_mul(product.writable().data(), challenge.data(), scalar.data());
    crypto_core_ed25519_scalar_add(out.data() + 32, product.data(), nonce.data());
    out[63] |= point[31] & 0x80;
    return out;
}

bool verify(PublicKey const& key, ByteView message, ByteView signature) {
    if (signature.size() != 64) return false;
    auto point = edwards_y(key);
    if (!point) return false;
    auto plain = to_array<64>(signature);
    (*point)[31] |= plain[63] & 0x80;
    plain[63] &= 0x7f;
    return crypto_sign_verify_detached(plain.data(), message.data(), message.size(), point->data()) == 0;
}

}   // namespace waqtor::whatsapp::crypto
