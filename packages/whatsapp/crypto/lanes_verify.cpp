// XEdDSA signatures of eight claims at a time. Everything here is public: lanes look up tables by the bits of what they check.
#include "whatsapp/crypto/field25519.hpp"
#include "whatsapp/crypto/signatures.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include "whatsapp/crypto/field8.hpp"
#endif

namespace waqtor::whatsapp::crypto {

#if defined(__x86_64__)

namespace {

constexpr std::size_t kLanes = Lanes::kCount;

/// On the twisted Edwards curve in extended coordinates: x = X / Z, y = Y / Z, xy = T / Z.
struct Point8 {
    Field8 x, y, z, t;
};
/// A point to be added: y + x, y - x, 2z, 2dt.
struct Addend8 {
    Field8 sum, difference, twice_z, twice_dt;
};

void put(Words8& words, std::size_t lane, ByteArray<32> const& bytes) {
    for (std::size_t i = 0; i < words.size(); ++i) std::memcpy(&words[i][lane], bytes.data() + 8 * i, 8);
}
Words8 same(ByteArray<32> const& bytes) {
    Words8 words{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) put(words, lane, bytes);
    return words;
}

ByteArray<32> fraction(std::uint64_t above, std::uint64_t below) {
    return (Field25519{above} * Field25519{below}.inverse()).bytes();
}

/// The curve's numbers, in all lanes.
struct Numbers {
    alignas(64) Words8 d = same((Field25519{0} - Field25519::parse(fraction(121665, 121666))).bytes());
    alignas(64) Words8 base_y = same(fraction(4, 5));
    alignas(64) Words8 root_of_minus_1 = same({0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f,
                                               0xad, 0x06, 0x18, 0x43, 0x2f, 0xa7, 0xd7, 0xfb, 0x3d, 0x99, 0x00,
                                               0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b});
};
Numbers const& numbers() {
    static Numbers const all;
    return all;
}

WAQTOR_LANES_INLINE Field8 small(std::uint64_t value) {
    auto const zero = _mm512_setzero_si512();
    return {{all(value), zero, zero, zero, zero}};
}

WAQTOR_LANES_INLINE Addend8 addend(Point8 const& p, Field8 const& d) {
    auto const dt = multiply(p.t, d);
    return {add(p.y, p.x), subtract(p.y, p.x), add(p.z, p.z), add(dt, dt)};
}

/// Extended twisted Edwards coordinates, a = -1 (Hisil, Wong, Carter, Dawson 2008): complete, so that it doubles as well.
WAQTOR_LANES Point8 added(Point8 const& p, Addend8 const& q) {
    auto const a = multiply(subtract(p.y, p.x), q.difference), b = multiply(add(p.y, p.x), q.sum);
    auto const c = multiply(p.t, q.twice_dt), d = multiply(p.z, q.twice_z);
    auto const e = subtract(b, a), f = subtract(d, c), g = add(d, c), h = add(b, a);
    return {multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)};
}

WAQTOR_LANES Point8 doubled(Point8 const& p) {
    auto const a = square(p.x), b = square(p.y), zz = square(p.z);
    auto const h = add(a, b), e = subtract(h, square(add(p.x, p.y))), g = subtract(a, b), f = add(add(zz, zz), g);
    return {multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)};
}

/// The multiples 0 to 15 of eight points, limb by limb.
struct Table {
    alignas(64) std::array<std::array<Limbs8, 4>, 16> entries;
};

WAQTOR_LANES void fill(Table& table, Point8 const& point, Field8 const& d) {
    auto const once = addend(point, d);
    auto multiple = Point8{small(0), small(1), small(1), small(0)};
    for (auto& entry : table.entries) {
        auto const here = addend(multiple, d);
        store(entry[0], here.sum);
        store(entry[1], here.difference);
        store(entry[2], here.twice_z);
        store(entry[3], here.twice_dt);
        multiple = added(multiple, once);
    }
}

