#pragma once
#include "whatsapp/crypto/bytes.hpp"

#include <immintrin.h>

namespace waqtor::whatsapp::crypto {

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
        low[i + i] = _mm512_madd52lo_epu64(low[i + i], a.limb[i], a.limb[i]);
        high[i + i + 1] = _mm512_madd52hi_epu64(high[i + i + 1], a.limb[i], a.limb[i]);
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

WAQTOR_LANES Field8 squared(Field8 value, int times);
/// 1 / z; zero stays zero.
WAQTOR_LANES Field8 inverse(Field8 const& z);
/// To the power of 2^252 - 3, which finds square roots (RFC 8032, section 5.1.3).
WAQTOR_LANES Field8 to_root(Field8 const& z);

/// Little-endian words of eight numbers; the top bits are left out.
using Words8 = std::array<std::array<std::uint64_t, 8>, 4>;
WAQTOR_LANES Field8 split(Words8 const& words);

/// The limbs of eight numbers in memory.
using Limbs8 = std::array<std::array<std::uint64_t, 8>, 5>;
WAQTOR_LANES_INLINE void store(Limbs8& out, Field8 const& from) {
    for (int i = 0; i < 5; ++i) _mm512_store_si512(out[static_cast<std::size_t>(i)].data(), from.limb[i]);
}
/// One of them: the smallest that is not negative, little-endian.
ByteArray<32> packed(Limbs8 const& limbs, std::size_t lane);

}   // namespace waqtor::whatsapp::crypto
