#pragma once
#include "whatsapp/crypto/bytes.hpp"

namespace waqtor::whatsapp::crypto {

/// A number modulo 2^255 - 19, for changing between the two forms of a public point. Only for public values: but for packed(),
/// nothing here promises to take the same time for all of them.
class Field25519 {
public:
    using Limbs = std::array<std::uint64_t, 5>;   // of 51 bits, and some room

    /// Little-endian, the smallest that is not negative. The same time for all numbers, and its copies are wiped.
    static ByteArray<32> packed(Limbs limbs);

    explicit Field25519(std::uint64_t small) : limbs_{small} {}
    /// Little-endian; the top bit is left out.
    static Field25519 parse(ByteArray<32> const& bytes);
    /// Little-endian, the smallest that is not negative.
    ByteArray<32> bytes() const;

    friend Field25519 operator+(Field25519 const& a, Field25519 const& b);
    friend Field25519 operator-(Field25519 const& a, Field25519 const& b);
    friend Field25519 operator*(Field25519 const& a, Field25519 const& b);
    /// 1 / this; zero stays zero.
    Field25519 inverse() const;
    bool is_zero() const { return bytes() == ByteArray<32>{}; }

private:
    explicit Field25519(Limbs limbs) : limbs_{limbs} {}
    Limbs limbs_;

    static void carry(Limbs& limbs);
    static Limbs carried(Limbs limbs);
    Field25519 squared(int times) const;
};

}   // namespace waqtor::whatsapp::crypto
