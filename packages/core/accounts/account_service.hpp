#pragma once
#include "core/accounts/account_api.hpp"
#include "core/accounts/account_parts.hpp"
#include "core/accounts/caller.hpp"

namespace waqtor {

/// Workspaces and the people in them. Callers are passed by value; what they may do by scope is checked by the routes, what depends
/// on roles and persons is checked here.
class AccountService {
public:
    explicit AccountService(AccountParts parts) : parts_{parts} {}

    Task<bool> has_owner();
    /// While no owner exists: a fresh setup token, the older ones void. Nothing once there is one.
    Task<std::optional<std::string>> new_setup_token();
    /// Makes a person from a setup token (a new workspace and its owner) or an invitation. Code::forbidden without either,
    /// Code::conflict when the address is taken.
    Task<UserRow> register_user(Register wish);
    /// As with a setup token; for the command line, which needs none.
    Task<UserRow> create_owner(std::string email, Secret password, std::string name, std::string workspace_name);
    /// Sets a new password and ends every login. For the command line, when someone is locked out.
    Task<void> reset_password(std::string email, Secret password);

    Task<User> profile(Caller who);
    Task<User> update_profile(Caller who, UpdateProfile wish);
    /// Ends every other login of the person. Code::invalid when the current password is wrong.
    Task<void> change_password(Caller who, ChangePassword wish);

    Task<Page<User>> users(WorkspaceId workspace, PageRequest page);
    Task<User> user(WorkspaceId workspace, UserId user);
    Task<User> update_user(Caller who, UpdateUser wish);
    Task<void> remove_user(Caller who, UserId user);

    Task<Invitation> invite(Caller who, Invite wish);
    Task<Page<Invitation>> invitations(WorkspaceId workspace, PageRequest page);
    Task<void> remove_invitation(WorkspaceId workspace, InvitationId invitation);

    Task<WorkspaceSettings> settings(WorkspaceId workspace);
    Task<WorkspaceSettings> update_settings(Caller who, UpdateWorkspaceSettings wish);

private:
    Result<UserRow> add_owner(Transaction& tx, UserRow user, std::string workspace_name);
    Result<UserRow> accept_invitation(Transaction& tx, UserRow user, std::string const& token);
    Result<void> keep_an_owner(Transaction& tx, UserRow const& user);
    UserRow new_user(std::string email, std::string name, std::string password_hash) const;

    AccountParts parts_;
};

}   // namespace waqtor
