#include "whatsapp/crypto/lanes.hpp"

#include "whatsapp/crypto/secret.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
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

namespace {

// Nothing here may be a template or an inline function that others use as well: the linker keeps one copy of each, and with these
// instructions it would run on processors that do not have them.
#define WAQTOR_LANES __attribute__((target("avx512f,avx512ifma")))
#define WAQTOR_LANES_INLINE __attribute__((target("avx512f,avx512ifma"), always_inline)) inline

using Eight = __m512i;

/// Eight numbers modulo 2^255 - 19, limbs of 51 bits. Every function takes and gives limbs below 2^51 + 2^15, because the
/// multiplier sees 52 bits.
struct Field8 {
    Eight limb[5];
};

WAQTOR_LANES_INLINE Eight all(std::uint64_t value) { return _mm512_set1_epi64(static_cast<long long>(value)); }
WAQTOR_LANES_INLINE Eight twice(Eight x) { return _mm512_add_epi64(x, x); }   // a shift has half as many units
WAQTOR_LANES_INLINE Eight times_19(Eight x) { return _mm512_add_epi64(_mm512_add_epi64(_mm512_slli_epi64(x, 4), twice(x)), x); }

/// Takes limbs below 2^61.
WAQTOR_LANES_INLINE Field8 carried(Field8 const& in) {
    auto const mask = all((std::uint64_t{1} << 51) - 1);
    Eight over[5];
    for (int i = 0; i < 5; ++i) over[i] = _mm512_srli_epi64(in.limb[i], 51);
    Field8 out;
    out.limb[0] = _mm512_add_epi64(_mm512_and_si512(in.limb[0], mask), times_19(over[4]));   // 2^255 is 19
    for (int i = 1; i < 5; ++i) out.limb[i] = _mm512_add_epi64(_mm512_and_si512(in.limb[i], mask), over[i - 1]);
    return out;
}

WAQTOR_LANES_INLINE Field8 add(Field8 const& a, Field8 const& b) {
    Field8 out;
    for (int i = 0; i < 5; ++i) out.limb[i] = _mm512_add_epi64(a.limb[i], b.limb[i]);
    return carried(out);
}

WAQTOR_LANES_INLINE Field8 subtract(Field8 const& a, Field8 const& b) {
    // Twice the prime keeps every limb above zero.
    Field8 out;
    for (int i = 0; i < 5; ++i) {
        auto const prime_twice = all((std::uint64_t{1} << 52) - (i == 0 ? 38 : 2));
        out.limb[i] = _mm512_sub_epi64(_mm512_add_epi64(a.limb[i], prime_twice), b.limb[i]);
    }
    return carried(out);
}

/// Of products: their lower 52 bits and what is above, column by column. The upper ones count twice, a column has 51 bits.
WAQTOR_LANES_INLINE Field8 folded(Eight const (&low)[10], Eight const (&high)[10]) {
    Field8 out;
    for (int i = 0; i < 5; ++i) {
        auto const lower = _mm512_add_epi64(low[i], twice(high[i]));
        auto const upper = _mm512_add_epi64(low[i + 5], twice(high[i + 5]));
        out.limb[i] = _mm512_add_epi64(lower, times_19(upper));
    }
    return carried(out);
}

WAQTOR_LANES_INLINE Field8 multiply(Field8 const& a, Field8 const& b) {
    Eight low[10], high[10];
    for (int i = 0; i < 10; ++i) low[i] = high[i] = _mm512_setzero_si512();
    for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 5; ++j) {
            low[i + j] = _mm512_madd52lo_epu64(low[i + j], a.limb[i], b.limb[j]);
            high[i + j + 1] = _mm512_madd52hi_epu64(high[i + j + 1], a.limb[i], b.limb[j]);
        }
    return folded(low, high);
}

/// A square has every mixed product twice.
WAQTOR_LANES_INLINE Field8 square(Field8 const& a) {
    Eight low[10], high[10];
    for (int i = 0; i < 10; ++i) low[i] = high[i] = _mm512_setzero_si512();
    for (int i = 0; i < 5; ++i)
        for (int j = i + 1; j < 5; ++j) {
            low[i + j] = _mm512_madd52lo_epu64(low[i + j], a.limb[i], a.limb[j]);
            high[i + j + 1] = _mm512_madd52hi_epu64(high[i + j + 1], a.limb[i], a.limb[j]);
        }
    for (int i = 1; i < 9; ++i) {
        low[i] = twice(low[i]);
        high[i] = twice(high[i]);
    }
    for (int i = 0; i < 5; ++i) {
        low[2 * i] = _mm512_madd52lo_epu64(low[2 * i], a.limb[i], a.limb[i]);
        high[2 * i + 1] = _mm512_madd52hi_epu64(high[2 * i + 1], a.limb[i], a.limb[i]);
    }
    return folded(low, high);
}

