#include "whatsapp/noise/certificate.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/noise.pb.h"

namespace waqtor::whatsapp::noise {

namespace {

std::uint64_t seconds(Timestamp at) {
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

/// What the next certificate of the chain, or the handshake, is compared with.
struct Checked {
    std::uint32_t serial = 0;
    crypto::PublicKey key;
};

Result<Checked> check(proto::NoiseCertificate const& certificate, TrustRoot const& issuer, Timestamp now, char const* which) {
    auto const named = [&](char const* what) { return std::string{which} + " certificate: " + what; };
    if (!crypto::verify(issuer.key, bytes_of(certificate.details()), bytes_of(certificate.signature())))
        return refuse(Refusal::certificate_signature, named("its issuer did not sign it"));
    proto::NoiseCertificate::Details details;
    if (!details.ParseFromString(certificate.details())) return refuse(Refusal::malformed, named("its details cannot be read"));
    if (details.issuer_serial() != issuer.serial) return refuse(Refusal::certificate_serial, named("it names another issuer"));
    auto const at = seconds(now);
    if (at < details.not_before() || at > details.not_after())
        return refuse(Refusal::certificate_expired, named("it is not valid now"));
    TRY(auto const key, crypto::PublicKey::parse(bytes_of(details.key())));
    return Checked{details.serial(), key};
}

void fill(proto::NoiseCertificate& out, Certificate const& certificate, crypto::PrivateKey const& issuer) {
    proto::NoiseCertificate::Details details;
    details.set_serial(certificate.serial);
    details.set_issuer_serial(certificate.issuer_serial);
    details.set_key(std::string{text_of(certificate.key)});
    details.set_not_before(seconds(certificate.not_before));
    details.set_not_after(seconds(certificate.not_after));
    out.set_details(details.SerializeAsString());
    out.set_signature(std::string{text_of(crypto::sign(issuer, bytes_of(out.details())))});
}

}   // namespace

TrustRoot TrustRoot::whatsapp() {
    return {.key = {{0x14, 0x23, 0x75, 0x57, 0x4d, 0x0a, 0x58, 0x71, 0x66, 0xaa, 0xe7, 0x1e, 0xbe, 0x51, 0x64, 0x37,
                     0xc4, 0xa2, 0x8b, 0x73, 0xe3, 0x69, 0x5c, 0x6c, 0xe1, 0xf7, 0xf9, 0x54, 0x5d, 0xa8, 0xee, 0x6b}},
            .serial = 0};
}

Result<void> verify_chain(ByteView chain, crypto::PublicKey const& server_static, TrustRoot const& root, Timestamp now) {
    proto::CertChain parsed;
    if (!parsed.ParseFromArray(chain.data(), static_cast<int>(chain.size())) || !parsed.has_leaf() || !parsed.has_intermediate())
        return refuse(Refusal::malformed, "the server's certificate chain cannot be read");
    TRY(auto const intermediate, check(parsed.intermediate(), root, now, "intermediate"));
    TRY(auto const leaf, check(parsed.leaf(), {intermediate.key, intermediate.serial}, now, "leaf"));
    if (leaf.key != server_static)
        return refuse(Refusal::certificate_key, "leaf certificate: it is for another key than the server's");
    return {};
}

Bytes make_chain(Certificate const& leaf, crypto::PrivateKey const& intermediate_secret, Certificate const& intermediate,
                 crypto::PrivateKey const& root_secret) {
    proto::CertChain chain;
    fill(*chain.mutable_leaf(), leaf, intermediate_secret);
    fill(*chain.mutable_intermediate(), intermediate, root_secret);
    return to_bytes(bytes_of(chain.SerializeAsString()));
}

}   // namespace waqtor::whatsapp::noise
