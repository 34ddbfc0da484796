#pragma once
#include "core/sessions/client_store.hpp"
#include "core/trust/master_key.hpp"

namespace waqtor::sql {

/// The WhatsApp engine's state in SQLite or PostgreSQL; values and messages are sealed, each for its own row.
class SqlWhatsAppStore final : public ClientStore {
public:
    explicit SqlWhatsAppStore(Sealer const& sealer) : sealer_{sealer} {}

    Result<std::vector<Bytes>> get(waqtor::Transaction& tx, SessionId session, ClientValueKind kind,
                                   std::vector<std::string> const& names) override;
    Result<std::vector<ClientValue>> list(waqtor::Transaction& tx, SessionId session, ClientValueKind kind) override;
    Result<void> put(waqtor::Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name,
                     BytesView value) override;
    Result<void> remove(waqtor::Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name) override;
    Result<bool> add_frame(waqtor::Transaction& tx, SessionId session, ClientFrame const& frame) override;
    Result<std::optional<ClientFrame>> frame(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id) override;
    Result<std::vector<ClientFrame>> unacknowledged(waqtor::Transaction& tx, SessionId session, Timestamp at,
                                                    std::string_view after_id, std::int64_t limit) override;
    Result<bool> acknowledge(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id) override;
    Result<ClientReceived> note_received(waqtor::Transaction& tx, SessionId session, std::string_view id, bool readable,
                                         Timestamp at) override;
    Result<std::optional<std::int64_t>> unreadable(waqtor::Transaction& tx, SessionId session, std::string_view id) override;
    Result<void> keep_original(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id, BytesView value,
                               Timestamp at) override;
    Result<Bytes> original(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id) override;
    Result<void> tidy(waqtor::Transaction& tx, SessionId session, Timestamp before) override;
    Result<void> tidy_originals(waqtor::Transaction& tx, SessionId session, Timestamp before) override;
    Result<void> forget(waqtor::Transaction& tx, SessionId session) override;

private:
    struct FrameRow;
    Sealer const& sealer_;

    Result<ClientFrame> open(SessionId session, FrameRow row) const;
};

}   // namespace waqtor::sql
