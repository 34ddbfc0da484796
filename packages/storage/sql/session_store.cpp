#include "storage/sql/session_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kSession = "SELECT " + columns<SessionRow>() + " FROM session";

std::unexpected<Error> no_such_session() { return fail(Code::not_found, "There is no such session"); }

Result<SessionRow> or_not_found(Result<std::optional<SessionRow>> found) {
    TRY(auto row, std::move(found));
    if (!row) return no_such_session();
    return *std::move(row);
}
}   // namespace

Result<void> SqlSessionStore::add(waqtor::Transaction& tx, SessionRow const& session) {
    TRY(auto const taken, of(tx).one<std::int64_t>("SELECT count(*) FROM session WHERE workspace = $1 AND client_id = $2",
                                                   session.workspace, session.client_id));
    if (taken != 0) return fail(Code::conflict, "There is already a session with the client id " + session.client_id);
    return of(tx).insert("session", session);
}

Result<SessionRow> SqlSessionStore::find(waqtor::Transaction& tx, WorkspaceId workspace, SessionId session) {
    return or_not_found(of(tx).maybe<SessionRow>(kSession + " WHERE workspace = $1 AND id = $2", workspace, session));
}

Result<SessionRow> SqlSessionStore::find(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view client_id) {
    return or_not_found(of(tx).maybe<SessionRow>(kSession + " WHERE workspace = $1 AND client_id = $2", workspace, client_id));
}

Result<Page<SessionRow>> SqlSessionStore::list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page,
                                               std::vector<SessionId> const& only) {
    TRY(auto rows, of(tx).all<SessionRow>(kSession + " WHERE workspace = $1 ORDER BY created_at, id", workspace));
    if (!only.empty()) std::erase_if(rows, [&](SessionRow const& row) { return std::ranges::find(only, row.id) == only.end(); });
    auto const total = static_cast<std::int64_t>(rows.size());
    auto const first = std::min(page.offset, total);
    rows.erase(rows.begin(), rows.begin() + first);
    if (std::cmp_greater(rows.size(), page.limit)) rows.resize(static_cast<std::size_t>(page.limit));
    return Page<SessionRow>{std::move(rows), total, page.limit, page.offset};
}

Result<void> SqlSessionStore::save(waqtor::Transaction& tx, SessionRow const& s) {
    TRY(auto const changed, of(tx).exec(R"sql(
        UPDATE session SET client_id = $3, name = $4, wanted = $5, state = $6, why = $7, phone = $8, lid = $9, push_name = $10,
               proxy = $11, created_at = $12, updated_at = $13, linked_at = $14, last_active_at = $15
         WHERE workspace = $1 AND id = $2)sql",
                                        s.workspace, s.id, s.client_id, s.name, s.wanted, s.state, s.why, s.phone, s.lid,
                                        s.push_name, s.proxy, s.created_at, s.updated_at, s.linked_at, s.last_active_at));
    if (changed == 0) return no_such_session();
    return {};
}

Result<void> SqlSessionStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, SessionId session) {
    TRY(auto const changed, of(tx).exec("DELETE FROM session WHERE workspace = $1 AND id = $2", workspace, session));
    if (changed == 0) return no_such_session();
    return {};
}

Result<std::vector<SessionRow>> SqlSessionStore::ownerless(waqtor::Transaction& tx, Timestamp now, std::int64_t limit) {
    return of(tx).all<SessionRow>(kSession + R"sql(
         WHERE wanted = 1 AND state NOT IN ('LOGGED_OUT', 'FAILED')
           AND NOT EXISTS (SELECT 1 FROM session_lease l WHERE l.session = session.id AND l.expires_at > $1)
         ORDER BY updated_at, id LIMIT $2)sql",
                                  now, limit);
}

Result<bool> SqlSessionStore::claim(waqtor::Transaction& tx, SessionId session, Uuid owner, Timestamp now, Timestamp expires_at) {
    TRY(auto const changed, of(tx).exec(R"sql(
        INSERT INTO session_lease (session, owner, expires_at)
        SELECT id, $2, $4 FROM session WHERE id = $1 AND wanted = 1
        ON CONFLICT (session) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
         WHERE session_lease.expires_at <= $3 OR session_lease.owner = excluded.owner)sql",
                                        session, owner.text(), now, expires_at));
    return changed == 1;
}

Result<std::vector<SessionId>> SqlSessionStore::renew(waqtor::Transaction& tx, Uuid owner, Timestamp expires_at) {
    TRY_OK(of(tx).exec("UPDATE session_lease SET expires_at = $2 WHERE owner = $1", owner.text(), expires_at));
    return of(tx).all<SessionId>(
        "SELECT s.id FROM session s JOIN session_lease l ON l.session = s.id WHERE l.owner = $1 AND s.wanted = 1", owner.text());
}

Result<void> SqlSessionStore::release(waqtor::Transaction& tx, SessionId session, Uuid owner) {
    TRY_OK(of(tx).exec("DELETE FROM session_lease WHERE session = $1 AND owner = $2", session, owner.text()));
    return {};
}

Result<void> SqlSessionStore::release_all(waqtor::Transaction& tx) {
    TRY_OK(of(tx).exec("DELETE FROM session_lease"));
    return {};
}

Result<void> SqlSessionStore::fence(waqtor::Transaction& tx, SessionId session, Uuid owner) {
    TRY(auto const held,
        of(tx).exec("UPDATE session_lease SET owner = owner WHERE session = $1 AND owner = $2", session, owner.text()));
    if (held == 0) return fail(Code::conflict, "Another process runs this session now");
    return {};
}

}   // namespace waqtor::sql
