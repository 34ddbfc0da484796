#pragma once
#include "whatsapp/crypto/secret.hpp"

#include <memory>

namespace waqtor::whatsapp::crypto {

using Digest32 = ByteArray<32>;
using Digest64 = ByteArray<64>;

Digest32 sha256(ByteView data);
/// Over the parts one after the other.
Digest32 sha256(std::initializer_list<ByteView> parts);
/// Only for WhatsApp's build hash, never for safety.
ByteArray<16> md5(ByteView data);

Digest32 hmac_sha256(ByteView key, ByteView data);
Digest32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);
Digest64 hmac_sha512(ByteView key, std::initializer_list<ByteView> parts);

/// HKDF-SHA256 (RFC 5869) filling `out`, at most 255 · 32 bytes. An empty salt means 32 zero bytes.
void hkdf_into(std::span<std::uint8_t> out, ByteView input, ByteView salt, ByteView info);
template <std::size_t N> Secret<N> hkdf(ByteView input, ByteView salt, std::string_view info) {
    Secret<N> out;
    hkdf_into(out.writable(), input, salt, bytes_of(info));
    return out;
}

/// PBKDF2-HMAC-SHA256 with 32 bytes of output.
Secret32 pbkdf2(std::string_view password, ByteView salt, unsigned iterations);

/// SHA-256 over data that comes in pieces (media). Uses the processor's SHA instructions.
class Sha256Stream {
public:
    Sha256Stream();
    Sha256Stream(Sha256Stream&&) noexcept;
    Sha256Stream& operator=(Sha256Stream&&) noexcept;
    ~Sha256Stream();
    void update(ByteView data);
    /// Once; the stream is used up afterwards.
    Digest32 finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// HMAC-SHA256 over data that comes in pieces.
class HmacStream {
public:
    explicit HmacStream(ByteView key);
    HmacStream(HmacStream&&) noexcept;
    HmacStream& operator=(HmacStream&&) noexcept;
    ~HmacStream();
    void update(ByteView data);
    Digest32 finish();

private:
    Secret<64> outer_pad_;
    Sha256Stream inner_;
};

}   // namespace waqtor::whatsapp::crypto
