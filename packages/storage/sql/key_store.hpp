#pragma once
#include "core/accounts/account_store.hpp"

namespace waqtor::sql {

/// API keys in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here.
class SqlKeyStore final : public KeyStore {
public:
    Result<void> add(waqtor::Transaction& tx, KeyRow const& key) override;
    Result<std::optional<KeyRow>> find_by_hash(waqtor::Transaction& tx, Bytes const& key_hash) override;
    Result<KeyRow> find(waqtor::Transaction& tx, WorkspaceId workspace, KeyId key) override;
    Result<Page<Key>> list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) override;
    Result<void> touch(waqtor::Transaction& tx, WorkspaceId workspace, KeyId key, Timestamp at) override;
    Result<void> revoke(waqtor::Transaction& tx, WorkspaceId workspace, KeyId key, Timestamp at) override;
};

}   // namespace waqtor::sql
