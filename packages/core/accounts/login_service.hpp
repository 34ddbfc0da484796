#pragma once
#include "core/accounts/account_api.hpp"
#include "core/accounts/account_parts.hpp"
#include "core/accounts/caller.hpp"

namespace waqtor {

struct LoginPolicy {
    std::chrono::hours login_lasts{168};
    std::chrono::hours refresh_lasts{24 * 30};
    std::string fixed_key{};   // auth.api_key; empty: none
};

/// A login with what its client needs: the cookie's or bearer's token, shown this once.
struct StartedLogin {
    User user;
    LoginKind kind{};
    std::string token;
    std::string refresh_token;   // bearer only
    Timestamp expires_at{};
};

/// Logins by cookie and by token, and the proof of who a request is from.
class LoginService final : public Authenticator {
public:
    LoginService(AccountParts parts, LoginPolicy policy);

    /// Code::unauthenticated for a wrong password, an unknown or a switched-off user, all three in the same words and time.
    Task<StartedLogin> log_in(LogIn wish, Caller from);
    /// Starts a login without a password, right after registering.
    Task<StartedLogin> start(UserRow user, LoginKind kind, Caller from);
    /// A new pair of tokens. A refresh token that was used before ends the whole login: someone copied it.
    Task<Tokens> refresh(std::string refresh_token);
    Task<void> log_out(Caller who);
    Task<void> log_out_everywhere(Caller who);
    Task<std::vector<Login>> list(Caller who);
    Task<void> revoke(Caller who, LoginId login);
    /// Removes logins that ended more than 30 days ago; returns how many.
    Task<std::int64_t> purge();

    Task<Caller> authenticate(Credentials credentials) override;
    Task<Caller> recheck(Caller caller) override;

private:
    /// Who fits address and password; the same work for unknown people.
    Task<std::optional<UserRow>> prove(std::string email, Secret password);

    struct Remembered {
        Caller caller;
        std::uint64_t revision = 0;
        Timestamp until{};
    };

    Task<Caller> by_key(std::string key, Credentials from);
    Task<Caller> by_login(std::string token, LoginKind kind, Credentials from);
    Task<Caller> by_fixed_key(Credentials from);
    std::optional<Caller> remembered(Bytes const& hash, Credentials const& from);
    void remember(Bytes const& hash, Caller caller, std::uint64_t revision, std::optional<Timestamp> ends);
    Result<StartedLogin> add_login(Transaction& tx, UserRow user, LoginKind kind, Caller const& from);

    AccountParts parts_;
    LoginPolicy policy_;
    Bytes fixed_key_hash_;
    std::mutex mutex_;   // callers_ is asked from every network thread
    std::map<Bytes, Remembered> callers_;
};

}   // namespace waqtor
