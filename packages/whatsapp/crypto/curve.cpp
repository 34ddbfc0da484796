#include "whatsapp/crypto/curve.hpp"

#include "whatsapp/crypto/field25519.hpp"
#include "whatsapp/crypto/refusal.hpp"

#include <sodium.h>

#include <cassert>

namespace waqtor::whatsapp::crypto {

namespace {

// Without it libsodium stays on its portable implementations.
[[maybe_unused]] bool const sodium_ready = sodium_init() >= 0;

/// y = (u - 1) / (u + 1), the Edwards form of a Montgomery u.
std::optional<ByteArray<32>> edwards_y(PublicKey const& key) {
    auto const u = Field25519::parse(key.bytes);
    auto const above = u + Field25519{1};
    if (above.is_zero()) return std::nullopt;
    return ((u - Field25519{1}) * above.inverse()).bytes();
}

/// u = (1 + y) / (1 - y): the Montgomery form of an Edwards point.
ByteArray<32> montgomery_u(ByteArray<32> const& point) {
    auto const y = Field25519::parse(point);
    return ((Field25519{1} + y) * (Field25519{1} - y).inverse()).bytes();
}

void clamp(PrivateKey& secret) {
    auto scalar = secret.writable();
    scalar[0] &= 0xf8;
    scalar[31] = static_cast<std::uint8_t>((scalar[31] & 0x7f) | 0x40);
}

std::unexpected<Error> small_order() { return refuse(Refusal::malformed, "the other side's public key is of small order"); }

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
    clamp(secret);
    KeyPair pair{std::move(secret), {}};
    // On the Edwards form of the curve, where libsodium has the multiples of the base in a table: half the time of the other form.
    ByteArray<32> point;
    crypto_scalarmult_ed25519_base_noclamp(point.data(), pair.secret.data());
    pair.pub.bytes = montgomery_u(point);
    return pair;
}

Result<Secret32> agree(PrivateKey const& mine, PublicKey const& theirs) {
    Secret32 shared;
    if (crypto_scalarmult(shared.writable().data(), mine.data(), theirs.bytes.data()) != 0) return small_order();
    return shared;
}

void Agreements::add(PrivateKey const& mine, PublicKey const& theirs, std::span<std::uint8_t, 32> shared) {
    assert(count_ < kMost);
    wanted_[count_++] = {&mine, &theirs, shared.data()};
}

void Agreements::generate(KeyPair& pair) {
    assert(count_ < kMost);
    pair.secret = random_secret();
    clamp(pair.secret);
    wanted_[count_++] = {&pair.secret, nullptr, pair.pub.bytes.data()};
}

Result<void> Agreements::run() {
    if (count_ < 2 || !Lanes::usable()) return run_one_by_one();
    static constexpr ByteArray<32> kBase{9};
    Lanes lanes;
    for (std::size_t i = 0; i < count_; ++i)
        lanes.set(i, wanted_[i].mine->view(), wanted_[i].theirs ? wanted_[i].theirs->bytes : kBase);
    lanes.run();
    for (std::size_t i = 0; i < count_; ++i) {
        if (equal(lanes.result(i), ByteArray<32>{})) return small_order();
        std::ranges::copy(lanes.result(i), wanted_[i].out);
    }
    return {};
}

Result<void> Agreements::run_one_by_one() {
    for (auto const& one : std::span{wanted_}.first(count_)) {
        if (one.theirs) {
            TRY(auto const shared, agree(*one.mine, *one.theirs));
            std::ranges::copy(shared.view(), one.out);
        } else {
            std::ranges::copy(KeyPair::from(*one.mine).pub.bytes, one.out);
        }
    }
    return {};
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
