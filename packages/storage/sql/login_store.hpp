#pragma once
#include "core/accounts/account_store.hpp"

namespace waqtor::sql {

/// Logins and their used refresh tokens in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here.
class SqlLoginStore final : public LoginStore {
public:
    Result<void> add(waqtor::Transaction& tx, LoginRow const& login) override;
    Result<std::optional<LoginRow>> find_by_token(waqtor::Transaction& tx, Bytes const& token_hash) override;
    Result<std::optional<LoginRow>> find_by_refresh(waqtor::Transaction& tx, Bytes const& refresh_hash) override;
    Result<std::optional<LoginRow>> find_by_used_refresh(waqtor::Transaction& tx, Bytes const& refresh_hash) override;
    Result<LoginRow> find(waqtor::Transaction& tx, WorkspaceId workspace, LoginId login) override;
    Result<std::vector<LoginRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, Timestamp now) override;
    /// Code::conflict when the login's refresh token is no longer the old one, or the login was revoked.
    Result<void> rotate(waqtor::Transaction& tx, LoginRow const& login, Bytes const& old_refresh_hash, Timestamp at) override;
    Result<void> touch(waqtor::Transaction& tx, WorkspaceId workspace, LoginId login, Timestamp at) override;
    Result<void> revoke(waqtor::Transaction& tx, WorkspaceId workspace, LoginId login, Timestamp at) override;
    Result<void> revoke_all(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, std::optional<LoginId> except,
                            Timestamp at) override;
    Result<std::int64_t> purge(waqtor::Transaction& tx, Timestamp before) override;
};

}   // namespace waqtor::sql
