#pragma once
#include "core/sessions/session.hpp"

namespace waqtor::sql {

class SqlSessionStore final : public SessionStore {
public:
    Result<void> add(waqtor::Transaction& tx, SessionRow const& session) override;
    Result<SessionRow> find(waqtor::Transaction& tx, WorkspaceId workspace, SessionId session) override;
    Result<SessionRow> find(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view client_id) override;
    Result<Page<SessionRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page,
                                  std::vector<SessionId> const& only) override;
    Result<void> save(waqtor::Transaction& tx, SessionRow const& session) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, SessionId session) override;
    Result<std::vector<SessionRow>> ownerless(waqtor::Transaction& tx, Timestamp now, std::int64_t limit) override;
    Result<bool> claim(waqtor::Transaction& tx, SessionId session, Uuid owner, Timestamp now, Timestamp expires_at) override;
    Result<std::vector<SessionId>> renew(waqtor::Transaction& tx, Uuid owner, Timestamp expires_at) override;
    Result<void> release(waqtor::Transaction& tx, SessionId session, Uuid owner) override;
    Result<void> release_all(waqtor::Transaction& tx) override;
    Result<void> fence(waqtor::Transaction& tx, SessionId session, Uuid owner) override;
};

}   // namespace waqtor::sql
