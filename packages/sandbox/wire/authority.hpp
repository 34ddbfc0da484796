#pragma once
#include "sandbox/types.hpp"
#include "whatsapp/noise/certificate.hpp"

#include <filesystem>

namespace waqtor::sandbox {

/// A TLS certificate and its key, PEM.
struct TlsIdentity {
    std::string certificate;
    std::string key;
};

/// Whom the sandbox's clients are told to trust: a TLS authority with one server certificate (for 127.0.0.1, ::1, localhost and the
/// names of the real service, so that clients with fixed host names can be pointed here), and a Noise root with its chain.
/// Made new at every start; nothing of it is worth keeping.
class Authority {
public:
    explicit Authority(Timestamp now);

    std::string const& tls_root() const { return tls_root_; }   // PEM
    TlsIdentity const& tls_server() const { return tls_server_; }

    noise::TrustRoot noise_root() const { return {noise_root_.pub, 0}; }
    crypto::KeyPair const& noise_server() const { return noise_server_; }
    /// A serialized CertChain; valid from a day before `now` for a year.
    Bytes noise_chain(Timestamp now) const;

    /// Writes ca.pem (TLS) and noise-root.hex for clients in other processes. Code::internal when it cannot.
    Result<void> write_to(std::filesystem::path const& folder) const;

private:
    std::string tls_root_;
    TlsIdentity tls_server_;
    crypto::KeyPair noise_root_ = crypto::KeyPair::generate();
    crypto::KeyPair noise_intermediate_ = crypto::KeyPair::generate();
    crypto::KeyPair noise_server_ = crypto::KeyPair::generate();
};

}   // namespace waqtor::sandbox