WAQTOR_LANES_INLINE Field8 multiply(Field8 const& a, std::uint64_t small) {
    auto const by = all(small);
    Field8 out;
    Eight high = _mm512_setzero_si512();
    for (int i = 0; i < 5; ++i) {
        out.limb[i] = _mm512_madd52lo_epu64(twice(high), a.limb[i], by);
        high = _mm512_madd52hi_epu64(_mm512_setzero_si512(), a.limb[i], by);
    }
    out.limb[0] = _mm512_add_epi64(out.limb[0], times_19(twice(high)));
    return carried(out);
}

/// Where a lane's bit is set, exchanges that lane.
WAQTOR_LANES_INLINE void exchange(__mmask8 where, Field8& a, Field8& b) {
    for (int i = 0; i < 5; ++i) {
        auto const kept = a.limb[i];
        a.limb[i] = _mm512_mask_blend_epi64(where, a.limb[i], b.limb[i]);
        b.limb[i] = _mm512_mask_blend_epi64(where, b.limb[i], kept);
    }
}

WAQTOR_LANES Field8 squared(Field8 value, int times) {
    for (int i = 0; i < times; ++i) value = square(value);
    return value;
}
WAQTOR_LANES Field8 product(Field8 const& a, Field8 const& b) { return multiply(a, b); }

/// To the power of p - 2 = 2^255 - 21 (Fermat): `a_n` is it to the power of 2^n - 1.
WAQTOR_LANES Field8 inverse(Field8 const& z) {
    auto const to_9 = product(squared(z, 3), z);
    auto const to_11 = product(squared(z, 1), to_9);
    auto const a_5 = product(squared(to_11, 1), to_9);
    auto const a_10 = product(squared(a_5, 5), a_5);
    auto const a_20 = product(squared(a_10, 10), a_10);
    auto const a_40 = product(squared(a_20, 20), a_20);
    auto const a_50 = product(squared(a_40, 10), a_10);
    auto const a_100 = product(squared(a_50, 50), a_50);
    auto const a_200 = product(squared(a_100, 100), a_100);
    auto const a_250 = product(squared(a_200, 50), a_50);
    return product(squared(a_250, 5), to_11);
}

WAQTOR_LANES Field8 split(std::array<std::array<std::uint64_t, 8>, 4> const& words) {
    Eight w[4];
    for (int i = 0; i < 4; ++i) w[i] = _mm512_load_si512(&words[static_cast<std::size_t>(i)]);
    auto const mask = all((std::uint64_t{1} << 51) - 1);
    auto const joined = [&](int i, unsigned right, unsigned left) WAQTOR_LANES {
        return _mm512_or_si512(_mm512_srli_epi64(w[i], right), _mm512_slli_epi64(w[i + 1], left));
    };
    return {{_mm512_and_si512(w[0], mask), _mm512_and_si512(joined(0, 51, 13), mask), _mm512_and_si512(joined(1, 38, 26), mask),
             _mm512_and_si512(joined(2, 25, 39), mask), _mm512_and_si512(_mm512_srli_epi64(w[3], 12), mask)}};
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

/// The smallest that is not negative, little-endian.
ByteArray<32> packed(std::array<std::uint64_t, 5> limbs) {
    constexpr auto kMask = (std::uint64_t{1} << 51) - 1;
    for (int pass = 0; pass < 2; ++pass) {
        for (std::size_t i = 0; i < 4; ++i) {
            limbs[i + 1] += limbs[i] >> 51;
            limbs[i] &= kMask;
        }
        limbs[0] += 19 * (limbs[4] >> 51);
        limbs[4] &= kMask;
    }
    // Adding 19 reaches 2^255 only when the prime has to be taken off once.
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
    wipe_all(limbs);
    wipe_all(words);
    return out;
}

WAQTOR_LANES void multiply_all(std::array<std::array<std::uint64_t, 8>, 4> const& scalars,
                               std::array<std::array<std::uint64_t, 8>, 4> const& points,
                               std::array<std::array<std::uint64_t, 8>, 5>& out) {
    Eight scalar[4];
    for (int i = 0; i < 4; ++i) scalar[i] = _mm512_load_si512(&scalars[static_cast<std::size_t>(i)]);
    auto const found = ladder(scalar, split(points));
    for (int i = 0; i < 5; ++i) _mm512_store_si512(&out[static_cast<std::size_t>(i)], found.limb[i]);
}

}   // namespace

void Lanes::run() {
    alignas(64) std::array<std::array<std::uint64_t, kCount>, 5> limbs{};
    multiply_all(scalars_, points_, limbs);
    for (std::size_t lane = 0; lane < kCount; ++lane)
        results_[lane] = packed({limbs[0][lane], limbs[1][lane], limbs[2][lane], limbs[3][lane], limbs[4][lane]});
    wipe_all(limbs);
}

#else

bool Lanes::usable() { return false; }
void Lanes::run() {}

#endif

}   // namespace waqtor::whatsapp::crypto
