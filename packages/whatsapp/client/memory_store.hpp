#pragma once
#include "core/sessions/client_store.hpp"

#include <functional>
#include <map>

namespace waqtor::whatsapp {

/// Runs work at once, on the caller's thread; work that fails is undone. For tests and for programs that keep nothing.
class MemoryDatabase final : public Database {
public:
    /// The transaction of this database: takes what undoes a change.
    class Undoing final : public Transaction {
    public:
        void wakes(WorkspaceId) override {}
        void on_failure(std::function<void()> undo) { undo_.push_back(std::move(undo)); }
        void roll_back();

    private:
        std::vector<std::function<void()>> undo_;
    };

    std::uint64_t writes() const { return writes_; }

protected:
    Task<void> submit(Mode mode, Work work) override;

private:
    std::uint64_t writes_ = 0;
};

/// The engine's state in maps; with a MemoryDatabase only. From one thread at a time.
class MemoryClientStore final : public ClientStore {
public:
    Result<std::vector<Bytes>> get(Transaction& tx, SessionId session, ClientValueKind kind,
                                   std::vector<std::string> const& names) override;
    Result<std::vector<ClientValue>> list(Transaction& tx, SessionId session, ClientValueKind kind) override;
    Result<void> put(Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name, BytesView value) override;
    Result<void> remove(Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name) override;
    Result<bool> add_frame(Transaction& tx, SessionId session, ClientFrame const& frame) override;
    Result<std::optional<ClientFrame>> frame(Transaction& tx, SessionId session, std::string_view whatsapp_id) override;
    Result<std::vector<ClientFrame>> unacknowledged(Transaction& tx, SessionId session, Timestamp at, std::string_view after_id,
                                                    std::int64_t limit) override;
    Result<bool> acknowledge(Transaction& tx, SessionId session, std::string_view whatsapp_id) override;
    Result<ClientReceived> note_received(Transaction& tx, SessionId session, std::string_view id, bool readable,
                                         Timestamp at) override;
    Result<std::optional<std::int64_t>> unreadable(Transaction& tx, SessionId session, std::string_view id) override;
    Result<void> keep_original(Transaction& tx, SessionId session, std::string_view whatsapp_id, BytesView value,
                               Timestamp at) override;
    Result<Bytes> original(Transaction& tx, SessionId session, std::string_view whatsapp_id) override;
    Result<void> tidy(Transaction& tx, SessionId session, Timestamp before) override;
    Result<void> tidy_originals(Transaction& tx, SessionId session, Timestamp before) override;
    Result<void> forget(Transaction& tx, SessionId session) override;

private:
    struct Received {
        bool readable = false;
        std::int64_t tries = 0;
        Timestamp at{};
    };
    struct Original {
        Bytes value;
        Timestamp at{};
    };
    struct State {
        std::map<std::pair<ClientValueKind, std::string>, Bytes> values;
        std::map<std::string, ClientFrame, std::less<>> frames;
        std::map<std::string, Received, std::less<>> received;
        std::map<std::string, Original, std::less<>> originals;
    };
    std::map<SessionId, State> sessions_;
};

}   // namespace waqtor::whatsapp
