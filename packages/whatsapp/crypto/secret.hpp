#pragma once
#include "whatsapp/crypto/bytes.hpp"

namespace waqtor::whatsapp::crypto {

/// Overwrites memory in a way the compiler may not remove.
void wipe(std::span<std::uint8_t> memory);

/// Equal content, in a time that depends only on the lengths.
bool equal(ByteView a, ByteView b);

/// N bytes nobody else should learn: wiped when they go out of scope or are moved from.
template <std::size_t N> class Secret {
public:
    Secret() = default;
    explicit Secret(ByteArray<N> const& bytes) : bytes_{bytes} {}
    Secret(Secret const&) = default;
    Secret& operator=(Secret const&) = default;
    Secret(Secret&& other) noexcept : bytes_{other.bytes_} { wipe(other.bytes_); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }
    ~Secret() { wipe(bytes_); }

    static constexpr std::size_t size() { return N; }
    ByteView view() const { return bytes_; }
    operator ByteView() const { return bytes_; }
    std::span<std::uint8_t, N> writable() { return bytes_; }
    std::uint8_t const* data() const { return bytes_.data(); }
    /// In constant time.
    bool operator==(Secret const& other) const { return equal(bytes_, other.bytes_); }

private:
    ByteArray<N> bytes_{};
};

using Secret32 = Secret<32>;

/// Copies 32 bytes out of a view that is known to have that size.
inline Secret32 secret32(ByteView view) {
    Secret32 out;
    std::copy_n(view.begin(), std::min<std::size_t>(32, view.size()), out.writable().begin());
    return out;
}

void random(std::span<std::uint8_t> out);
Bytes random_bytes(std::size_t size);
template <std::size_t N> ByteArray<N> random_array() {
    ByteArray<N> out;
    random(out);
    return out;
}
inline Secret32 random_secret() {
    Secret32 out;
    random(out.writable());
    return out;
}

}   // namespace waqtor::whatsapp::crypto
