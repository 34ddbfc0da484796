#pragma once
#include "core/base/described.hpp"

namespace waqtor {

/// What a person is in a workspace; each may do all that those after it may.
enum class Role : std::uint8_t { owner, admin, agent, viewer };
BOOST_DESCRIBE_ENUM(Role, owner, admin, agent, viewer)

/// What a caller may do. A route names one; a login has those of its role, a key those it was given. A person's own profile,
/// password and logins need no scope but a login.
enum class Scope : std::uint8_t {
    events_read,
    users_read,
    users_write,
    keys_read,
    keys_write,
    settings_read,
    settings_write,
    metrics_read,
    sessions_read,
    sessions_write,
    contacts_read,
    contacts_write,
    messages_read,
    messages_send,
    campaigns_read,
    campaigns_write,
    bot_read,
    bot_write,
};
BOOST_DESCRIBE_ENUM(Scope, events_read, users_read, users_write, keys_read, keys_write, settings_read, settings_write, metrics_read,
                    sessions_read, sessions_write, contacts_read, contacts_write, messages_read, messages_send, campaigns_read,
                    campaigns_write, bot_read, bot_write)

/// A stored list of scopes is read without those that only another version knows: a key has what is left of it.
constexpr bool leaves_out_unknown(Scope) { return true; }

class Scopes {
public:
    constexpr Scopes() = default;
    constexpr Scopes(std::initializer_list<Scope> scopes) {
        for (auto scope : scopes) add(scope);
    }
    constexpr void add(Scope scope) { bits_ |= bit(scope); }
    constexpr bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
    constexpr bool contains(Scopes other) const { return (bits_ & other.bits_) == other.bits_; }
    constexpr bool operator==(Scopes const&) const = default;

private:
    static constexpr std::uint64_t bit(Scope scope) { return std::uint64_t{1} << static_cast<unsigned>(scope); }
    std::uint64_t bits_ = 0;
};

/// What a login with this role may do.
constexpr Scopes scopes_of(Role role) {
    Scopes scopes{Scope::events_read,   Scope::settings_read,  Scope::sessions_read, Scope::contacts_read,
                  Scope::messages_read, Scope::campaigns_read, Scope::bot_read};
    if (role <= Role::agent)
        for (auto scope : {Scope::users_read, Scope::contacts_write, Scope::messages_send}) scopes.add(scope);
    if (role <= Role::admin)
        for (auto scope : {Scope::users_write, Scope::keys_read, Scope::keys_write, Scope::metrics_read, Scope::sessions_write,
                           Scope::campaigns_write, Scope::bot_write})
            scopes.add(scope);
    if (role == Role::owner) scopes.add(Scope::settings_write);
    return scopes;
}

}   // namespace waqtor
