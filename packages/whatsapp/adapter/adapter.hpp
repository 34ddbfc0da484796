#pragma once
#include "core/messages/media.hpp"
#include "core/sessions/client_store.hpp"
#include "core/sessions/whatsapp_client.hpp"
#include "whatsapp/connection/client_payload.hpp"
#include "whatsapp/noise/certificate.hpp"

namespace waqtor::whatsapp {

/// How sessions reach the service.
struct EngineOptions {
    std::string url = "wss://web.whatsapp.com/ws/chat";
    std::string tls_root{};   // PEM file with the only TLS roots to trust; empty: those of the system
    noise::TrustRoot noise_root = noise::TrustRoot::whatsapp();
    Version version{};
    Appearance appearance{};
};

/// 64 hex digits, as the sandbox writes them into noise-root.hex. Code::invalid.
Result<noise::TrustRoot> noise_root_from_hex(std::string_view hex);

/// Makes the engine's clients behind the product's seam. `db`, `store`, `clock` and `files` outlive it, and it outlives its
/// clients. Without `files` nothing with a file can be sent or fetched. Chats and senders are told by their LID address once it is
/// known, by phone address until then; either may be sent to.
class Adapter final : public WhatsAppClients {
public:
    Adapter(Database& db, ClientStore& store, EngineOptions options, Clock const& clock, MediaStore* files = nullptr);
    ~Adapter() override;

    std::unique_ptr<WhatsAppClient> make(SessionRef session, asio::any_io_executor executor, SessionListener& listener,
                                         std::string proxy) override;
    Result<void> forget(Transaction& tx, SessionRef session) override;

private:
    struct Shared;
    std::shared_ptr<Shared const> shared_;
};

}   // namespace waqtor::whatsapp
