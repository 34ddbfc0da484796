#pragma once
#include "core/base/bytes.hpp"
#include "core/base/page.hpp"
#include "core/sessions/whatsapp_client.hpp"

namespace waqtor {

/// What a session is doing. In capitals, as the API shows it and the wider ecosystem writes it.
enum class SessionState : std::uint8_t { STOPPED, STARTING, SCAN_QR, WORKING, DEGRADED, LOGGED_OUT, FAILED };
BOOST_DESCRIBE_ENUM(SessionState, STOPPED, STARTING, SCAN_QR, WORKING, DEGRADED, LOGGED_OUT, FAILED)

struct SessionRow {
    SessionId id;
    WorkspaceId workspace;
    std::string client_id;   // chosen by people, unique in the workspace
    std::string name;
    bool wanted = false;   // should run
    SessionState state = SessionState::STOPPED;
    std::string why;   // a SessionTrouble's name; empty when all is well
    std::optional<std::string> phone{};
    std::optional<std::string> lid{};
    std::optional<std::string> push_name{};
    std::optional<Bytes> proxy{};   // sealed: it may carry a password
    Timestamp created_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> linked_at{};
    std::optional<Timestamp> last_active_at{};
};
BOOST_DESCRIBE_STRUCT(SessionRow, (),
                      (id, workspace, client_id, name, wanted, state, why, phone, lid, push_name, proxy, created_at, updated_at,
                       linked_at, last_active_at))

/// Works inside the caller's transaction. "find" answers Code::not_found when there is none in that workspace.
class SessionStore {
public:
    virtual ~SessionStore() = default;

    /// Code::conflict when the client id is taken in the workspace.
    virtual Result<void> add(Transaction& tx, SessionRow const& session) = 0;
    virtual Result<SessionRow> find(Transaction& tx, WorkspaceId workspace, SessionId session) = 0;
    virtual Result<SessionRow> find(Transaction& tx, WorkspaceId workspace, std::string_view client_id) = 0;
    /// Oldest first; only these when `only` is not empty.
    virtual Result<Page<SessionRow>> list(Transaction& tx, WorkspaceId workspace, PageRequest page,
                                          std::vector<SessionId> const& only) = 0;
    /// Writes every column but id and workspace. Code::not_found when the row is gone.
    virtual Result<void> save(Transaction& tx, SessionRow const& session) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, SessionId session) = 0;

    // The right of one process to run a session is a lease. Its owner's id is new with every start of a process and stands in every
    // write (fence), so that a process that lost the lease can write nothing more.

    /// Sessions that should run, are able to, and whose lease nobody holds at `now`.
    virtual Result<std::vector<SessionRow>> ownerless(Transaction& tx, Timestamp now, std::int64_t limit) = 0;
    /// True when the owner holds the lease now or held it already; false when another process does, or the session is not wanted.
    virtual Result<bool> claim(Transaction& tx, SessionId session, Uuid owner, Timestamp now, Timestamp expires_at) = 0;
    /// Prolongs all leases of the owner; gives the sessions it still holds and that are still wanted.
    virtual Result<std::vector<SessionId>> renew(Transaction& tx, Uuid owner, Timestamp expires_at) = 0;
    /// Idempotent.
    virtual Result<void> release(Transaction& tx, SessionId session, Uuid owner) = 0;
    /// Ends every lease, whoever has it: for who knows that no other process lives.
    virtual Result<void> release_all(Transaction& tx) = 0;
    /// Locks the lease for the rest of the transaction; Code::conflict when another process has it by now.
    virtual Result<void> fence(Transaction& tx, SessionId session, Uuid owner) = 0;
};

}   // namespace waqtor
