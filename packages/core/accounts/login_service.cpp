#include "core/accounts/login_service.hpp"

#include "core/accounts/account_events.hpp"
#include "core/trust/token.hpp"

#include <boost/algorithm/string/case_conv.hpp>

namespace waqtor {

LoginService::LoginService(AccountParts parts, LoginPolicy policy)
    : parts_{parts},
      policy_{std::move(policy)},
      fixed_key_hash_{policy_.fixed_key.empty() ? Bytes{} : token_hash(policy_.fixed_key)} {}

Task<StartedLogin> LoginService::log_in(LogIn wish, Caller from) {
    auto const email = boost::algorithm::to_lower_copy(wish.email);
    CO_TRY_OK(parts_.limiter.begin(email, from.address));
    auto proven = co_await prove(email, std::move(wish.password));
    if (!proven) {
        parts_.limiter.withdraw(email, from.address);
        co_return std::unexpected(std::move(proven.error()));
    }
    if (!*proven) co_return fail(Code::unauthenticated, "The e-mail address or the password is wrong");
    parts_.limiter.succeeded(email, from.address);
    co_return co_await start(*std::move(*proven), wish.kind.value_or(LoginKind::bearer), std::move(from));
}

Task<std::optional<UserRow>> LoginService::prove(std::string email, Secret password) {
    CO_TRY(auto user,
           co_await parts_.db.read([users = &parts_.users, email](Transaction& tx) { return users->find_by_email(tx, email); }));
    auto hash = user && user->is_active ? std::optional{user->password_hash} : std::nullopt;
    CO_TRY(auto const fits, co_await parts_.hasher.verify(std::move(hash), std::move(password)));
    co_return fits ? std::move(user) : std::nullopt;
}

Task<StartedLogin> LoginService::start(UserRow user, LoginKind kind, Caller from) {
    return parts_.db.write(
        [this, user = std::move(user), kind, from = std::move(from)](Transaction& tx) { return add_login(tx, user, kind, from); });
}

Result<StartedLogin> LoginService::add_login(Transaction& tx, UserRow user, LoginKind kind, Caller const& from) {
    auto const now = parts_.clock.now();
    StartedLogin out{.kind = kind, .token = make_token("wql_"), .expires_at = now + policy_.login_lasts};
    LoginRow row{.id = LoginId::make(now),
                 .workspace = user.workspace,
                 .user_id = user.id,
                 .kind = kind,
                 .token_hash = token_hash(out.token),
                 .created_at = now,
                 .last_seen_at = now,
                 .expires_at = out.expires_at,
                 .address = from.address,
                 .user_agent = from.user_agent.substr(0, 200)};
    if (kind == LoginKind::bearer) {
        out.refresh_token = make_token("wqr_");
        row.refresh_hash = token_hash(out.refresh_token);
        row.refresh_expires_at = now + policy_.refresh_lasts;
    }
    TRY(user, parts_.users.find(tx, user.workspace, user.id));   // it may have changed while the password was checked
    if (!user.is_active) return fail(Code::unauthenticated, "The e-mail address or the password is wrong");
    user.last_login_at = now;
    TRY_OK(parts_.users.save(tx, user));
    TRY_OK(parts_.logins.add(tx, row));
    TRY_OK(parts_.events.append(tx, user.workspace, LoginStarted{row.id, user.id, kind}));
    out.user = shown(user);
    return out;
}

Task<Tokens> LoginService::refresh(std::string refresh_token) {
    using Outcome = std::optional<Tokens>;   // nothing: refused, but what was written stays
    auto outcome = co_await parts_.db.write([this, refresh_token](Transaction& tx) -> Result<Outcome> {
        auto const hash = token_hash(refresh_token);
        auto const now = parts_.clock.now();
        TRY(auto login, parts_.logins.find_by_refresh(tx, hash));
        if (!login) {
            TRY(auto const stolen, parts_.logins.find_by_used_refresh(tx, hash));
            if (stolen && !stolen->revoked_at) {
                TRY_OK(parts_.logins.revoke(tx, stolen->workspace, stolen->id, now));
                TRY_OK(parts_.events.append(tx, stolen->workspace,
                                            LoginEnded{stolen->user_id, stolen->id, LoginEndReason::refresh_reused}));
            }
            return std::nullopt;
        }
        if (login->revoked_at || !login->refresh_expires_at || *login->refresh_expires_at <= now) return std::nullopt;
        Tokens out{make_token("wql_"), make_token("wqr_"), now + policy_.login_lasts};
        login->token_hash = token_hash(out.token);
        login->refresh_hash = token_hash(out.refresh_token);
        login->expires_at = out.expires_at;
        login->refresh_expires_at = now + policy_.refresh_lasts;
        login->last_seen_at = now;
        TRY_OK(parts_.logins.rotate(tx, *login, hash, now));
        return out;
    });
    ++parts_.revision;
    if (!outcome) co_return std::unexpected(std::move(outcome).error());
    if (!*outcome) co_return fail(Code::unauthenticated, "The refresh token is unknown, used or expired; log in again");
    co_return **std::move(outcome);
}

Task<void> LoginService::log_out(Caller who) {
    if (!who.login) co_return fail(Code::forbidden, "Only a login can log out; revoke an API key instead");
    co_return co_await revoke(who, *who.login);
}

Task<void> LoginService::log_out_everywhere(Caller who) {
    auto outcome = co_await parts_.db.write([this, who = std::move(who)](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.logins.revoke_all(tx, who.workspace, who.user, {}, parts_.clock.now()));
        TRY_OK(parts_.events.append(tx, who.workspace, LoginEnded{who.user, {}, LoginEndReason::logout}));
        return {};
    });
    ++parts_.revision;
    co_return outcome;
}

Task<std::vector<Login>> LoginService::list(Caller who) {
    return parts_.db.read([this, who = std::move(who)](Transaction& tx) -> Result<std::vector<Login>> {
        TRY(auto const rows, parts_.logins.list(tx, who.workspace, who.user, parts_.clock.now()));
        std::vector<Login> out;
        out.reserve(rows.size());
        for (auto const& row : rows)
            out.push_back({row.id, row.kind, who.login == row.id, row.created_at, row.last_seen_at,
                           std::max(row.expires_at, row.refresh_expires_at.value_or(row.expires_at)), row.address, row.user_agent});
        return out;
    });
}

Task<void> LoginService::revoke(Caller who, LoginId login) {
    auto outcome = co_await parts_.db.write([this, who = std::move(who), login](Transaction& tx) -> Result<void> {
        TRY(auto const row, parts_.logins.find(tx, who.workspace, login));
        if (row.user_id != who.user) return fail(Code::not_found, "There is no such login");
        if (row.revoked_at) return {};
        TRY_OK(parts_.logins.revoke(tx, who.workspace, login, parts_.clock.now()));
        auto const reason = who.login == login ? LoginEndReason::logout : LoginEndReason::revoked;
        TRY_OK(parts_.events.append(tx, who.workspace, LoginEnded{who.user, login, reason}));
        return {};
    });
    ++parts_.revision;
    co_return outcome;
}

Task<std::int64_t> LoginService::purge() {
    auto const before = parts_.clock.now() - std::chrono::hours{24 * 30};
    return parts_.db.write([logins = &parts_.logins, before](Transaction& tx) { return logins->purge(tx, before); });
}

}   // namespace waqtor
