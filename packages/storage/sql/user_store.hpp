#pragma once
#include "core/accounts/account_store.hpp"

namespace waqtor::sql {

/// Workspaces, users, invitations and one-time tokens in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here.
class SqlUserStore final : public UserStore {
public:
    Result<void> add_workspace(waqtor::Transaction& tx, Workspace const& workspace) override;
    Result<Workspace> find_workspace(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<std::vector<Workspace>> workspaces(waqtor::Transaction& tx) override;

    Result<void> add(waqtor::Transaction& tx, UserRow const& user) override;
    Result<UserRow> find(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) override;
    Result<std::optional<UserRow>> find_by_email(waqtor::Transaction& tx, std::string_view email) override;
    Result<Page<UserRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) override;
    Result<void> save(waqtor::Transaction& tx, UserRow const& user) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) override;
    Result<std::int64_t> count_owners(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<bool> any_owner(waqtor::Transaction& tx) override;

    Result<void> add(waqtor::Transaction& tx, InvitationRow const& invitation) override;
    Result<std::optional<InvitationRow>> find_invitation(waqtor::Transaction& tx, Bytes const& token_hash) override;
    Result<Page<InvitationRow>> invitations(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) override;
    /// Code::gone when it was accepted or removed meanwhile.
    Result<void> accept_invitation(waqtor::Transaction& tx, WorkspaceId workspace, InvitationId invitation, Timestamp at) override;
    Result<void> remove_invitation(waqtor::Transaction& tx, WorkspaceId workspace, InvitationId invitation) override;

    Result<void> add(waqtor::Transaction& tx, OneTimeTokenRow const& token) override;
    Result<std::optional<OneTimeTokenRow>> find_one_time_token(waqtor::Transaction& tx, Bytes const& token_hash) override;
    /// Code::gone when it was used or removed meanwhile.
    Result<void> use_one_time_token(waqtor::Transaction& tx, Bytes const& token_hash, Timestamp at) override;
    Result<void> remove_one_time_tokens(waqtor::Transaction& tx, std::string_view purpose) override;
};

}   // namespace waqtor::sql
