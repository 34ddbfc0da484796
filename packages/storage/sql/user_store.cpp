#include "storage/sql/user_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kWorkspace = "SELECT " + columns<Workspace>() + " FROM workspace";
auto const kUser = "SELECT " + columns<UserRow>() + " FROM app_user";
auto const kInvitation = "SELECT " + columns<InvitationRow>() + " FROM invitation";
auto const kOneTimeToken = "SELECT " + columns<OneTimeTokenRow>() + " FROM one_time_token";
}   // namespace

Result<void> SqlUserStore::add_workspace(waqtor::Transaction& tx, Workspace const& workspace) {
    return of(tx).insert("workspace", workspace);
}

Result<Workspace> SqlUserStore::find_workspace(waqtor::Transaction& tx, WorkspaceId workspace) {
    return of(tx).one<Workspace>(kWorkspace + " WHERE id = $1", workspace);
}

Result<std::vector<Workspace>> SqlUserStore::workspaces(waqtor::Transaction& tx) {
    return of(tx).all<Workspace>(kWorkspace + " ORDER BY created_at, id");
}

Result<void> SqlUserStore::add(waqtor::Transaction& tx, UserRow const& user) { return of(tx).insert("app_user", user); }

Result<UserRow> SqlUserStore::find(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) {
    return of(tx).one<UserRow>(kUser + " WHERE workspace = $1 AND id = $2", workspace, user);
}

Result<std::optional<UserRow>> SqlUserStore::find_by_email(waqtor::Transaction& tx, std::string_view email) {
    return of(tx).maybe<UserRow>(kUser + " WHERE email = lower($1)", email);
}

Result<Page<UserRow>> SqlUserStore::list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) {
    TRY(auto const total, of(tx).one<std::int64_t>("SELECT count(*) FROM app_user WHERE workspace = $1", workspace));
    TRY(auto rows, of(tx).all<UserRow>(kUser + " WHERE workspace = $1 ORDER BY created_at, id LIMIT $2 OFFSET $3", workspace,
                                       page.limit, page.offset));
    return Page<UserRow>{std::move(rows), total, page.limit, page.offset};
}

Result<void> SqlUserStore::save(waqtor::Transaction& tx, UserRow const& user) {
    TRY(auto const changed, of(tx).exec(R"sql(
        UPDATE app_user SET email = $3, name = $4, role = $5, password_hash = $6, is_active = $7, created_at = $8, updated_at = $9,
               last_login_at = $10
         WHERE workspace = $1 AND id = $2)sql",
                                        user.workspace, user.id, user.email, user.name, user.role, user.password_hash,
                                        user.is_active, user.created_at, user.updated_at, user.last_login_at));
    if (changed == 0) return fail(Code::not_found, "There is no such user");
    return {};
}

Result<void> SqlUserStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) {
    TRY(auto const removed, of(tx).exec("DELETE FROM app_user WHERE workspace = $1 AND id = $2", workspace, user));
    if (removed == 0) return fail(Code::not_found, "There is no such user");
    return {};
}

Result<std::int64_t> SqlUserStore::count_owners(waqtor::Transaction& tx, WorkspaceId workspace) {
    return of(tx).one<std::int64_t>("SELECT count(*) FROM app_user WHERE workspace = $1 AND role = 'owner' AND is_active = 1",
                                    workspace);
}

Result<bool> SqlUserStore::any_owner(waqtor::Transaction& tx) {
    return of(tx).one<bool>("SELECT EXISTS (SELECT 1 FROM app_user WHERE role = 'owner')");
}

Result<void> SqlUserStore::add(waqtor::Transaction& tx, InvitationRow const& invitation) {
    return of(tx).insert("invitation", invitation);
}

Result<std::optional<InvitationRow>> SqlUserStore::find_invitation(waqtor::Transaction& tx, Bytes const& token_hash) {
    return of(tx).maybe<InvitationRow>(kInvitation + " WHERE token_hash = $1", token_hash);
}

Result<Page<InvitationRow>> SqlUserStore::invitations(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) {
    TRY(auto const total,
        of(tx).one<std::int64_t>("SELECT count(*) FROM invitation WHERE workspace = $1 AND accepted_at IS NULL", workspace));
    TRY(auto rows, of(tx).all<InvitationRow>(kInvitation + R"sql( WHERE workspace = $1 AND accepted_at IS NULL
         ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3)sql",
                                             workspace, page.limit, page.offset));
    return Page<InvitationRow>{std::move(rows), total, page.limit, page.offset};
}

Result<void> SqlUserStore::accept_invitation(waqtor::Transaction& tx, WorkspaceId workspace, InvitationId invitation,
                                             Timestamp at) {
    TRY(auto const changed,
        of(tx).exec("UPDATE invitation SET accepted_at = $3 WHERE workspace = $1 AND id = $2 AND accepted_at IS NULL", workspace,
                    invitation, at));
    if (changed == 0) return fail(Code::gone, "The invitation was accepted or withdrawn");
    return {};
}

Result<void> SqlUserStore::remove_invitation(waqtor::Transaction& tx, WorkspaceId workspace, InvitationId invitation) {
    TRY(auto const removed, of(tx).exec("DELETE FROM invitation WHERE workspace = $1 AND id = $2", workspace, invitation));
    if (removed == 0) return fail(Code::not_found, "There is no such invitation");
    return {};
}

Result<void> SqlUserStore::add(waqtor::Transaction& tx, OneTimeTokenRow const& token) {
    return of(tx).insert("one_time_token", token);
}

Result<std::optional<OneTimeTokenRow>> SqlUserStore::find_one_time_token(waqtor::Transaction& tx, Bytes const& token_hash) {
    return of(tx).maybe<OneTimeTokenRow>(kOneTimeToken + " WHERE token_hash = $1", token_hash);
}

Result<void> SqlUserStore::use_one_time_token(waqtor::Transaction& tx, Bytes const& token_hash, Timestamp at) {
    TRY(auto const changed,
        of(tx).exec("UPDATE one_time_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL", token_hash, at));
    if (changed == 0) return fail(Code::gone, "The link was used already");
    return {};
}

Result<void> SqlUserStore::remove_one_time_tokens(waqtor::Transaction& tx, std::string_view purpose) {
    TRY_OK(of(tx).exec("DELETE FROM one_time_token WHERE purpose = $1", purpose));
    return {};
}

}   // namespace waqtor::sql
