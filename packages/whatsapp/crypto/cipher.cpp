#include "whatsapp/crypto/cipher.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <openssl/evp.h>

#include <cassert>
#include <stdexcept>

namespace waqtor::whatsapp::crypto {

namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// Fetched once: EVP_aes_256_gcm() and its siblings search the provider anew at every init.
EVP_CIPHER const* cipher(char const* name) {
    auto* found = EVP_CIPHER_fetch(nullptr, name, nullptr);
    if (!found) throw std::runtime_error{std::string{"OpenSSL offers no "} + name};
    return found;
}
EVP_CIPHER const* gcm() {
    static std::unique_ptr<EVP_CIPHER const, void (*)(EVP_CIPHER const*)> const one{
        cipher("AES-256-GCM"), [](EVP_CIPHER const* c) { EVP_CIPHER_free(const_cast<EVP_CIPHER*>(c)); }};
    return one.get();
}
EVP_CIPHER const* cbc() {
    static std::unique_ptr<EVP_CIPHER const, void (*)(EVP_CIPHER const*)> const one{
        cipher("AES-256-CBC"), [](EVP_CIPHER const* c) { EVP_CIPHER_free(const_cast<EVP_CIPHER*>(c)); }};
    return one.get();
}
EVP_CIPHER const* ctr() {
    static std::unique_ptr<EVP_CIPHER const, void (*)(EVP_CIPHER const*)> const one{
        cipher("AES-256-CTR"), [](EVP_CIPHER const* c) { EVP_CIPHER_free(const_cast<EVP_CIPHER*>(c)); }};
    return one.get();
}

/// One context per thread, so that thousands of sessions keep only their 32-byte keys. Reset after each
/// use: no key stays behind in it.
class Lease {
public:
    Lease(EVP_CIPHER const* which, ByteView key, ByteView iv, int encrypting) {
        assert(key.size() == 32);
        thread_local Context const mine{EVP_CIPHER_CTX_new()};
        context_ = mine.get();
        if (!context_ || EVP_CipherInit_ex2(context_, which, key.data(), iv.data(), encrypting, nullptr) != 1)
            throw std::runtime_error{"OpenSSL refused a cipher"};
    }
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    ~Lease() { EVP_CIPHER_CTX_reset(context_); }
    operator EVP_CIPHER_CTX*() const { return context_; }

private:
    EVP_CIPHER_CTX* context_ = nullptr;
};

std::size_t update(EVP_CIPHER_CTX* context, std::uint8_t* out, ByteView in) {
    int written = 0;
    if (EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) != 1)
        throw std::runtime_error{"OpenSSL refused to go on with a cipher"};
    return static_cast<std::size_t>(written);
}

}   // namespace

Bytes gcm_encrypt(ByteView key, GcmNonce const& nonce, ByteView plaintext, ByteView associated) {
    auto const context = Lease{gcm(), key, nonce, 1};
    Bytes out(plaintext.size() + kGcmTag);
    if (!associated.empty()) update(context, nullptr, associated);
    auto const done = plaintext.empty() ? 0 : update(context, out.data(), plaintext);
    int rest = 0;
    EVP_CipherFinal_ex(context, out.data() + done, &rest);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kGcmTag, out.data() + plaintext.size());
    return out;
}

Result<Bytes> gcm_decrypt(ByteView key, GcmNonce const& nonce, ByteView ciphertext, ByteView associated) {
    if (ciphertext.size() < kGcmTag) return refuse(Refusal::message_mac, "too short for an authenticated ciphertext");
    auto const body = ciphertext.first(ciphertext.size() - kGcmTag);
    auto tag = to_array<kGcmTag>(ciphertext.last(kGcmTag));
    auto const context = Lease{gcm(), key, nonce, 0};
    Bytes out(body.size());
    if (!associated.empty()) update(context, nullptr, associated);
    auto const done = body.empty() ? 0 : update(context, out.data(), body);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag.data());
    int rest = 0;
    if (EVP_CipherFinal_ex(context, out.data() + done, &rest) != 1) {
        wipe(out);
        return refuse(Refusal::message_mac, "the ciphertext was changed or the key is another");
    }
    return out;
}

Bytes cbc_encrypt(ByteView key, AesIv const& iv, ByteView plaintext) {
    auto const context = Lease{cbc(), key, iv, 1};
    Bytes out(plaintext.size() / kAesBlock * kAesBlock + kAesBlock);
    auto const done = plaintext.empty() ? 0 : update(context, out.data(), plaintext);
    int rest = 0;
    EVP_CipherFinal_ex(context, out.data() + done, &rest);
    return out;
}

Result<Bytes> cbc_decrypt(ByteView key, AesIv const& iv, ByteView ciphertext) {
    if (ciphertext.empty() || ciphertext.size() % kAesBlock != 0)
        return refuse(Refusal::malformed, "a CBC ciphertext is a positive multiple of 16 bytes");
    auto const context = Lease{cbc(), key, iv, 0};
    Bytes out(ciphertext.size() + kAesBlock);
    auto const done = update(context, out.data(), ciphertext);
    int rest = 0;
    if (EVP_CipherFinal_ex(context, out.data() + done, &rest) != 1) {
        wipe(out);
        return refuse(Refusal::malformed, "wrong padding at the end of a ciphertext");
    }
    out.resize(done + static_cast<std::size_t>(rest));
    return out;
}

Bytes ctr_apply(ByteView key, AesIv const& iv, ByteView data) {
    auto const context = Lease{ctr(), key, iv, 1};
    Bytes out(data.size());
    if (!data.empty()) update(context, out.data(), data);
    return out;
}

struct CbcStream::State {
    Context context{EVP_CIPHER_CTX_new()};
};

CbcStream::CbcStream(Direction direction, ByteView key, AesIv const& iv) : state_{std::make_unique<State>()} {
    assert(key.size() == 32);
    auto const encrypting = direction == Direction::encrypt ? 1 : 0;
    if (!state_->context || EVP_CipherInit_ex2(state_->context.get(), cbc(), key.data(), iv.data(), encrypting, nullptr) != 1)
        throw std::runtime_error{"OpenSSL refused a cipher"};
}
CbcStream::CbcStream(CbcStream&&) noexcept = default;
CbcStream& CbcStream::operator=(CbcStream&&) noexcept = default;
CbcStream::~CbcStream() = default;

void CbcStream::update(ByteView data, Bytes& out) {
    constexpr std::size_t kStep = 1 << 20;   // OpenSSL counts in int
    while (!data.empty()) {
        auto const part = data.first(std::min(kStep, data.size()));
        auto const before = out.size();
        out.resize(before + part.size() + kAesBlock);
        out.resize(before + crypto::update(state_->context.get(), out.data() + before, part));
        data = data.subspan(part.size());
    }
}

Result<void> CbcStream::finish(Bytes& out) {
    ByteArray<kAesBlock> last{};
    int rest = 0;
    if (EVP_CipherFinal_ex(state_->context.get(), last.data(), &rest) != 1)
        return refuse(Refusal::malformed, "wrong padding at the end of a ciphertext");
    append(out, ByteView{last}.first(static_cast<std::size_t>(rest)));
    wipe(last);
    return {};
}

}   // namespace waqtor::whatsapp::crypto
