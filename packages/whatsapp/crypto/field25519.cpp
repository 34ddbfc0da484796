#include "whatsapp/crypto/field25519.hpp"

#include <sodium.h>

#include <bit>
#include <cstring>

namespace waqtor::whatsapp::crypto {

static_assert(std::endian::native == std::endian::little);

namespace {
__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t kMask = (std::uint64_t{1} << 51) - 1;

std::uint64_t little_endian(ByteArray<32> const& bytes, std::size_t at) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out |= std::uint64_t{bytes[at + i]} << (8 * i);
    return out;
}
}   // namespace

Field25519 Field25519::parse(ByteArray<32> const& bytes) {
    return Field25519{{little_endian(bytes, 0) & kMask, little_endian(bytes, 6) >> 3 & kMask, little_endian(bytes, 12) >> 6 & kMask,
                       little_endian(bytes, 19) >> 1 & kMask, little_endian(bytes, 24) >> 12 & kMask}};
}

/// Each limb below 2^51 and a little.
void Field25519::carry(Limbs& limbs) {
    for (std::size_t i = 0; i < 4; ++i) {
        limbs[i + 1] += limbs[i] >> 51;
        limbs[i] &= kMask;
    }
    limbs[0] += 19 * (limbs[4] >> 51);   // 2^255 is 19
    limbs[4] &= kMask;
}

Field25519::Limbs Field25519::carried(Limbs limbs) {
    carry(limbs);
    return limbs;
}

ByteArray<32> Field25519::packed(Limbs limbs) {
    carry(limbs);
    carry(limbs);
    // Now below 2^255 + 19 at most: adding 19 reaches 2^255 only when the prime has to be taken off once.
    auto over = (limbs[0] + 19) >> 51;
    for (std::size_t i = 1; i < 5; ++i) over = (limbs[i] + over) >> 51;
    limbs[0] += 19 * over;
    for (std::size_t i = 0; i < 4; ++i) {
        limbs[i + 1] += limbs[i] >> 51;
        limbs[i] &= kMask;
    }
    limbs[4] &= kMask;
    std::array<std::uint64_t, 4> words{limbs[0] | limbs[1] << 51, limbs[1] >> 13 | limbs[2] << 38, limbs[2] >> 26 | limbs[3] << 25,
                                       limbs[3] >> 39 | limbs[4] << 12};
    ByteArray<32> out;
    std::memcpy(out.data(), words.data(), out.size());
    sodium_memzero(limbs.data(), sizeof limbs);
    sodium_memzero(words.data(), sizeof words);
    return out;
}

ByteArray<32> Field25519::bytes() const { return packed(limbs_); }

Field25519 operator+(Field25519 const& a, Field25519 const& b) {
    auto out = a.limbs_;
    for (std::size_t i = 0; i < 5; ++i) out[i] += b.limbs_[i];
    return Field25519{Field25519::carried(out)};
}

Field25519 operator-(Field25519 const& a, Field25519 const& b) {
    // Four times the prime keeps every limb above zero.
    auto out = a.limbs_;
    out[0] += 4 * (kMask - 18);
    for (std::size_t i = 1; i < 5; ++i) out[i] += 4 * kMask;
    for (std::size_t i = 0; i < 5; ++i) out[i] -= b.limbs_[i];
    return Field25519{Field25519::carried(out)};
}

Field25519 operator*(Field25519 const& a, Field25519 const& b) {
    auto const& x = a.limbs_;
    auto const& y = b.limbs_;
    // A product of limbs that together stand beyond 2^255 counts 19 times at the bottom.
    auto const y1 = 19 * y[1], y2 = 19 * y[2], y3 = 19 * y[3], y4 = 19 * y[4];
    auto const sum = [](auto... product) { return (product + ...); };
    auto const by = [](std::uint64_t one, std::uint64_t other) { return Wide{one} * other; };
    auto s0 = sum(by(x[0], y[0]), by(x[1], y4), by(x[2], y3), by(x[3], y2), by(x[4], y1));
    auto s1 = sum(by(x[0], y[1]), by(x[1], y[0]), by(x[2], y4), by(x[3], y3), by(x[4], y2));
    auto s2 = sum(by(x[0], y[2]), by(x[1], y[1]), by(x[2], y[0]), by(x[3], y4), by(x[4], y3));
    auto s3 = sum(by(x[0], y[3]), by(x[1], y[2]), by(x[2], y[1]), by(x[3], y[0]), by(x[4], y4));
    auto s4 = sum(by(x[0], y[4]), by(x[1], y[3]), by(x[2], y[2]), by(x[3], y[1]), by(x[4], y[0]));
    s1 += s0 >> 51;
    s2 += s1 >> 51;
    s3 += s2 >> 51;
    s4 += s3 >> 51;
    auto const low = [](Wide limb) { return static_cast<std::uint64_t>(limb) & kMask; };
    auto const first = low(s0) + 19 * static_cast<std::uint64_t>(s4 >> 51);
    return Field25519{Field25519::Limbs{first & kMask, low(s1) + (first >> 51), low(s2), low(s3), low(s4)}};
}

Field25519 Field25519::squared(int times) const {
    auto out = *this;
    for (int i = 0; i < times; ++i) out = out * out;
    return out;
}

/// To the power of p - 2 = 2^255 - 21 (Fermat): `a_n` is this to the power of 2^n - 1.
Field25519 Field25519::inverse() const {
    auto const to_11 = squared(1) * squared(3) * *this;   // 2 + 8 + 1
    auto const a_5 = to_11.squared(1) * squared(3) * *this;
    auto const a_10 = a_5.squared(5) * a_5;
    auto const a_20 = a_10.squared(10) * a_10;
    auto const a_40 = a_20.squared(20) * a_20;
    auto const a_50 = a_40.squared(10) * a_10;
    auto const a_100 = a_50.squared(50) * a_50;
    auto const a_200 = a_100.squared(100) * a_100;
    auto const a_250 = a_200.squared(50) * a_50;
    return a_250.squared(5) * to_11;
}

}   // namespace waqtor::whatsapp::crypto
