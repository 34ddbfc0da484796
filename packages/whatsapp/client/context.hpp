#pragma once
#include "whatsapp/client/account.hpp"
#include "whatsapp/client/line.hpp"
#include "whatsapp/client/vault.hpp"
#include "whatsapp/connection/client_payload.hpp"
#include "whatsapp/noise/certificate.hpp"

namespace waqtor::whatsapp {

/// How a session reaches the service.
struct Endpoint {
    std::string url;
    std::shared_ptr<transport::Tls const> tls{};
    noise::TrustRoot noise_root = noise::TrustRoot::whatsapp();
    Version version{};
    Appearance appearance{};
    transport::Proxy proxy{};
    std::string fault{};   // why it cannot be used; nothing is dialled then
};

/// Amounts and times that follow what WhatsApp's own clients do; tests shorten them.
struct Pace {
    unsigned first_prekeys = 812;
    unsigned more_prekeys = 50;
    unsigned fewest_prekeys = 5;
    Milliseconds signed_prekey_age = std::chrono::days{30};
    Milliseconds device_list_age = std::chrono::hours{24};
    Milliseconds keepalive_least = std::chrono::seconds{20};
    Milliseconds keepalive_most = std::chrono::seconds{30};
    Milliseconds keepalive_answer = std::chrono::seconds{10};
    unsigned keepalives_missed = 3;                                // in a row, then the connection is given up
    Milliseconds acknowledged_within = std::chrono::seconds{90};   // otherwise the connection is given up
    Milliseconds offline_most = std::chrono::seconds{20};          // how long to wait for the end of the offline queue
    Milliseconds backoff_first = std::chrono::milliseconds{1'000};
    Milliseconds backoff_most = std::chrono::minutes{5};
    Milliseconds first_qr = std::chrono::seconds{60};
    Milliseconds next_qr = std::chrono::seconds{20};
    Milliseconds kept = std::chrono::days{14};             // sent messages for retries, inbound ids
    Milliseconds kept_originals = std::chrono::days{90};   // for votes and edits
    unsigned most_retries = 5;
};

/// What the parts of one client share. On the session's strand.
struct Context {
    asio::any_io_executor executor;
    asio::any_io_executor pool;   // for what takes milliseconds to compute
    Clock const& clock;
    Endpoint endpoint;
    Pace pace;
    Vault vault;
    Account account{};
    std::shared_ptr<Line> line{};   // null while there is no connection
    bool working = false;           // logged in, offline queue received

    /// Commits a changed account, then takes it over.
    Task<void> save(Account changed, Draft draft = {}) {
        draft.put(ClientValueKind::credentials, "", changed.serialize());
        CO_TRY_OK(co_await vault.commit_draft(std::move(draft)));
        account = std::move(changed);
        co_return Result<void>{};
    }
    /// The connection for sends and requests. Code::unavailable when not logged in.
    Result<std::shared_ptr<Line>> online() const {
        if (!working || !line || line->closed()) return fail(Code::unavailable, "The session is not connected to WhatsApp");
        return line;
    }
    std::int64_t unix_seconds() const { return clock.now().time_since_epoch().count() / 1000; }
};

}   // namespace waqtor::whatsapp
