#include "core/accounts/account_service.hpp"

#include "core/accounts/account_events.hpp"
#include "core/trust/token.hpp"

#include <boost/algorithm/string/case_conv.hpp>

namespace waqtor {
namespace {
constexpr std::string_view kSetup = "setup";
constexpr auto kSetupLasts = std::chrono::hours{24};
constexpr auto kInvitationLasts = std::chrono::hours{24 * 7};

std::string lower(std::string const& email) { return boost::algorithm::to_lower_copy(email); }

Result<void> check_password(std::string const& field, Secret const& password, std::string const& email) {
    if (auto why = PasswordHasher::weakness(password.value, email)) return invalid(field, *why);
    return {};
}

Invitation shown(InvitationRow const& row) {
    return {row.id, row.email, row.role, row.invited_by, row.created_at, row.expires_at, {}};
}

/// Only an owner touches owners or makes one.
Result<void> may_give(Caller const& who, Role role) {
    if (role == Role::owner && who.role != Role::owner) return fail(Code::forbidden, "Only an owner may do this to an owner");
    return {};
}
}   // namespace

User shown(UserRow const& row) {
    return {row.id, row.email, row.name, row.role, row.is_active, row.created_at, row.updated_at, row.last_login_at};
}

Task<bool> AccountService::has_owner() {
    return parts_.db.read([users = &parts_.users](Transaction& tx) { return users->any_owner(tx); });
}

Task<std::optional<std::string>> AccountService::new_setup_token() {
    auto token = make_token("wqs_");
    co_return co_await parts_.db.write([this, token](Transaction& tx) -> Result<std::optional<std::string>> {
        TRY_OK(parts_.users.remove_one_time_tokens(tx, kSetup));
        TRY(auto const owned, parts_.users.any_owner(tx));
        if (owned) return std::nullopt;
        TRY_OK(parts_.users.add(tx, OneTimeTokenRow{token_hash(token), std::string{kSetup}, parts_.clock.now() + kSetupLasts, {}}));
        return token;
    });
}

UserRow AccountService::new_user(std::string email, std::string name, std::string password_hash) const {
    auto const now = parts_.clock.now();
    return {.id = UserId::make(now),
            .workspace = {},
            .email = lower(email),
            .name = std::move(name),
            .password_hash = std::move(password_hash),
            .created_at = now,
            .updated_at = now};
}

Task<UserRow> AccountService::register_user(Register wish) {
    // Before anything else, so that strangers cannot make the server hash passwords.
    CO_TRY_OK(co_await parts_.db.read([this, wish](Transaction& tx) -> Result<void> {
        if (wish.invitation_token) {
            TRY_OK(find_invitation(tx, lower(wish.email), *wish.invitation_token));
            return {};
        }
        return check_setup_token(tx, wish.setup_token);
    }));
    CO_TRY_OK(check_password("password", wish.password, lower(wish.email)));
    CO_TRY(auto hash, co_await parts_.hasher.hash(wish.password));
    auto user = new_user(wish.email, wish.name.value_or(""), std::move(hash));
    co_return co_await parts_.db.write([this, wish = std::move(wish), user = std::move(user)](Transaction& tx) -> Result<UserRow> {
        if (wish.invitation_token) return accept_invitation(tx, user, *wish.invitation_token);
        TRY_OK(check_setup_token(tx, wish.setup_token));
        TRY_OK(parts_.users.use_one_time_token(tx, token_hash(*wish.setup_token), parts_.clock.now()));
        return add_owner(tx, user, wish.workspace_name.value_or("WaQtor"));
    });
}

Result<void> AccountService::check_setup_token(Transaction& tx, std::optional<std::string> const& token) {
    if (!token)
        return fail(Code::forbidden,
                    "Registering needs a setupToken (the server prints one at its first start) or an invitationToken");
    TRY(auto const found, parts_.users.find_one_time_token(tx, token_hash(*token)));
    if (!found || found->used_at || found->expires_at <= parts_.clock.now() || found->purpose != kSetup)
        return fail(Code::forbidden, "The setup token is unknown, used or expired; restart the server for a new one");
    return {};
}

Result<InvitationRow> AccountService::find_invitation(Transaction& tx, std::string const& email, std::string const& token) {
    TRY(auto const invitation, parts_.users.find_invitation(tx, token_hash(token)));
    if (!invitation || invitation->accepted_at || invitation->expires_at <= parts_.clock.now())
        return fail(Code::forbidden, "The invitation is unknown, used or expired");
    if (invitation->email != email) return fail(Code::forbidden, "The invitation is for another e-mail address");
    if (invitation->invited_by == UserId{}) return *invitation;   // by the operator's fixed key
    auto const host = parts_.users.find(tx, invitation->workspace, invitation->invited_by);
    if (!host && host.error().code != Code::not_found) return std::unexpected(host.error());
    if (!host || !host->is_active || !scopes_of(host->role).has(Scope::users_write) ||
        !may_give({.role = host->role}, invitation->role))
        return fail(Code::forbidden, "Who sent the invitation may not invite any more");
    return *invitation;
}

Task<UserRow> AccountService::create_owner(std::string email, Secret password, std::string name, std::string workspace_name) {
    CO_TRY_OK(check_password("password", password, lower(email)));
    CO_TRY(auto hash, co_await parts_.hasher.hash(std::move(password)));
    auto user = new_user(std::move(email), std::move(name), std::move(hash));
    co_return co_await parts_.db.write([this, user = std::move(user), workspace_name = std::move(workspace_name)](Transaction& tx) {
        return add_owner(tx, user, workspace_name);
    });
}

Result<UserRow> AccountService::add_owner(Transaction& tx, UserRow user, std::string workspace_name) {
    user.workspace = WorkspaceId::make(user.created_at);
    user.role = Role::owner;
    TRY_OK(parts_.users.add_workspace(tx, {user.workspace, std::move(workspace_name), user.created_at}));
    TRY_OK(parts_.users.add(tx, user));
    TRY_OK(parts_.events.append(tx, user.workspace, WorkspaceCreated{user.id}));
    TRY_OK(parts_.events.append(tx, user.workspace, UserCreated{user.id, user.role}));
    return user;
}

Result<UserRow> AccountService::accept_invitation(Transaction& tx, UserRow user, std::string const& token) {
    TRY(auto const invitation, find_invitation(tx, user.email, token));
    user.workspace = invitation.workspace;
    user.role = invitation.role;
    TRY_OK(parts_.users.accept_invitation(tx, user.workspace, invitation.id, user.created_at));
    TRY_OK(parts_.users.add(tx, user));
    TRY_OK(parts_.events.append(tx, user.workspace, UserCreated{user.id, user.role}));
    return user;
}

Task<void> AccountService::reset_password(std::string email, Secret password) {
    CO_TRY_OK(check_password("password", password, lower(email)));
    CO_TRY(auto hash, co_await parts_.hasher.hash(std::move(password)));
    auto outcome = co_await parts_.db.write([this, email = lower(email), hash = std::move(hash)](Transaction& tx) -> Result<void> {
        TRY(auto user, parts_.users.find_by_email(tx, email));
        if (!user) return fail(Code::not_found, "There is no user " + email);
        user->password_hash = hash;
        user->updated_at = parts_.clock.now();
        TRY_OK(parts_.users.save(tx, *user));
        TRY_OK(parts_.logins.revoke_all(tx, user->workspace, user->id, {}, user->updated_at));
        TRY_OK(parts_.events.append(tx, user->workspace, LoginEnded{user->id, {}, LoginEndReason::password_changed}));
        return {};
    });
    ++parts_.revision;   // after the commit: who asks in between is not remembered for longer
    co_return outcome;
}

Task<User> AccountService::profile(Caller who) { return user(who.workspace, who.user); }

Task<User> AccountService::user(WorkspaceId workspace, UserId user) {
    return parts_.db.read([this, workspace, user](Transaction& tx) -> Result<User> {
        TRY(auto const row, parts_.users.find(tx, workspace, user));
        return shown(row);
    });
}

Task<User> AccountService::update_profile(Caller who, UpdateProfile wish) {
    return parts_.db.write([this, who = std::move(who), wish = std::move(wish)](Transaction& tx) -> Result<User> {
        TRY(auto row, parts_.users.find(tx, who.workspace, who.user));
        UserUpdated event{row.id, row.role, row.is_active, {}};
        if (wish.name && *wish.name != row.name) event.changed.push_back("name"), row.name = *wish.name;
        if (wish.email && lower(*wish.email) != row.email) event.changed.push_back("email"), row.email = lower(*wish.email);
        if (event.changed.empty()) return shown(row);
        row.updated_at = parts_.clock.now();
        TRY_OK(parts_.users.save(tx, row));
        TRY_OK(parts_.events.append(tx, who.workspace, event));
        return shown(row);
    });
}

Task<void> AccountService::change_password(Caller who, ChangePassword wish) {
    CO_TRY(auto const row, co_await parts_.db.read(
                               [users = &parts_.users, who](Transaction& tx) { return users->find(tx, who.workspace, who.user); }));
    auto const account = "user " + who.user.text();
    CO_TRY_OK(parts_.limiter.begin(account, who.address));
    auto const fits = co_await parts_.hasher.verify(row.password_hash, wish.current_password);
    if (!fits) {
        parts_.limiter.withdraw(account, who.address);
        co_return std::unexpected(fits.error());
    }
    if (!*fits) co_return fail(Code::forbidden, "The current password is wrong");
    parts_.limiter.succeeded(account, who.address);
    CO_TRY_OK(check_password("newPassword", wish.new_password, row.email));
    CO_TRY(auto hash, co_await parts_.hasher.hash(std::move(wish.new_password)));
    auto outcome = co_await parts_.db.write([this, who = std::move(who), hash = std::move(hash)](Transaction& tx) -> Result<void> {
        TRY(auto user, parts_.users.find(tx, who.workspace, who.user));
        user.password_hash = hash;
        user.updated_at = parts_.clock.now();
        TRY_OK(parts_.users.save(tx, user));
        TRY_OK(parts_.logins.revoke_all(tx, who.workspace, who.user, who.login, user.updated_at));
        TRY_OK(parts_.events.append(tx, who.workspace, UserUpdated{user.id, user.role, user.is_active, {"password"}}));
        return {};
    });
    ++parts_.revision;   // after the commit: who asks in between is not remembered for longer
    co_return outcome;
}

Task<Page<User>> AccountService::users(WorkspaceId workspace, PageRequest page) {
    return parts_.db.read([this, workspace, page](Transaction& tx) -> Result<Page<User>> {
        TRY(auto rows, parts_.users.list(tx, workspace, page));
        return map_page(std::move(rows), [](auto const& row) { return shown(row); });
    });
}

Result<void> AccountService::keep_an_owner(Transaction& tx, UserRow const& user) {
    if (user.role != Role::owner || !user.is_active) return {};
    TRY(auto const owners, parts_.users.count_owners(tx, user.workspace));
    if (owners <= 1) return fail(Code::conflict, "The workspace's last owner cannot be removed, switched off or made less");
    return {};
}

Task<User> AccountService::update_user(Caller who, UpdateUser wish) {
    auto outcome = co_await parts_.db.write([this, who = std::move(who), wish = std::move(wish)](Transaction& tx) -> Result<User> {
        TRY(auto row, parts_.users.find(tx, who.workspace, wish.id));
        TRY_OK(may_give(who, row.role));
        TRY_OK(may_give(who, wish.role.value_or(row.role)));
        auto const role = wish.role.value_or(row.role);
        auto const active = wish.is_active.value_or(row.is_active);
        if (role != Role::owner || !active) TRY_OK(keep_an_owner(tx, row));
        UserUpdated event{row.id, role, active, {}};
        if (wish.name && *wish.name != row.name) event.changed.push_back("name"), row.name = *wish.name;
        if (role != row.role) event.changed.push_back("role"), row.role = role;
        if (active != row.is_active) event.changed.push_back("isActive"), row.is_active = active;
        if (event.changed.empty()) return shown(row);
        row.updated_at = parts_.clock.now();
        TRY_OK(parts_.users.save(tx, row));
        if (!active) TRY_OK(parts_.logins.revoke_all(tx, who.workspace, row.id, {}, row.updated_at));
        TRY_OK(parts_.events.append(tx, who.workspace, event));
        return shown(row);
    });
    ++parts_.revision;   // after the commit: who asks in between is not remembered for longer
    co_return outcome;
}

Task<void> AccountService::remove_user(Caller who, UserId user) {
    auto outcome = co_await parts_.db.write([this, who = std::move(who), user](Transaction& tx) -> Result<void> {
        TRY(auto const row, parts_.users.find(tx, who.workspace, user));
        TRY_OK(may_give(who, row.role));
        TRY_OK(keep_an_owner(tx, row));
        TRY_OK(parts_.users.remove(tx, who.workspace, user));
        TRY_OK(parts_.events.append(tx, who.workspace, UserRemoved{user}));
        return {};
    });
    ++parts_.revision;   // after the commit: who asks in between is not remembered for longer
    co_return outcome;
}

Task<Invitation> AccountService::invite(Caller who, Invite wish) {
    CO_TRY_OK(may_give(who, wish.role));
    auto token = make_token("wqi_");
    auto const now = parts_.clock.now();
    auto const row = InvitationRow{InvitationId::make(now),
                                   who.workspace,
                                   lower(wish.email),
                                   wish.role,
                                   token_hash(token),
                                   who.user,
                                   now,
                                   now + kInvitationLasts,
                                   {}};
    CO_TRY_OK(co_await parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY(auto const known, parts_.users.find_by_email(tx, row.email));
        if (known) return fail(Code::conflict, "A user with this e-mail address exists already");
        TRY_OK(parts_.users.add(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, InvitationCreated{row.id, row.role}));
        return {};
    }));
    auto out = shown(row);
    out.token = std::move(token);
    co_return out;
}

Task<Page<Invitation>> AccountService::invitations(WorkspaceId workspace, PageRequest page) {
    return parts_.db.read([this, workspace, page](Transaction& tx) -> Result<Page<Invitation>> {
        TRY(auto rows, parts_.users.invitations(tx, workspace, page));
        return map_page(std::move(rows), [](auto const& row) { return shown(row); });
    });
}

Task<void> AccountService::remove_invitation(WorkspaceId workspace, InvitationId invitation) {
    return parts_.db.write([this, workspace, invitation](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.users.remove_invitation(tx, workspace, invitation));
        TRY_OK(parts_.events.append(tx, workspace, InvitationRemoved{invitation}));
        return {};
    });
}

}   // namespace waqtor
