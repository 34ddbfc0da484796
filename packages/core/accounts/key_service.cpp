#include "core/accounts/key_service.hpp"

#include "core/accounts/account_events.hpp"
#include "core/trust/token.hpp"

namespace waqtor {
namespace {
constexpr std::size_t kPrefixLength = 8;   // "wqk_" and four more: enough to tell keys apart, too little to guess

Key shown(KeyRow row) {
    return {.id = row.id,
            .name = std::move(row.name),
            .prefix = std::move(row.prefix),
            .scopes = std::move(row.scopes),
            .sessions = std::move(row.sessions),
            .addresses = std::move(row.cidrs),
            .created_by = row.created_by,
            .created_at = row.created_at,
            .expires_at = row.expires_at,
            .last_used_at = row.last_used_at,
            .revoked_at = row.revoked_at};
}

KeyRow make_row(Caller const& who, CreateKey const& wish, std::string const& token, Timestamp now) {
    KeyRow row{.id = KeyId::make(now),
               .workspace = who.workspace,
               .name = wish.name,
               .prefix = token.substr(0, kPrefixLength),
               .key_hash = token_hash(token),
               .scopes = {},
               .sessions = wish.sessions.value_or(std::vector<SessionId>{}),
               .cidrs = wish.addresses.value_or(std::vector<std::string>{}),
               .created_by = who.user,
               .created_at = now,
               .expires_at = wish.expires_at};
    for (auto scope : wish.scopes)
        if (std::ranges::find(row.scopes, scope) == row.scopes.end()) row.scopes.push_back(scope);
    return row;
}

KeyCreated made(KeyRow const& row) {
    KeyCreated out{.key = row.id, .scopes = {}};
    for (auto scope : row.scopes) out.scopes.emplace_back(enum_name(scope));
    return out;
}

/// A key made with a key ends no later and works from no more places.
Result<void> keep_within(CreateKey& wish, KeyRow const& parent) {
    if (parent.expires_at) {
        if (!wish.expires_at) wish.expires_at = parent.expires_at;
        if (*wish.expires_at > *parent.expires_at)
            return fail(Code::forbidden, "You cannot give a key a later end than your own key's");
    }
    if (parent.cidrs.empty()) return {};
    if (!wish.addresses) wish.addresses = parent.cidrs;
    for (auto const& range : *wish.addresses)
        if (std::ranges::find(parent.cidrs, range) == parent.cidrs.end())
            return fail(Code::forbidden, "You cannot give a key an address that is not one of your own key's");
    return {};
}
}   // namespace

Task<Key> KeyService::create(Caller who, CreateKey wish) {
    if (who.proof == Proof::key && !who.key)
        co_return fail(Code::forbidden, "The fixed API key cannot make keys; log in as a person");
    for (auto scope : wish.scopes)
        if (!who.scopes.has(scope))
            co_return fail(Code::forbidden, "You cannot give a key the scope " + std::string{enum_name(scope)});
    auto const now = parts_.clock.now();
    if (wish.expires_at && *wish.expires_at <= now) co_return invalid("expiresAt", "must be in the future");
    if (!who.sessions.empty()) {
        if (!wish.sessions) wish.sessions = who.sessions;
        for (auto const& session : *wish.sessions)
            if (std::ranges::find(who.sessions, session) == who.sessions.end())
                co_return fail(Code::forbidden, "You cannot give a key a session you may not use");
    }
    if (who.key) {
        CO_TRY(auto const parent, co_await parts_.db.read([keys = &parts_.keys, who](Transaction& tx) {
            return keys->find(tx, who.workspace, *who.key);
        }));
        CO_TRY_OK(keep_within(wish, parent));
    }
    auto token = make_token("wqk_");
    auto const row = make_row(who, wish, token, now);
    CO_TRY_OK(co_await parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.keys.add(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, made(row)));
        return {};
    }));
    auto out = shown(row);
    out.key = std::move(token);
    co_return out;
}

Task<Page<Key>> KeyService::list(WorkspaceId workspace, PageRequest page) {
    return parts_.db.read([this, workspace, page](Transaction& tx) { return parts_.keys.list(tx, workspace, page); });
}

Task<Key> KeyService::get(WorkspaceId workspace, KeyId key) {
    return parts_.db.read([this, workspace, key](Transaction& tx) -> Result<Key> {
        TRY(auto const row, parts_.keys.find(tx, workspace, key));
        return shown(row);
    });
}

Task<Key> KeyService::revoke(WorkspaceId workspace, KeyId key) {
    auto outcome = co_await parts_.db.write([this, workspace, key](Transaction& tx) -> Result<Key> {
        TRY(auto row, parts_.keys.find(tx, workspace, key));
        if (row.revoked_at) return shown(row);
        row.revoked_at = parts_.clock.now();
        TRY_OK(parts_.keys.revoke(tx, workspace, key, *row.revoked_at));
        TRY_OK(parts_.events.append(tx, workspace, KeyRevoked{key}));
        return shown(row);
    });
    ++parts_.revision;
    co_return outcome;
}

}   // namespace waqtor
