#include "whatsapp/pairing/code.hpp"

#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp::pairing {

namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTVWXYZ";
constexpr std::size_t kLength = 8;
constexpr unsigned kRounds = 131072;
constexpr std::string_view kBundleInfo = "link_code_pairing_key_bundle_encryption_key";

Result<crypto::Secret32> adv_secret(ByteView shared, crypto::PrivateKey const& identity, crypto::PublicKey const& other,
                                    ByteView random) {
    TRY(auto const identities, crypto::agree(identity, other));
    crypto::Secret<96> input;
    std::ranges::copy(shared, input.writable().begin());
    std::ranges::copy(identities.view(), input.writable().begin() + 32);
    std::ranges::copy(random, input.writable().begin() + 64);
    return crypto::hkdf<32>(input, {}, "adv_secret");
}

}   // namespace

std::string new_code() {
    std::string code;
    for (auto byte : crypto::random_array<kLength>()) code += kAlphabet[byte % kAlphabet.size()];   // 32 divides 256
    return code;
}

Result<std::string> clean_code(std::string_view typed) {
    std::string code;
    for (auto c : typed) {
        if (c == '-' || c == ' ') continue;
        code += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    if (code.size() != kLength || code.find_first_not_of(kAlphabet) != std::string::npos)
        return refuse(Refusal::malformed, "a pairing code has 8 characters");
    return code;
}

Bytes wrap_key(std::string_view code, crypto::PublicKey const& ephemeral) {
    auto const salt = crypto::random_array<32>();
    auto const iv = crypto::random_array<16>();
    return concat({salt, iv, crypto::ctr_apply(crypto::pbkdf2(code, salt, kRounds), iv, ephemeral)});
}

Result<crypto::PublicKey> unwrap_key(std::string_view code, ByteView wrapped) {
    if (wrapped.size() != kWrappedKeySize) return refuse(Refusal::malformed, "a wrapped pairing key has 80 bytes");
    auto const key = crypto::pbkdf2(code, wrapped.first(32), kRounds);
    return crypto::PublicKey{to_array<32>(crypto::ctr_apply(key, to_array<16>(wrapped.subspan(32, 16)), wrapped.last(32)))};
}

Result<Finish> finish_companion(crypto::KeyPair const& ephemeral, crypto::PublicKey const& phone_ephemeral,
                                crypto::KeyPair const& identity, crypto::PublicKey const& phone_identity) {
    TRY(auto const shared, crypto::agree(ephemeral.secret, phone_ephemeral));
    auto const salt = crypto::random_array<32>();
    auto const nonce = crypto::random_array<12>();
    auto const random = crypto::random_secret();
    auto const key = crypto::hkdf<32>(shared, salt, kBundleInfo);
    TRY(auto secret, adv_secret(shared, identity.secret, phone_identity, random));
    auto plain = concat({identity.pub, phone_identity, random});
    auto sealed = crypto::gcm_encrypt(key, nonce, plain, {});
    crypto::wipe(plain);
    return Finish{concat({salt, nonce, sealed}), std::move(secret)};
}

Result<crypto::Secret32> finish_phone(crypto::KeyPair const& ephemeral, crypto::PublicKey const& companion_ephemeral,
                                      crypto::KeyPair const& identity, crypto::PublicKey const& companion_identity,
                                      ByteView wrapped_bundle) {
    if (wrapped_bundle.size() != kWrappedBundleSize) return refuse(Refusal::malformed, "a wrapped pairing bundle has 156 bytes");
    TRY(auto const shared, crypto::agree(ephemeral.secret, companion_ephemeral));
    auto const key = crypto::hkdf<32>(shared, wrapped_bundle.first(32), kBundleInfo);
    auto const opened = crypto::gcm_decrypt(key, to_array<12>(wrapped_bundle.subspan(32, 12)), wrapped_bundle.subspan(44), {});
    if (!opened) return refuse(Refusal::handshake, "the pairing code was another");
    auto const plain = ByteView{*opened};
    if (!crypto::equal(plain.first(32), companion_identity) || !crypto::equal(plain.subspan(32, 32), identity.pub))
        return refuse(Refusal::handshake, "the pairing bundle is for other identities");
    return adv_secret(shared, identity.secret, companion_identity, plain.last(32));
}

}   // namespace waqtor::whatsapp::pairing
