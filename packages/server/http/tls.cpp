#include "server/http/tls.hpp"

#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <cstring>

namespace waqtor {
namespace {

/// We speak HTTP/1.1 only; a client that offers other protocols as well learns it here.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* size, unsigned char const* offered, unsigned offered_size,
                    void*) {
    constexpr std::string_view kOurs = "http/1.1";
    for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
        if (at + 1U + offered[at] > offered_size) break;
        if (offered[at] != kOurs.size() || std::memcmp(offered + at + 1, kOurs.data(), kOurs.size()) != 0) continue;
        *chosen = offered + at + 1;
        *size = offered[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}
}   // namespace

Result<void> TlsFiles::load() {
    using asio::ssl::context;
    try {
        auto fresh = std::make_shared<context>(context::tls_server);
        fresh->set_options(context::default_workarounds | context::no_sslv2 | context::no_sslv3 | context::no_tlsv1 |
                           context::no_tlsv1_1 | context::no_compression);
        SSL_CTX_set_min_proto_version(fresh->native_handle(), TLS1_2_VERSION);
        SSL_CTX_set_options(fresh->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_cipher_list(fresh->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
        SSL_CTX_set_mode(fresh->native_handle(), SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_alpn_select_cb(fresh->native_handle(), choose_protocol, nullptr);
        fresh->use_certificate_chain_file(certificate_);
        fresh->use_private_key_file(key_, context::pem);
        if (SSL_CTX_check_private_key(fresh->native_handle()) != 1)
            return fail(Code::unavailable, "The TLS key does not belong to the certificate");
        auto lock = std::lock_guard{mutex_};
        context_ = std::move(fresh);
        return {};
    } catch (std::exception const& thrown) {
        return fail_with_cause(Code::unavailable, "Cannot read the TLS certificate " + certificate_ + " or its key", thrown.what());
    }
}

std::shared_ptr<asio::ssl::context> TlsFiles::current() const {
    auto lock = std::lock_guard{mutex_};
    return context_;
}

}   // namespace waqtor
