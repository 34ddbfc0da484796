#include "sandbox/wire/authority.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <stdexcept>

namespace waqtor::sandbox {

namespace {

template <auto Free> struct Freed {
    template <class T> void operator()(T* pointer) const { Free(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

constexpr auto kDay = std::chrono::hours{24};

void must(bool good, char const* what) {
    if (!good) throw std::runtime_error{std::string{"OpenSSL: "} + what};
}

void extend(X509& certificate, X509& issuer, int what, char const* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    auto const extension =
        std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>{X509V3_EXT_conf_nid(nullptr, &context, what, value)};
    must(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1, "certificate extension");
}

Certificate blank(EVP_PKEY& key, char const* name, long serial, std::time_t now) {
    auto certificate = Certificate{X509_new()};
    must(certificate != nullptr, "certificate");
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    auto const day = static_cast<long>(std::chrono::seconds{kDay}.count());
    X509_time_adj(X509_getm_notBefore(certificate.get()), -day, &now);
    X509_time_adj(X509_getm_notAfter(certificate.get()), 365 * day, &now);
    X509_set_pubkey(certificate.get(), &key);
    auto* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>(name), -1, -1, 0);
    return certificate;
}

std::string pem(auto write) {
    auto const bio = Bio{BIO_new(BIO_s_mem())};
    must(write(bio.get()) == 1, "PEM");
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}   // namespace

Authority::Authority(Timestamp now) {
    auto const seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    auto const root_key = Key{EVP_EC_gen("P-256")};
    auto const server_key = Key{EVP_EC_gen("P-256")};
    must(root_key != nullptr && server_key != nullptr, "key");

    auto const root = blank(*root_key, "WaQtor sandbox root", static_cast<long>(seconds), seconds);
    must(X509_set_issuer_name(root.get(), X509_get_subject_name(root.get())) == 1, "issuer");
    extend(*root, *root, NID_basic_constraints, "critical,CA:TRUE");
    extend(*root, *root, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(*root, *root, NID_subject_key_identifier, "hash");
    must(X509_sign(root.get(), root_key.get(), EVP_sha256()) > 0, "signature");

    auto const server = blank(*server_key, "WaQtor sandbox", static_cast<long>(seconds) + 1, seconds);
    must(X509_set_issuer_name(server.get(), X509_get_subject_name(root.get())) == 1, "issuer");
    extend(*server, *root, NID_basic_constraints, "critical,CA:FALSE");
    extend(*server, *root, NID_key_usage, "critical,digitalSignature");
    extend(*server, *root, NID_ext_key_usage, "serverAuth");
    extend(*server, *root, NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:web.whatsapp.com,DNS:mmg.whatsapp.net");
    must(X509_sign(server.get(), root_key.get(), EVP_sha256()) > 0, "signature");

    tls_root_ = pem([&](BIO* bio) { return PEM_write_bio_X509(bio, root.get()); });
    tls_server_.certificate = pem([&](BIO* bio) { return PEM_write_bio_X509(bio, server.get()); });
    tls_server_.key =
        pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, server_key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

Bytes Authority::noise_chain(Timestamp now) const {
    auto const from = now - kDay;
    auto const until = now + 365 * kDay;
    auto const intermediate = noise::Certificate{1, 0, noise_intermediate_.pub, from, until};
    auto const leaf = noise::Certificate{2, 1, noise_server_.pub, from, until};
    return noise::make_chain(leaf, noise_intermediate_.secret, intermediate, noise_root_.secret);
}

Result<void> Authority::write_to(std::filesystem::path const& folder) const {
    auto error = std::error_code{};
    std::filesystem::create_directories(folder, error);
    auto ca = std::ofstream{folder / "ca.pem", std::ios::binary};
    auto root = std::ofstream{folder / "noise-root.hex", std::ios::binary};
    ca << tls_root_;
    root << crypto::to_hex(noise_root_.pub) << '\n';
    if (!ca.flush() || !root.flush()) return fail(Code::internal, "cannot write into " + folder.string());
    return {};
}

}   // namespace waqtor::sandbox
