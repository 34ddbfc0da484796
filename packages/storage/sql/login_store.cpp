#include "storage/sql/login_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kLogin = "SELECT " + columns<LoginRow>() + " FROM login";
}

Result<void> SqlLoginStore::add(waqtor::Transaction& tx, LoginRow const& login) { return of(tx).insert("login", login); }

Result<std::optional<LoginRow>> SqlLoginStore::find_by_token(waqtor::Transaction& tx, Bytes const& token_hash) {
    return of(tx).maybe<LoginRow>(kLogin + " WHERE token_hash = $1", token_hash);
}

Result<std::optional<LoginRow>> SqlLoginStore::find_by_refresh(waqtor::Transaction& tx, Bytes const& refresh_hash) {
    return of(tx).maybe<LoginRow>(kLogin + " WHERE refresh_hash = $1", refresh_hash);
}

Result<std::optional<LoginRow>> SqlLoginStore::find_by_used_refresh(waqtor::Transaction& tx, Bytes const& refresh_hash) {
    return of(tx).maybe<LoginRow>(kLogin + " WHERE id = (SELECT login FROM used_refresh_token WHERE token_hash = $1)",
                                  refresh_hash);
}

Result<LoginRow> SqlLoginStore::find(waqtor::Transaction& tx, WorkspaceId workspace, LoginId login) {
    return of(tx).one<LoginRow>(kLogin + " WHERE workspace = $1 AND id = $2", workspace, login);
}

Result<std::vector<LoginRow>> SqlLoginStore::list(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, Timestamp now) {
    return of(tx).all<LoginRow>(kLogin + R"sql(
         WHERE workspace = $1 AND user_id = $2 AND revoked_at IS NULL AND (expires_at > $3 OR refresh_expires_at > $3)
         ORDER BY created_at DESC, id DESC)sql",
                                workspace, user, now);
}

Result<void> SqlLoginStore::rotate(waqtor::Transaction& tx, LoginRow const& login, Bytes const& old_refresh_hash, Timestamp at) {
    TRY(auto const changed, of(tx).exec(R"sql(
        UPDATE login SET token_hash = $4, refresh_hash = $5, expires_at = $6, refresh_expires_at = $7, last_seen_at = $8
         WHERE workspace = $1 AND id = $2 AND refresh_hash = $3 AND revoked_at IS NULL)sql",
                                        login.workspace, login.id, old_refresh_hash, login.token_hash, login.refresh_hash,
                                        login.expires_at, login.refresh_expires_at, at));
    if (changed == 0) return fail(Code::conflict, "The refresh token was used already");
    TRY_OK(of(tx).exec("INSERT INTO used_refresh_token (token_hash, login, used_at) VALUES ($1, $2, $3)", old_refresh_hash,
                       login.id, at));
    return {};
}

Result<void> SqlLoginStore::touch(waqtor::Transaction& tx, WorkspaceId workspace, LoginId login, Timestamp at) {
    TRY_OK(of(tx).exec("UPDATE login SET last_seen_at = $3 WHERE workspace = $1 AND id = $2 AND last_seen_at < $3", workspace,
                       login, at));
    return {};
}

Result<void> SqlLoginStore::revoke(waqtor::Transaction& tx, WorkspaceId workspace, LoginId login, Timestamp at) {
    TRY_OK(of(tx).exec("UPDATE login SET revoked_at = $3 WHERE workspace = $1 AND id = $2 AND revoked_at IS NULL", workspace, login,
                       at));
    return {};
}

Result<void> SqlLoginStore::revoke_all(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, std::optional<LoginId> except,
                                       Timestamp at) {
    // No login has the empty id.
    TRY_OK(of(tx).exec("UPDATE login SET revoked_at = $4 WHERE workspace = $1 AND user_id = $2 AND id <> $3 AND revoked_at IS NULL",
                       workspace, user, except.value_or(LoginId{}), at));
    return {};
}

Result<std::int64_t> SqlLoginStore::purge(waqtor::Transaction& tx, Timestamp before) {
    return of(tx).exec(R"sql(
        DELETE FROM login
         WHERE revoked_at < $1 OR (expires_at < $1 AND (refresh_expires_at IS NULL OR refresh_expires_at < $1)))sql",
                       before);
}

}   // namespace waqtor::sql