/// Each lane's own entry.
WAQTOR_LANES Addend8 look_up(Table const& table, Eight which) {
    constexpr auto kEntry = static_cast<long long>(sizeof table.entries[0] / 8);
    auto const lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    Addend8 out;
    Field8* const parts[4] = {&out.sum, &out.difference, &out.twice_z, &out.twice_dt};
    auto index = lane;
    for (int bit = 0; bit < 4; ++bit)   // the entry's number times its size
        index = _mm512_mask_add_epi64(index, _mm512_test_epi64_mask(which, all(std::uint64_t{1} << bit)), index,
                                      all(static_cast<std::uint64_t>(kEntry << bit)));
    for (std::size_t part = 0; part < 4; ++part)
        for (std::size_t limb = 0; limb < 5; ++limb)
            parts[part]->limb[limb] = _mm512_i64gather_epi64(index, table.entries[0][part][limb].data(), 8);
    return out;
}

/// Which lanes are zero.
WAQTOR_LANES unsigned zeros(Field8 const& value) {
    alignas(64) Limbs8 limbs;
    store(limbs, value);
    unsigned out = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) out |= (packed(limbs, lane) == ByteArray<32>{} ? 1U : 0U) << lane;
    return out;
}
WAQTOR_LANES unsigned odd(Field8 const& value) {
    alignas(64) Limbs8 limbs;
    store(limbs, value);
    unsigned out = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) out |= (packed(limbs, lane)[0] & 1U) << lane;
    return out;
}
WAQTOR_LANES Field8 chosen(unsigned lanes, Field8 const& yes, Field8 const& no) {
    Field8 out;
    for (int i = 0; i < 5; ++i) out.limb[i] = _mm512_mask_blend_epi64(static_cast<__mmask8>(lanes), no.limb[i], yes.limb[i]);
    return out;
}

/// The points with these y and the sign of x that is asked for (RFC 8032, section 5.1.3); takes the lanes that have none out of
/// `valid`.
WAQTOR_LANES Point8 with_y(Field8 const& y, unsigned odd_x, unsigned& valid) {
    auto const d = split(numbers().d);
    auto const yy = square(y), above = subtract(yy, small(1)), below = add(multiply(yy, d), small(1));
    auto const below_3 = multiply(square(below), below), below_7 = multiply(square(below_3), below);
    auto x = multiply(multiply(above, below_3), to_root(multiply(above, below_7)));
    auto const check = multiply(square(x), below);
    auto const right = zeros(subtract(check, above)), turned = zeros(add(check, above));
    x = chosen(turned & ~right, multiply(x, split(numbers().root_of_minus_1)), x);
    valid &= right | turned;
    x = chosen(odd(x) ^ odd_x, subtract(small(0), x), x);
    return {x, y, small(1), multiply(x, y)};
}

Table const& multiples_of_base();

struct Claims {
    alignas(64) Words8 points{};       // the keys' u
    alignas(64) Words8 scalars{};      // s
    alignas(64) Words8 challenges{};   // h
    alignas(64) Limbs8 y{};            // found: the keys' y
    unsigned odd = 0;                  // the sign of the keys' x
};

/// The keys' Edwards form: y = (u - 1) / (u + 1).
WAQTOR_LANES void find_y(Claims& claims) {
    auto const u = split(claims.points);
    store(claims.y, multiply(subtract(u, small(1)), inverse(add(u, small(1)))));
}

WAQTOR_LANES_INLINE Eight four_bits(Words8 const& words, unsigned at) {
    auto const word = _mm512_load_si512(words[at / 16].data());
    return _mm512_and_si512(_mm512_srl_epi64(word, _mm_cvtsi64_si128(static_cast<long long>(at % 16 * 4))), all(15));
}

struct Found {
    alignas(64) Limbs8 x{}, y{};
};

