#include "server/testing/tls.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>

namespace waqtor::server_testing {
namespace asio = boost::asio;

void make_certificate(std::filesystem::path const& certificate, std::filesystem::path const& key, std::string const& name) {
    auto const pair = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>{EVP_EC_gen("P-256"), EVP_PKEY_free};
    auto const x509 = std::unique_ptr<X509, void (*)(X509*)>{X509_new(), X509_free};
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), pair.get());
    auto* const subject = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509.get(), subject);
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    PEM_write_X509(File{std::fopen(certificate.c_str(), "w"), std::fclose}.get(), x509.get());
    PEM_write_PrivateKey(File{std::fopen(key.c_str(), "w"), std::fclose}.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

TlsAnswer request_over_tls(unsigned short port, std::string const& bytes, TlsVersions versions) {
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tls_client};
    if (versions == TlsVersions::only_1_1) {
        SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_1_VERSION);
        SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_1_VERSION);
        SSL_CTX_set_security_level(context.native_handle(), 0);
    }
    constexpr unsigned char kOffer[] = "\x02h2\x08http/1.1";
    SSL_CTX_set_alpn_protos(context.native_handle(), kOffer, sizeof kOffer - 1);
    asio::ssl::stream<asio::ip::tcp::socket> stream{io, context};
    stream.next_layer().connect({asio::ip::make_address_v4("127.0.0.1"), port});
    TlsAnswer out;
    boost::system::error_code wrong;
    stream.handshake(asio::ssl::stream_base::client, wrong);
    if (wrong) return out;
    auto* const ssl = stream.native_handle();
    out.version = SSL_get_version(ssl);
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl)), NID_commonName, name, sizeof name);
    out.name = name;
    unsigned char const* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    if (protocol) out.protocol.assign(reinterpret_cast<char const*>(protocol), size);
    asio::write(stream, asio::buffer(bytes), wrong);
    asio::read(stream, asio::dynamic_buffer(out.text), wrong);   // up to the end
    return out;
}

}   // namespace waqtor::server_testing
