#include "whatsapp/crypto/lanes.hpp"

#include "whatsapp/crypto/field25519.hpp"
#include "whatsapp/crypto/secret.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include "whatsapp/crypto/field8.hpp"
#endif

namespace waqtor::whatsapp::crypto {

static_assert(std::endian::native == std::endian::little);

namespace {

template <class Words> void put(Words& words, std::size_t lane, ByteView bytes) {
    for (std::size_t i = 0; i < words.size(); ++i) std::memcpy(&words[i][lane], bytes.data() + 8 * i, 8);
}

template <class Memory> void wipe_all(Memory& memory) { wipe({reinterpret_cast<std::uint8_t*>(&memory), sizeof memory}); }

}   // namespace

void Lanes::set(std::size_t lane, ByteView scalar, ByteArray<32> const& point) {
    put(scalars_, lane, scalar);
    scalars_[0][lane] &= ~std::uint64_t{7};
    scalars_[3][lane] = (scalars_[3][lane] & ~(std::uint64_t{1} << 63)) | std::uint64_t{1} << 62;
    put(points_, lane, point);
}

Lanes::~Lanes() {
    wipe_all(scalars_);
    wipe_all(points_);
    wipe_all(results_);
}

#if defined(__x86_64__)

bool Lanes::usable() {
    static bool const can = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
    return can;
}

Field8 squared(Field8 value, int times) {
    for (int i = 0; i < times; ++i) value = square(value);
    return value;
}

namespace {

WAQTOR_LANES Field8 product(Field8 const& a, Field8 const& b) { return multiply(a, b); }

struct Powers {
    Field8 to_11, a_250;   // `a_n` is z to the power of 2^n - 1
};
WAQTOR_LANES Powers powers(Field8 const& z) {
    auto const to_9 = product(squared(z, 3), z);
    auto const to_11 = product(squared(z, 1), to_9);
    auto const a_5 = product(squared(to_11, 1), to_9);
    auto const a_10 = product(squared(a_5, 5), a_5);
    auto const a_20 = product(squared(a_10, 10), a_10);
    auto const a_40 = product(squared(a_20, 20), a_20);
    auto const a_50 = product(squared(a_40, 10), a_10);
    auto const a_100 = product(squared(a_50, 50), a_50);
    auto const a_200 = product(squared(a_100, 100), a_100);
    return {to_11, product(squared(a_200, 50), a_50)};
}

}   // namespace

/// To the power of p - 2 = 2^255 - 21 (Fermat).
Field8 inverse(Field8 const& z) {
    auto const known = powers(z);
    return product(squared(known.a_250, 5), known.to_11);
}

Field8 to_root(Field8 const& z) { return product(squared(powers(z).a_250, 2), z); }

Field8 split(Words8 const& words) {
    Eight w[4];
    for (int i = 0; i < 4; ++i) w[i] = _mm512_load_si512(words[static_cast<std::size_t>(i)].data());
    auto const mask = all((std::uint64_t{1} << 51) - 1);
    auto const joined = [&](int i, unsigned right, unsigned left) WAQTOR_LANES {
        return _mm512_or_si512(_mm512_srli_epi64(w[i], right), _mm512_slli_epi64(w[i + 1], left));
    };
    return {{_mm512_and_si512(w[0], mask), _mm512_and_si512(joined(0, 51, 13), mask), _mm512_and_si512(joined(1, 38, 26), mask),
             _mm512_and_si512(joined(2, 25, 39), mask), _mm512_and_si512(_mm512_srli_epi64(w[3], 12), mask)}};
}

ByteArray<32> packed(Limbs8 const& of, std::size_t lane) {
    return Field25519::packed({of[0][lane], of[1][lane], of[2][lane], of[3][lane], of[4][lane]});
}

namespace {

/// Where a lane's bit is set, exchanges that lane.
WAQTOR_LANES_INLINE void exchange(__mmask8 where, Field8& a, Field8& b) {
    for (int i = 0; i < 5; ++i) {
        auto const kept = a.limb[i];
        a.limb[i] = _mm512_mask_blend_epi64(where, a.limb[i], b.limb[i]);
        b.limb[i] = _mm512_mask_blend_epi64(where, b.limb[i], kept);
    }
}

/// RFC 7748, section 5.
WAQTOR_LANES Field8 ladder(Eight const (&scalar)[4], Field8 const& x1) {
    auto const zero = _mm512_setzero_si512();
    Field8 const one{{all(1), zero, zero, zero, zero}};
    Field8 x2 = one, z2{{zero, zero, zero, zero, zero}}, x3 = x1, z3 = one;
    __mmask8 swapped = 0;
    for (int at = 254; at >= 0; --at) {
        auto const bit = _mm512_test_epi64_mask(scalar[at / 64], all(std::uint64_t{1} << (at % 64)));
        auto const swap = static_cast<__mmask8>(swapped ^ bit);
        swapped = bit;
        exchange(swap, x2, x3);
        exchange(swap, z2, z3);
        auto const a = add(x2, z2), b = subtract(x2, z2), c = add(x3, z3), d = subtract(x3, z3);
        auto const aa = square(a), bb = square(b), da = multiply(d, a), cb = multiply(c, b);
        auto const sum = add(da, cb), difference = subtract(da, cb), e = subtract(aa, bb);
        x3 = square(sum);
        z3 = multiply(x1, square(difference));
        x2 = multiply(aa, bb);
        z2 = multiply(e, add(aa, multiply(e, 121665)));
    }
    exchange(swapped, x2, x3);
    exchange(swapped, z2, z3);
    return product(x2, inverse(z2));
}

WAQTOR_LANES void multiply_all(Words8 const& scalars, Words8 const& points, Limbs8& out) {
    Eight scalar[4];
    for (int i = 0; i < 4; ++i) scalar[i] = _mm512_load_si512(scalars[static_cast<std::size_t>(i)].data());
    store(out, ladder(scalar, split(points)));
}

}   // namespace

void Lanes::run() {
    alignas(64) Limbs8 limbs{};
    multiply_all(scalars_, points_, limbs);
    for (std::size_t lane = 0; lane < kCount; ++lane) results_[lane] = packed(limbs, lane);
    wipe_all(limbs);
}

#else

bool Lanes::usable() { return false; }
void Lanes::run() {}

#endif

}   // namespace waqtor::whatsapp::crypto
