#include "server/routes/user_routes.hpp"

namespace waqtor {

struct WhichUser {
    UserId id;
};
BOOST_DESCRIBE_STRUCT(WhichUser, (), (id))
template <> inline constexpr std::array kFields<WhichUser>{Field{"id", "The person"}};

struct WhichInvitation {
    InvitationId id;
};
BOOST_DESCRIBE_STRUCT(WhichInvitation, (), (id))
template <> inline constexpr std::array kFields<WhichInvitation>{Field{"id", "The invitation"}};

void declare_user_routes(Router& api, AccountService& accounts) {
    api.get<ListRequest, Page<User>>(
        "/api/users", {.id = "users.list", .summary = "List the workspace's people", .tag = "Users", .scope = Scope::users_read},
        [&](Caller who, ListRequest wish) { return accounts.users(who.workspace, page_of(wish)); });
    api.get<WhichUser, User>(
        "/api/users/{id}",
        {.id = "users.get", .summary = "Read one person", .tag = "Users", .scope = Scope::users_read, .errors = {Code::not_found}},
        [&](Caller who, WhichUser which) { return accounts.user(who.workspace, which.id); });
    api.put<UpdateUser, User>("/api/users/{id}",
                              {.id = "users.update",
                               .summary = "Change a person's name or role, or switch them off or on",
                               .tag = "Users",
                               .scope = Scope::users_write,
                               .errors = {Code::not_found, Code::conflict}},
                              [&](Caller who, UpdateUser wish) { return accounts.update_user(std::move(who), std::move(wish)); });
    api.del<WhichUser, Nothing>("/api/users/{id}",
                                {.id = "users.remove",
                                 .summary = "Remove a person; their logins end and the keys they made stop working",
                                 .tag = "Users",
                                 .scope = Scope::users_write,
                                 .errors = {Code::not_found, Code::conflict}},
                                [&](Caller who, WhichUser which) -> Task<Nothing> {
                                    CO_TRY_OK(co_await accounts.remove_user(std::move(who), which.id));
                                    co_return Nothing{};
                                });

    api.post<Invite, Invitation>("/api/invitations",
                                 {.id = "invitations.create",
                                  .summary = "Invite a person; the token to pass on is shown once",
                                  .tag = "Users",
                                  .scope = Scope::users_write,
                                  .success = 201,
                                  .errors = {Code::conflict}},
                                 [&](Caller who, Invite wish) { return accounts.invite(std::move(who), std::move(wish)); });
    api.get<ListRequest, Page<Invitation>>(
        "/api/invitations",
        {.id = "invitations.list", .summary = "List invitations not yet accepted", .tag = "Users", .scope = Scope::users_read},
        [&](Caller who, ListRequest wish) { return accounts.invitations(who.workspace, page_of(wish)); });
    api.del<WhichInvitation, Nothing>("/api/invitations/{id}",
                                      {.id = "invitations.remove",
                                       .summary = "Take an invitation back",
                                       .tag = "Users",
                                       .scope = Scope::users_write,
                                       .errors = {Code::not_found}},
                                      [&](Caller who, WhichInvitation which) -> Task<Nothing> {
                                          CO_TRY_OK(co_await accounts.remove_invitation(who.workspace, which.id));
                                          co_return Nothing{};
                                      });

    api.get<Nothing, WorkspaceSettings>(
        "/api/settings",
        {.id = "settings.get", .summary = "Read the workspace's settings", .tag = "Settings", .scope = Scope::settings_read},
        [&](Caller who, Nothing) { return accounts.settings(who.workspace); });
    api.put<UpdateWorkspaceSettings, WorkspaceSettings>(
        "/api/settings",
        {.id = "settings.update", .summary = "Change the workspace's settings", .tag = "Settings", .scope = Scope::settings_write},
        [&](Caller who, UpdateWorkspaceSettings wish) { return accounts.update_settings(std::move(who), std::move(wish)); });
}

}   // namespace waqtor
