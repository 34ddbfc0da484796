#pragma once
#include "core/accounts/account_api.hpp"
#include "core/base/database.hpp"
#include "core/base/page.hpp"

// The seams of the accounts feature. Every method works inside the caller's transaction. "find" answers Code::not_found when
// there is none in that workspace. Look-ups by a token's hash have no workspace: the token is what names it.

namespace waqtor {

class UserStore {
public:
    virtual ~UserStore() = default;

    virtual Result<void> add_workspace(Transaction& tx, Workspace const& workspace) = 0;
    virtual Result<Workspace> find_workspace(Transaction& tx, WorkspaceId workspace) = 0;
    virtual Result<std::vector<Workspace>> workspaces(Transaction& tx) = 0;

    /// Code::conflict when the e-mail address is taken.
    virtual Result<void> add(Transaction& tx, UserRow const& user) = 0;
    virtual Result<UserRow> find(Transaction& tx, WorkspaceId workspace, UserId user) = 0;
    virtual Result<std::optional<UserRow>> find_by_email(Transaction& tx, std::string_view email) = 0;
    /// By creation, oldest first.
    virtual Result<Page<UserRow>> list(Transaction& tx, WorkspaceId workspace, PageRequest page) = 0;
    /// Writes every column of the row. Code::conflict when the e-mail address is taken, Code::not_found when the row is gone.
    virtual Result<void> save(Transaction& tx, UserRow const& user) = 0;
    /// Also removes the user's logins.
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, UserId user) = 0;
    /// Active owners of the workspace; the last one may not leave.
    virtual Result<std::int64_t> count_owners(Transaction& tx, WorkspaceId workspace) = 0;
    /// True when any workspace has an owner.
    virtual Result<bool> any_owner(Transaction& tx) = 0;

    virtual Result<void> add(Transaction& tx, InvitationRow const& invitation) = 0;
    virtual Result<std::optional<InvitationRow>> find_invitation(Transaction& tx, Bytes const& token_hash) = 0;
    /// Not yet accepted, newest first.
    virtual Result<Page<InvitationRow>> invitations(Transaction& tx, WorkspaceId workspace, PageRequest page) = 0;
    virtual Result<void> accept_invitation(Transaction& tx, WorkspaceId workspace, InvitationId invitation, Timestamp at) = 0;
    virtual Result<void> remove_invitation(Transaction& tx, WorkspaceId workspace, InvitationId invitation) = 0;

    virtual Result<void> add(Transaction& tx, OneTimeTokenRow const& token) = 0;
    virtual Result<std::optional<OneTimeTokenRow>> find_one_time_token(Transaction& tx, Bytes const& token_hash) = 0;
    virtual Result<void> use_one_time_token(Transaction& tx, Bytes const& token_hash, Timestamp at) = 0;
    /// Removes all of one purpose, used or not.
    virtual Result<void> remove_one_time_tokens(Transaction& tx, std::string_view purpose) = 0;
};

class LoginStore {
public:
    virtual ~LoginStore() = default;

    virtual Result<void> add(Transaction& tx, LoginRow const& login) = 0;
    virtual Result<std::optional<LoginRow>> find_by_token(Transaction& tx, Bytes const& token_hash) = 0;
    virtual Result<std::optional<LoginRow>> find_by_refresh(Transaction& tx, Bytes const& refresh_hash) = 0;
    /// The login a refresh token belonged to before it was replaced.
    virtual Result<std::optional<LoginRow>> find_by_used_refresh(Transaction& tx, Bytes const& refresh_hash) = 0;
    virtual Result<LoginRow> find(Transaction& tx, WorkspaceId workspace, LoginId login) = 0;
    /// Not revoked, and at `now` not past both expires_at and refresh_expires_at. Newest first.
    virtual Result<std::vector<LoginRow>> list(Transaction& tx, WorkspaceId workspace, UserId user, Timestamp now) = 0;
    /// Replaces both tokens and remembers the old refresh token as used. `login` carries the new hashes and expiries.
    virtual Result<void> rotate(Transaction& tx, LoginRow const& login, Bytes const& old_refresh_hash, Timestamp at) = 0;
    virtual Result<void> touch(Transaction& tx, WorkspaceId workspace, LoginId login, Timestamp at) = 0;
    /// Idempotent.
    virtual Result<void> revoke(Transaction& tx, WorkspaceId workspace, LoginId login, Timestamp at) = 0;
    /// Every login of the user but `except`.
    virtual Result<void> revoke_all(Transaction& tx, WorkspaceId workspace, UserId user, std::optional<LoginId> except,
                                    Timestamp at) = 0;
    /// Removes logins that ended before `before`, with their used refresh tokens. Returns how many.
    virtual Result<std::int64_t> purge(Transaction& tx, Timestamp before) = 0;
};

class KeyStore {
public:
    virtual ~KeyStore() = default;

    virtual Result<void> add(Transaction& tx, KeyRow const& key) = 0;
    virtual Result<std::optional<KeyRow>> find_by_hash(Transaction& tx, Bytes const& key_hash) = 0;
    virtual Result<KeyRow> find(Transaction& tx, WorkspaceId workspace, KeyId key) = 0;
    /// As they are shown; newest first, revoked ones too.
    virtual Result<Page<Key>> list(Transaction& tx, WorkspaceId workspace, PageRequest page) = 0;
    virtual Result<void> touch(Transaction& tx, WorkspaceId workspace, KeyId key, Timestamp at) = 0;
    /// Code::not_found when there is none; a second time changes nothing.
    virtual Result<void> revoke(Transaction& tx, WorkspaceId workspace, KeyId key, Timestamp at) = 0;
};

class WorkspaceSettingStore {
public:
    virtual ~WorkspaceSettingStore() = default;

    virtual Result<std::vector<WorkspaceSettingRow>> list(Transaction& tx, WorkspaceId workspace) = 0;
    virtual Result<void> put(Transaction& tx, WorkspaceSettingRow const& setting) = 0;
    /// Back to the default. Idempotent.
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, std::string_view name) = 0;
};

}   // namespace waqtor