/// s · base - h · key.
WAQTOR_LANES void combine(Claims const& claims, Found& found, unsigned& valid) {
    Field8 y;
    for (int i = 0; i < 5; ++i) y.limb[i] = _mm512_load_si512(claims.y[static_cast<std::size_t>(i)].data());
    auto const d = split(numbers().d);
    Table mine;
    fill(mine, with_y(y, ~claims.odd & 0xffU, valid), d);   // the other sign: it is subtracted
    auto const& base = multiples_of_base();
    auto point = Point8{small(0), small(1), small(1), small(0)};
    for (unsigned at = 64; at-- > 0;) {
        for (int i = 0; i < 4; ++i) point = doubled(point);
        point = added(point, look_up(mine, four_bits(claims.challenges, at)));
        point = added(point, look_up(base, four_bits(claims.scalars, at)));
    }
    auto const below = inverse(point.z);
    store(found.x, multiply(point.x, below));
    store(found.y, multiply(point.y, below));
}

WAQTOR_LANES Table make_multiples_of_base() {
    Table out;
    unsigned valid = 0xff;
    fill(out, with_y(split(numbers().base_y), 0, valid), split(numbers().d));
    return out;
}
Table const& multiples_of_base() {
    static Table const table = make_multiples_of_base();
    return table;
}

/// y of the points of small order; the two in the middle stand for the four of order 8.
bool of_small_order(ByteArray<32> y) {
    y[31] &= 0x7f;
    static constexpr ByteArray<32> kOne{1};
    static constexpr std::array<ByteArray<32>, 2> kOrder8{
        {{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
          0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
         {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
          0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}}};
    auto const minus_one = (Field25519{0} - Field25519{1}).bytes();
    return y == ByteArray<32>{} || y == kOne || y == minus_one || std::ranges::find(kOrder8, y) != kOrder8.end();
}

/// SHA-512 of R, key and message, modulo the order of the base point.
ByteArray<32> challenge_of(ByteView r, ByteArray<32> const& key, ByteView message) {
    crypto_hash_sha512_state state;
    ByteArray<64> digest;
    ByteArray<32> out;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, r.data(), r.size());
    crypto_hash_sha512_update(&state, key.data(), key.size());
    crypto_hash_sha512_update(&state, message.data(), message.size());
    crypto_hash_sha512_final(&state, digest.data());
    crypto_core_ed25519_scalar_reduce(out.data(), digest.data());
    return out;
}

/// Below the order of the base point, in the form in which it cannot be written otherwise.
bool is_reduced(ByteArray<32> const& scalar) {
    ByteArray<64> wide{};
    ByteArray<32> out;
    std::ranges::copy(scalar, wide.begin());
    crypto_core_ed25519_scalar_reduce(out.data(), wide.data());
    return out == scalar;
}

}   // namespace

unsigned verify_eight(std::span<SignedBytes const> all_claims) {
    Claims claims;
    unsigned valid = 0;
    for (std::size_t i = 0; i < all_claims.size(); ++i) {
        auto const& [key, message, signature] = all_claims[i];
        put(claims.points, i, key.bytes);
        auto scalar = to_array<32>(signature.last(32));
        claims.odd |= static_cast<unsigned>(scalar[31] >> 7) << i;
        scalar[31] &= 0x7f;
        put(claims.scalars, i, scalar);
        if (is_reduced(scalar) && !of_small_order(to_array<32>(signature.first(32)))) valid |= 1U << i;
    }
    find_y(claims);
    for (std::size_t i = 0; i < all_claims.size(); ++i) {
        auto const& [key, message, signature] = all_claims[i];
        auto point = packed(claims.y, i);
        // A key whose u is -1 has no y; the others of small order have one of these.
        if (of_small_order(point)) valid &= ~(1U << i);
        point[31] |= static_cast<std::uint8_t>((claims.odd >> i & 1) << 7);
        put(claims.challenges, i, challenge_of(signature.first(32), point, message));
    }
    Found found;
    combine(claims, found, valid);
    for (std::size_t i = 0; i < all_claims.size(); ++i) {
        auto r = packed(found.y, i);
        r[31] |= static_cast<std::uint8_t>((packed(found.x, i)[0] & 1) << 7);
        if (!std::ranges::equal(r, all_claims[i].signature.first(32))) valid &= ~(1U << i);
    }
    return valid;
}

#else

unsigned verify_eight(std::span<SignedBytes const>) { return 0; }

#endif

}   // namespace waqtor::whatsapp::crypto
