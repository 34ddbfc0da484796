#include "server/routes/auth_routes.hpp"

namespace waqtor {

/// 2.3 answers the person under `user`, sometimes beside `data` and sometimes in it: here always both.
struct OneUser {
    User user;
};
BOOST_DESCRIBE_STRUCT(OneUser, (), (user))
template <> inline constexpr std::array kFields<OneUser>{Field{"user", "The person"}};

struct Said {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(Said, (), (message))
template <> inline constexpr std::array kFields<Said>{Field{"message", "What was done"}};

struct WhichLogin {
    LoginId id;
};
BOOST_DESCRIBE_STRUCT(WhichLogin, (), (id))
template <> inline constexpr std::array kFields<WhichLogin>{Field{"id", "The login"}};

namespace {
constexpr auto kTag = "Login";

Result<void> need_login(Caller const& who) {
    if (!who.login) return fail(Code::forbidden, "This needs a person's login; an API key cannot do it");
    return {};
}

Reply<LoggedIn> answer(StartedLogin login, Caller const& who) {
    Reply<LoggedIn> out{{std::move(login.user), {}, {}, login.expires_at}};
    if (login.kind == LoginKind::cookie) {
        auto const lasts = std::chrono::ceil<std::chrono::seconds>(login.expires_at - std::chrono::system_clock::now());
        out.headers.push_back(login_cookie(login.token, who.secure, lasts));
    } else {
        out.value.token = std::move(login.token);
        out.value.refresh_token = std::move(login.refresh_token);
    }
    return out;
}

Reply<Merged<Said>> said(std::string message) { return {{{std::move(message)}}}; }

void declare_login_routes(Router& api, AccountService& accounts, LoginService& logins) {
    api.post<Register, LoggedIn>(
        "/api/auth/register",
        {.id = "auth.register",
         .summary = "Create a person",
         .description = "With the setup token of a new server (makes a workspace and its owner) or an invitation.",
         .tag = kTag,
         .access = Access::open,
         .success = 201,
         .errors = {Code::forbidden, Code::conflict}},
        [&](Caller who, Register wish) -> Task<Reply<LoggedIn>> {
            CO_TRY(auto user, co_await accounts.register_user(std::move(wish)));
            CO_TRY(auto login, co_await logins.start(std::move(user), LoginKind::bearer, who));
            co_return answer(std::move(login), who);
        });
    api.post<LogIn, LoggedIn>("/api/auth/login",
                              {.id = "auth.login",
                               .summary = "Log in",
                               .description = "Answers a token and a refresh token, or with kind=cookie sets the login cookie.",
                               .tag = kTag,
                               .access = Access::open,
                               .errors = {Code::unauthenticated, Code::rate_limited}},
                              [&](Caller who, LogIn wish) -> Task<Reply<LoggedIn>> {
                                  CO_TRY(auto login, co_await logins.log_in(std::move(wish), who));
                                  co_return answer(std::move(login), who);
                              });
    api.post<Refresh, Tokens>("/api/auth/refresh",
                              {.id = "auth.refresh",
                               .summary = "Exchange a refresh token for a new pair",
                               .description = "A refresh token works once. Using one again ends the login: somebody copied it.",
                               .tag = kTag,
                               .access = Access::open,
                               .errors = {Code::unauthenticated}},
                              [&](Caller, Refresh wish) { return logins.refresh(std::move(wish.refresh_token)); });
    api.post<Nothing, Merged<Said>>("/api/auth/logout",
                                    {.id = "auth.logout", .summary = "End this login", .tag = kTag, .errors = {Code::forbidden}},
                                    [&](Caller who, Nothing) -> Task<Reply<Merged<Said>>> {
                                        CO_TRY_OK(co_await logins.log_out(who));
                                        auto out = said("Logged out");
                                        if (who.proof == Proof::cookie) out.headers.push_back(forget_login_cookie(who.secure));
                                        co_return out;
                                    });
    api.post<Nothing, Merged<Said>>(
        "/api/auth/logout-all",
        {.id = "auth.logoutAll", .summary = "End every login of this person", .tag = kTag, .errors = {Code::forbidden}},
        [&](Caller who, Nothing) -> Task<Reply<Merged<Said>>> {
            CO_TRY_OK(need_login(who));
            CO_TRY_OK(co_await logins.log_out_everywhere(who));
            auto out = said("Logged out everywhere");
            if (who.proof == Proof::cookie) out.headers.push_back(forget_login_cookie(who.secure));
            co_return out;
        });
    api.get<Nothing, std::vector<Login>>(
        "/api/auth/logins", {.id = "auth.logins", .summary = "List this person's logins", .tag = kTag, .errors = {Code::forbidden}},
        [&](Caller who, Nothing) -> Task<std::vector<Login>> {
            CO_TRY_OK(need_login(who));
            co_return co_await logins.list(std::move(who));
        });
    api.del<WhichLogin, Nothing>("/api/auth/logins/{id}",
                                 {.id = "auth.revokeLogin",
                                  .summary = "End one of this person's logins",
                                  .tag = kTag,
                                  .errors = {Code::forbidden, Code::not_found}},
                                 [&](Caller who, WhichLogin which) -> Task<Nothing> {
                                     CO_TRY_OK(need_login(who));
                                     CO_TRY_OK(co_await logins.revoke(std::move(who), which.id));
                                     co_return Nothing{};
                                 });
}

void declare_profile_routes(Router& api, AccountService& accounts) {
    auto const read = [&](Caller who, Nothing) -> Task<DataAnd<OneUser, OneUser>> {
        CO_TRY_OK(need_login(who));
        CO_TRY(auto const user, co_await accounts.profile(std::move(who)));
        co_return DataAnd<OneUser, OneUser>{{user}, {user}};
    };
    using Both = DataAnd<OneUser, OneUser>;
    api.get<Nothing, Both>("/api/auth/me",
                           {.id = "auth.me", .summary = "Who this login is", .tag = kTag, .errors = {Code::forbidden}}, read);
    api.get<Nothing, Both>("/api/auth/verify",
                           {.id = "auth.verify", .summary = "Check a token", .tag = kTag, .errors = {Code::forbidden}}, read);
    api.get<Nothing, Both>("/api/auth/profile",
                           {.id = "auth.profile", .summary = "Read one's profile", .tag = kTag, .errors = {Code::forbidden}}, read);
    api.put<UpdateProfile, OneUser>("/api/auth/profile",
                                    {.id = "auth.updateProfile",
                                     .summary = "Change one's name or e-mail address",
                                     .tag = kTag,
                                     .errors = {Code::forbidden, Code::conflict}},
                                    [&](Caller who, UpdateProfile wish) -> Task<OneUser> {
                                        CO_TRY_OK(need_login(who));
                                        CO_TRY(auto user, co_await accounts.update_profile(std::move(who), std::move(wish)));
                                        co_return OneUser{std::move(user)};
                                    });
    api.put<ChangePassword, Merged<Said>>("/api/auth/password",
                                          {.id = "auth.changePassword",
                                           .summary = "Change one's password",
                                           .description = "Ends every other login of the person.",
                                           .tag = kTag,
                                           .errors = {Code::forbidden}},
                                          [&](Caller who, ChangePassword wish) -> Task<Merged<Said>> {
                                              CO_TRY_OK(need_login(who));
                                              CO_TRY_OK(co_await accounts.change_password(std::move(who), std::move(wish)));
                                              co_return Merged<Said>{{"Password changed"}};
                                          });
}
}   // namespace

void declare_auth_routes(Router& api, AccountService& accounts, LoginService& logins) {
    declare_login_routes(api, accounts, logins);
    declare_profile_routes(api, accounts);
}

}   // namespace waqtor
