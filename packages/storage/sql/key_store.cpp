#include "storage/sql/key_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kKey = "SELECT " + columns<KeyRow>() + " FROM api_key";
// The members of Key, whose last one nobody has stored.
constexpr auto kShown = R"sql(
    SELECT id, name, prefix, scopes, sessions, cidrs, created_by, created_at, expires_at, last_used_at, revoked_at, NULL
      FROM api_key WHERE workspace = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3)sql";
}   // namespace

Result<void> SqlKeyStore::add(waqtor::Transaction& tx, KeyRow const& key) { return of(tx).insert("api_key", key); }

Result<std::optional<KeyRow>> SqlKeyStore::find_by_hash(waqtor::Transaction& tx, Bytes const& key_hash) {
    return of(tx).maybe<KeyRow>(kKey + " WHERE key_hash = $1", key_hash);
}

Result<KeyRow> SqlKeyStore::find(waqtor::Transaction& tx, WorkspaceId workspace, KeyId key) {
    return of(tx).one<KeyRow>(kKey + " WHERE workspace = $1 AND id = $2", workspace, key);
}

Result<Page<Key>> SqlKeyStore::list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) {
    TRY(auto rows, of(tx).all<Key>(kShown, workspace, page.limit, page.offset));
    TRY(auto const total, of(tx).one<std::int64_t>("SELECT count(*) FROM api_key WHERE workspace = $1", workspace));
    return Page<Key>{std::move(rows), total, page.limit, page.offset};
}

Result<void> SqlKeyStore::touch(waqtor::Transaction& tx, WorkspaceId workspace, KeyId key, Timestamp at) {
    TRY_OK(of(tx).exec(R"sql(
        UPDATE api_key SET last_used_at = $3
         WHERE workspace = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3))sql",
                       workspace, key, at));
    return {};
}

Result<void> SqlKeyStore::revoke(waqtor::Transaction& tx, WorkspaceId workspace, KeyId key, Timestamp at) {
    TRY(auto const changed, of(tx).exec("UPDATE api_key SET revoked_at = coalesce(revoked_at, $3) WHERE workspace = $1 AND id = $2",
                                        workspace, key, at));
    if (changed == 0) return fail(Code::not_found, "There is no such key");
    return {};
}

}   // namespace waqtor::sql
