#pragma once
#include "core/base/time.hpp"
#include "whatsapp/crypto/curve.hpp"

namespace waqtor::whatsapp::noise {

/// What one certificate of the service says.
struct Certificate {
    std::uint32_t serial = 0;
    std::uint32_t issuer_serial = 0;
    crypto::PublicKey key;
    Timestamp not_before{};   // whole seconds on the wire
    Timestamp not_after{};
};

/// Whom a client trusts: the root that signs the intermediate certificate.
struct TrustRoot {
    crypto::PublicKey key;
    std::uint32_t serial = 0;

    /// The root of the real service.
    static TrustRoot whatsapp();
};

/// Checks a serialized CertChain in full: root signs the intermediate and has its issuer serial, the intermediate signs the
/// leaf and has its issuer serial, both are valid at `now`, and the leaf's key is the one the server proved in the handshake.
/// Refusal::certificate_signature, certificate_serial, certificate_expired, certificate_key or malformed.
Result<void> verify_chain(ByteView chain, crypto::PublicKey const& server_static, TrustRoot const& root, Timestamp now);

/// The other side of it: a serialized CertChain, signed as given (nothing is checked, so that tests can make wrong ones).
Bytes make_chain(Certificate const& leaf, crypto::PrivateKey const& intermediate_secret, Certificate const& intermediate,
                 crypto::PrivateKey const& root_secret);

}   // namespace waqtor::whatsapp::noise
