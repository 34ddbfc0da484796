#include "core/accounts/key_service.hpp"
#include "core/accounts/login_service.hpp"
#include "core/base/cidr.hpp"
#include "core/trust/token.hpp"

namespace waqtor {
namespace {
constexpr auto kTouchEvery = std::chrono::minutes{1};    // "last used" is to the minute
constexpr auto kRememberFor = std::chrono::seconds{5};   // another process on the same database may revoke meanwhile
constexpr std::size_t kMostRemembered = 10'000;

Result<void> check_address(std::vector<std::string> const& cidrs, std::string const& address) {
    if (cidrs.empty() || any_contains(cidrs, address)) return {};
    return fail(Code::forbidden, "This API key may not be used from this address");
}

void came_from(Caller& caller, Credentials const& from) {
    caller.address = from.address;
    caller.user_agent = from.user_agent;
    caller.secure = from.secure;
}

Caller caller_of(KeyRow const& row, UserRow const& maker) {
    Caller caller{.proof = Proof::key, .workspace = row.workspace, .user = row.created_by, .role = maker.role, .key = row.id};
    // A key never outlives its maker's rights.
    auto const makers = scopes_of(maker.role);
    for (auto const scope : row.scopes)
        if (makers.has(scope)) caller.scopes.add(scope);
    caller.sessions = row.sessions;
    return caller;
}

Caller caller_of(LoginRow const& login, UserRow const& user) {
    return {.proof = login.kind == LoginKind::cookie ? Proof::cookie : Proof::bearer,
            .workspace = user.workspace,
            .user = user.id,
            .role = user.role,
            .scopes = scopes_of(user.role),
            .login = login.id};
}
}   // namespace

Task<Caller> LoginService::authenticate(Credentials credentials) {
    auto key = !credentials.key.empty()                 ? credentials.key
               : credentials.bearer.starts_with("wqk_") ? credentials.bearer
                                                        : std::string{};
    if (!key.empty()) co_return co_await by_key(std::move(key), std::move(credentials));
    if (!credentials.bearer.empty()) {
        auto token = credentials.bearer;
        co_return co_await by_login(std::move(token), LoginKind::bearer, std::move(credentials));
    }
    if (!credentials.cookie.empty()) {
        auto token = credentials.cookie;
        co_return co_await by_login(std::move(token), LoginKind::cookie, std::move(credentials));
    }
    Caller nobody;
    came_from(nobody, credentials);
    co_return nobody;
}

std::optional<Caller> LoginService::remembered(Bytes const& hash, Credentials const& from) {
    auto lock = std::lock_guard{mutex_};
    auto const found = callers_.find(hash);
    if (found == callers_.end()) return std::nullopt;
    if (found->second.revision != parts_.revision || found->second.until <= parts_.clock.now() ||
        found->second.caller.address != from.address) {
        callers_.erase(found);
        return std::nullopt;
    }
    auto caller = found->second.caller;
    came_from(caller, from);
    return caller;
}

void LoginService::remember(Bytes const& hash, Caller caller, std::uint64_t revision, std::optional<Timestamp> ends) {
    auto lock = std::lock_guard{mutex_};
    if (callers_.size() >= kMostRemembered) callers_.clear();
    auto const until = parts_.clock.now() + kRememberFor;
    callers_.insert_or_assign(hash, Remembered{std::move(caller), revision, ends ? std::min(*ends, until) : until});
}

Task<Caller> LoginService::by_key(std::string key, Credentials from) {
    auto const hash = token_hash(key);
    if (!fixed_key_hash_.empty() && hash == fixed_key_hash_) co_return co_await by_fixed_key(std::move(from));
    if (auto caller = remembered(hash, from)) co_return *std::move(caller);
    auto const revision = parts_.revision.load();
    struct Found {
        KeyRow key;
        UserRow maker;
    };
    CO_TRY(auto found, co_await parts_.db.read([this, hash](Transaction& tx) -> Result<std::optional<Found>> {
        TRY(auto row, parts_.keys.find_by_hash(tx, hash));
        if (!row) return std::nullopt;
        auto maker = parts_.users.find(tx, row->workspace, row->created_by);
        if (!maker && maker.error().code == Code::not_found) return std::nullopt;   // a key goes with its maker
        if (!maker) return std::unexpected(std::move(maker).error());
        return Found{*std::move(row), *std::move(maker)};
    }));
    auto const now = parts_.clock.now();
    if (!found || found->key.revoked_at || (found->key.expires_at && *found->key.expires_at <= now) || !found->maker.is_active)
        co_return fail(Code::unauthenticated, "The API key is unknown, revoked or expired");
    auto const& row = found->key;
    CO_TRY_OK(check_address(row.cidrs, from.address));
    if (!row.last_used_at || *row.last_used_at + kTouchEvery <= now)
        CO_TRY_OK(co_await parts_.db.write([keys = &parts_.keys, workspace = row.workspace, id = row.id, now](Transaction& tx) {
            return keys->touch(tx, workspace, id, now);
        }));
    auto caller = caller_of(row, found->maker);
    came_from(caller, from);
    remember(hash, caller, revision, row.expires_at);
    co_return caller;
}

Task<Caller> LoginService::by_fixed_key(Credentials from) {
    CO_TRY(auto const workspaces,
           co_await parts_.db.read([users = &parts_.users](Transaction& tx) { return users->workspaces(tx); }));
    if (workspaces.empty()) co_return fail(Code::unauthenticated, "The fixed API key works once an owner exists");
    Caller caller{.proof = Proof::key, .workspace = workspaces.front().id, .role = Role::admin, .scopes = scopes_of(Role::admin)};
    came_from(caller, from);
    co_return caller;
}

Task<Caller> LoginService::recheck(Caller before) {
    if (before.proof == Proof::key && !before.key)
        co_return co_await by_fixed_key({.address = before.address, .secure = before.secure});
    auto now = parts_.clock.now();
    auto caller = co_await parts_.db.read([this, before, now](Transaction& tx) -> Result<Caller> {
        TRY(auto const user, parts_.users.find(tx, before.workspace, before.user));
        if (!user.is_active) return fail(Code::unauthenticated, "The user was switched off");
        if (before.key) {
            TRY(auto const key, parts_.keys.find(tx, before.workspace, *before.key));
            if (key.revoked_at || (key.expires_at && *key.expires_at <= now))
                return fail(Code::unauthenticated, "The API key is revoked or expired");
            TRY_OK(check_address(key.cidrs, before.address));
            return caller_of(key, user);
        }
        if (!before.login) return fail(Code::unauthenticated, "There is no login");
        TRY(auto const login, parts_.logins.find(tx, before.workspace, *before.login));
        if (login.revoked_at || login.expires_at <= now) return fail(Code::unauthenticated, "The login has ended");
        return caller_of(login, user);
    });
    if (!caller && caller.error().code == Code::not_found) co_return fail(Code::unauthenticated, "The login or key is gone");
    CO_TRY(auto out, std::move(caller));
    out.address = std::move(before.address);
    out.user_agent = std::move(before.user_agent);
    out.secure = before.secure;
    co_return out;
}

Task<Caller> LoginService::by_login(std::string token, LoginKind kind, Credentials from) {
    auto const hash = token_hash(token);
    if (auto caller = remembered(hash, from)) {
        if ((caller->proof == Proof::cookie) == (kind == LoginKind::cookie)) co_return *std::move(caller);
    }
    auto const revision = parts_.revision.load();
    struct Found {
        LoginRow login;
        UserRow user;
    };
    CO_TRY(auto found, co_await parts_.db.read([this, hash](Transaction& tx) -> Result<std::optional<Found>> {
        TRY(auto row, parts_.logins.find_by_token(tx, hash));
        if (!row) return std::nullopt;
        TRY(auto user, parts_.users.find(tx, row->workspace, row->user_id));
        return Found{*std::move(row), std::move(user)};
    }));
    auto const now = parts_.clock.now();
    if (!found || found->login.kind != kind || found->login.revoked_at || found->login.expires_at <= now || !found->user.is_active)
        co_return fail(Code::unauthenticated, "The login has ended; log in again");
    auto const& [login, user] = *found;
    if (login.last_seen_at + kTouchEvery <= now)
        CO_TRY_OK(co_await parts_.db.write([logins = &parts_.logins, workspace = login.workspace, id = login.id,
                                            now](Transaction& tx) { return logins->touch(tx, workspace, id, now); }));
    auto caller = caller_of(login, user);
    came_from(caller, from);
    remember(hash, caller, revision, login.expires_at);
    co_return caller;
}

}   // namespace waqtor
