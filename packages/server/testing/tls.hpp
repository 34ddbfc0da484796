#pragma once
#include <filesystem>
#include <string>

namespace waqtor::server_testing {

/// Writes a self-signed certificate for `name` and its key as PEM files.
void make_certificate(std::filesystem::path const& certificate, std::filesystem::path const& key, std::string const& name);

struct TlsAnswer {
    std::string version;    // "TLSv1.3"; empty when no connection was made
    std::string name;       // of the certificate
    std::string protocol;   // chosen by ALPN
    std::string text;       // all that came
};

enum class TlsVersions { modern, only_1_1 };

/// One request over TLS on a connection of its own.
TlsAnswer request_over_tls(unsigned short port, std::string const& bytes, TlsVersions versions = TlsVersions::modern);

}   // namespace waqtor::server_testing
