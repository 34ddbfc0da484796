#pragma once
#include "core/base/bytes.hpp"

#include <algorithm>
#include <cstddef>

namespace waqtor::whatsapp {

using waqtor::Bytes;
using ByteView = BytesView;
template <std::size_t N> using ByteArray = std::array<std::uint8_t, N>;

/// The same memory, seen as bytes; the text must outlive the view.
inline ByteView bytes_of(std::string_view text) { return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()}; }
/// The same memory, seen as text; the bytes must outlive the view.
inline std::string_view text_of(ByteView bytes) { return {reinterpret_cast<char const*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline void append(Bytes& out, ByteView part) { out.insert(out.end(), part.begin(), part.end()); }

/// One allocation of the total size.
inline Bytes concat(std::initializer_list<ByteView> parts) {
    std::size_t size = 0;
    for (auto part : parts) size += part.size();
    Bytes out;
    out.reserve(size);
    for (auto part : parts) append(out, part);
    return out;
}

/// The value in exactly N bytes, most significant first; higher bits are cut.
template <std::size_t N> constexpr ByteArray<N> big_endian(std::uint64_t value) {
    ByteArray<N> out{};
    for (std::size_t i = 0; i < N; ++i) {
        auto const shift = 8 * (N - 1 - i);
        out[i] = shift < 64 ? static_cast<std::uint8_t>(value >> shift) : std::uint8_t{0};
    }
    return out;
}
/// At most 8 bytes, most significant first.
constexpr std::uint64_t from_big_endian(ByteView bytes) {
    std::uint64_t value = 0;
    for (auto byte : bytes) value = value << 8 | byte;
    return value;
}

/// Copies N bytes out of a view that is known to have that size.
template <std::size_t N> ByteArray<N> to_array(ByteView view) {
    ByteArray<N> out{};
    std::copy_n(view.begin(), std::min(N, view.size()), out.begin());
    return out;
}

}   // namespace waqtor::whatsapp
