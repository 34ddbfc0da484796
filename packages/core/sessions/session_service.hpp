#pragma once
#include "core/accounts/caller.hpp"
#include "core/events/event_log.hpp"
#include "core/messages/sender.hpp"
#include "core/sessions/session_api.hpp"
#include "core/sessions/session_traffic.hpp"
#include "core/trust/master_key.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace waqtor {

struct SessionPolicy {
    std::chrono::milliseconds lease{8'000};
    std::chrono::milliseconds look{2'000};   // between two looks at leases and health
    bool alone = false;                      // no other process can be on the database: leases found at the start are of the dead
    std::int64_t starts_per_look = 200;
    std::chrono::milliseconds silent_after{90'000};
    std::chrono::milliseconds unacknowledged_after{60'000};
};

struct SessionParts {
    Database& db;
    SessionStore& sessions;
    EventLog& events;
    Clock const& clock;
    Sealer const& sealer;
    WhatsAppClients& clients;
};

/// Links numbers and keeps them connected: one process owns a session, by a lease that every write of its client checks.
/// Everything public may be called from any thread while run() runs.
class SessionService final : public SessionListener, public Sender, public SessionDirectory {
public:
    /// `pool` runs the sessions, one strand each. Tell it where traffic goes before run().
    SessionService(SessionParts parts, asio::any_io_executor pool, SessionPolicy policy = {});
    ~SessionService() override;
    void carry(SessionTraffic& traffic) { traffic_ = &traffic; }

    /// Claims, starts, watches and stops sessions until stop(); then all are stopped and their leases given back.
    asio::awaitable<void> run();
    void stop();

    /// Code::conflict when the client id is taken; Code::invalid for a proxy that is none.
    Task<Session> create(Caller who, CreateSession wish);
    Task<Page<Session>> list(Caller who, PageRequest page);
    /// `which` is an id or a client id, here and below. Code::not_found outside the caller's workspace and sessions.
    Task<Session> get(Caller who, std::string which);
    Task<Session> update(Caller who, UpdateSession wish);
    Task<Session> start(Caller who, std::string which);
    /// Returns when the connection is closed.
    Task<Session> stop_session(Caller who, std::string which);
    Task<Session> restart(Caller who, std::string which);
    /// Unlinks the number; the session stays, to be linked again.
    Task<Session> logout(Caller who, std::string which);
    Task<void> remove(Caller who, std::string which);
    /// Code::not_found when there is no code to scan now.
    Task<SessionQr> qr(Caller who, std::string which);
    /// Code::conflict when the session is not waiting for a link.
    Task<PairingCode> pairing_code(Caller who, std::string which, std::string phone);

    bool working(SessionRef session) const override { return working_.load()->contains(session.session); }
    Task<void> send(SessionRef session, Outgoing message) override;
    Task<std::vector<NumberCheck>> check(SessionRef session, std::vector<std::string> phones) override;
    Task<void> mark_read(SessionRef session, Address chat, std::vector<std::string> ids, std::optional<Address> sender) override;
    Task<void> mark_played(SessionRef session, Address chat, std::vector<std::string> ids, std::optional<Address> sender) override;
    Task<void> typing(SessionRef session, Address chat, bool on) override;
    Task<std::string> download(SessionRef session, MessageType type, Media media) override;

    Result<void> require(Transaction& tx, SessionRef session) override;
    Result<SessionId> standard(Transaction& tx, WorkspaceId workspace, std::vector<SessionId> const& among) override;

    void state_changed(SessionRef session, ClientState const& state) override;
    Result<void> fence(Transaction& tx, SessionRef session) override;
    Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) override;
    Result<void> receipt(Transaction& tx, SessionRef session, Receipt const& receipt) override;
    Result<void> committed(Transaction& tx, SessionRef session, MessageId message) override;
    Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) override;
    Result<void> refused(Transaction& tx, SessionRef session, MessageId message, Refusal why, std::string_view detail) override;
    Result<void> phone_changed(Transaction& tx, SessionRef session, PhoneChange const& change) override;

private:
    struct Live;
    using LivePtr = std::shared_ptr<Live>;
    struct Change {
        SessionRef session;
        ClientState state;
    };

    // All of these run on strand_.
    asio::awaitable<void> look();
    asio::awaitable<void> inherit();
    asio::awaitable<void> settle();
    asio::awaitable<void> apply(LivePtr live, ClientState state);
    asio::awaitable<void> note(LivePtr live, SessionState state, std::string why);
    asio::awaitable<void> check_health();
    asio::awaitable<void> begin(SessionRow row);   // nothing when it runs already, or elsewhere
    asio::awaitable<void> end(LivePtr live);
    asio::awaitable<void> end_here(SessionRef session);
    asio::awaitable<void> unlink_when_ended(SessionRef session);
    asio::awaitable<LivePtr> find_live(SessionRef session);
    asio::awaitable<void> set_working(LivePtr live, bool working);
    void poke();
    void begin_claimed(SessionRow row);   // from any thread

    /// Runs `use` on the session's strand with its client; Code::unavailable when it does not run in this process.
    template <class T> Task<T> with_client(SessionRef session, std::function<Task<T>(WhatsAppClient&)> use);

    Result<SessionRow> find(Transaction& tx, Caller const& who, std::string_view which);
    Task<SessionRow> read(Caller who, std::string which);
    Result<bool> claim_here(Transaction& tx, SessionId session);
    Task<SessionRow> want(Caller who, std::string which, bool wanted, SessionState state);
    Task<Session> shown(SessionRow row);
    Result<std::string> proxy_of(SessionRow const& row) const;

    SessionParts parts_;
    asio::any_io_executor pool_;
    asio::strand<asio::any_io_executor> strand_;
    SessionPolicy policy_;
    Uuid owner_;
    SessionTraffic* traffic_ = nullptr;
    std::unordered_map<SessionId, LivePtr> live_;
    std::atomic<std::shared_ptr<std::unordered_set<SessionId> const>> working_;   // replaced, never changed: read on any thread
    std::deque<Change> changes_;
    std::vector<SessionRow> claimed_;   // to begin without waiting for a look
    asio::steady_timer signal_;
    bool poked_ = false;
    bool stopping_ = false;
    Timestamp renewed_{};
};

}   // namespace waqtor
