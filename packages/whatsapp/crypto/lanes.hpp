#pragma once
#include "whatsapp/crypto/bytes.hpp"

namespace waqtor::whatsapp::crypto {

/// X25519 for eight pairs at a time, on processors that multiply eight numbers of 52 bits at once (AVX-512 IFMA): all eight take
/// about as long as one by itself. The same time for all secrets.
class Lanes {
public:
    static constexpr std::size_t kCount = 8;

    /// What this processor can.
    static bool usable();

    /// Lane `lane` multiplies `point` by `scalar` (RFC 7748: clamped, the top bit of the point left out).
    void set(std::size_t lane, ByteView scalar, ByteArray<32> const& point);
    /// Only when usable(). Lanes that were not set give zero.
    void run();
    /// All zero for a point of small order.
    ByteArray<32> const& result(std::size_t lane) const { return results_[lane]; }

    Lanes() = default;
    Lanes(Lanes const&) = delete;
    Lanes& operator=(Lanes const&) = delete;
    /// Wipes everything.
    ~Lanes();

private:
    using Words = std::array<std::array<std::uint64_t, kCount>, 4>;   // little-endian words of each lane's number

    alignas(64) Words scalars_{};
    alignas(64) Words points_{};
    std::array<ByteArray<32>, kCount> results_{};
};

}   // namespace waqtor::whatsapp::crypto
