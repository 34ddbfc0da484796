// OpenSSL's plain SHA-256: what replaces it makes an object for every hash, and that costs more than hashing something short.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "whatsapp/crypto/digest.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <cassert>
#include <stdexcept>

namespace waqtor::whatsapp::crypto {

// SHA-256 by OpenSSL, which uses the processor's instructions for it; libsodium does not.

namespace {
class Sha256 {
public:
    Sha256() { SHA256_Init(&state_); }
    Sha256(Sha256 const&) = delete;
    Sha256& operator=(Sha256 const&) = delete;
    ~Sha256() { wipe({reinterpret_cast<std::uint8_t*>(&state_), sizeof state_}); }
    void update(ByteView part) { SHA256_Update(&state_, part.data(), part.size()); }
    Digest32 finish() {
        Digest32 out;
        SHA256_Final(out.data(), &state_);
        return out;
    }

private:
    SHA256_CTX state_{};
};

/// The key as HMAC mixes it in front: of 64 bytes, a longer one hashed.
Secret<64> block_of(ByteView key) {
    Secret<64> out;
    if (key.size() > 64) {
        auto const short_key = Secret32{sha256(key)};
        std::copy_n(short_key.data(), 32, out.writable().begin());
    } else {
        std::ranges::copy(key, out.writable().begin());
    }
    return out;
}
}   // namespace

Digest32 sha256(ByteView data) { return sha256({data}); }

Digest32 sha256(std::initializer_list<ByteView> parts) {
    Sha256 hash;
    for (auto part : parts) hash.update(part);
    return hash.finish();
}

ByteArray<16> md5(ByteView data) {
    ByteArray<16> out;
    if (EVP_Digest(data.data(), data.size(), out.data(), nullptr, EVP_md5(), nullptr) != 1)
        throw std::runtime_error{"OpenSSL offers no MD5"};
    return out;
}

Digest32 hmac_sha256(ByteView key, ByteView data) { return hmac_sha256(key, {data}); }

Digest32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    auto pad = block_of(key);
    for (auto& byte : pad.writable()) byte ^= 0x36;
    Sha256 inner;
    inner.update(pad);
    for (auto part : parts) inner.update(part);
    for (auto& byte : pad.writable()) byte ^= 0x36 ^ 0x5c;
    return sha256({pad, inner.finish()});
}

Digest64 hmac_sha512(ByteView key, std::initializer_list<ByteView> parts) {
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, key.data(), key.size());
    for (auto part : parts) crypto_auth_hmacsha512_update(&state, part.data(), part.size());
    Digest64 out;
    crypto_auth_hmacsha512_final(&state, out.data());
    wipe({reinterpret_cast<std::uint8_t*>(&state), sizeof state});
    return out;
}

void hkdf_into(std::span<std::uint8_t> out, ByteView input, ByteView salt, ByteView info) {
    assert(out.size() <= std::size_t{255} * 32);
    ByteArray<32> const no_salt{};
    auto const key = Secret32{hmac_sha256(salt.empty() ? ByteView{no_salt} : salt, input)};
    Secret32 block;
    std::size_t block_size = 0;
    std::uint8_t counter = 1;
    for (std::size_t done = 0; done < out.size(); ++counter) {
        block = Secret32{hmac_sha256(key, {block.view().first(block_size), info, ByteView{&counter, 1}})};
        block_size = 32;
        auto const take = std::min<std::size_t>(32, out.size() - done);
        std::copy_n(block.data(), take, out.data() + done);
        done += take;
    }
}

Secret32 pbkdf2(std::string_view password, ByteView salt, unsigned iterations) {
    Secret32 out;
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(), static_cast<int>(salt.size()),
                          static_cast<int>(iterations), EVP_sha256(), 32, out.writable().data()) != 1)
        throw std::runtime_error{"OpenSSL refused PBKDF2"};
    return out;
}

struct Sha256Stream::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State() {
        if (!context || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
            throw std::runtime_error{"OpenSSL offers no SHA-256"};
    }
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256Stream::Sha256Stream() : state_{std::make_unique<State>()} {}
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::update(ByteView data) { EVP_DigestUpdate(state_->context, data.data(), data.size()); }

Digest32 Sha256Stream::finish() {
    Digest32 out;
    EVP_DigestFinal_ex(state_->context, out.data(), nullptr);
    return out;
}

HmacStream::HmacStream(ByteView key) {
    auto inner_pad = block_of(key);
    outer_pad_ = inner_pad;
    for (auto& byte : inner_pad.writable()) byte ^= 0x36;
    for (auto& byte : outer_pad_.writable()) byte ^= 0x5c;
    inner_.update(inner_pad);
}
HmacStream::HmacStream(HmacStream&&) noexcept = default;
HmacStream& HmacStream::operator=(HmacStream&&) noexcept = default;
HmacStream::~HmacStream() = default;

void HmacStream::update(ByteView data) { inner_.update(data); }

Digest32 HmacStream::finish() { return sha256({outer_pad_, inner_.finish()}); }

}   // namespace waqtor::whatsapp::crypto
