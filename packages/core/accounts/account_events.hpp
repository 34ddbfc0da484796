#pragma once
#include "core/accounts/account.hpp"

// What happens to workspaces, people, logins and keys. The events carry ids and no names or addresses of people: the event log is
// kept longer than they may be.

namespace waqtor {

struct WorkspaceCreated {
    static constexpr std::string_view kName = "workspace.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A workspace was made, with its first owner";
    UserId owner;
};
BOOST_DESCRIBE_STRUCT(WorkspaceCreated, (), (owner))
template <> inline constexpr std::array kFields<WorkspaceCreated>{Field{"owner", "The first owner"}};

struct UserCreated {
    static constexpr std::string_view kName = "user.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person joined the workspace";
    UserId user;
    Role role{};
};
BOOST_DESCRIBE_STRUCT(UserCreated, (), (user, role))
template <> inline constexpr std::array kFields<UserCreated>{Field{"user", "The person"}, Field{"role", "What they may do"}};

struct UserUpdated {
    static constexpr std::string_view kName = "user.updated";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person's profile, role or password was changed, or they were switched off or on";
    UserId user;
    Role role{};
    bool is_active = true;
    std::vector<std::string> changed;
};
BOOST_DESCRIBE_STRUCT(UserUpdated, (), (user, role, is_active, changed))
template <>
inline constexpr std::array kFields<UserUpdated>{Field{"user", "The person"}, Field{"role", "What they may do now"},
                                                 Field{"is_active", "False when they may not log in"},
                                                 Field{"changed", "Names of the fields that changed"}};

struct UserRemoved {
    static constexpr std::string_view kName = "user.removed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person was removed from the workspace; their logins ended";
    UserId user;
};
BOOST_DESCRIBE_STRUCT(UserRemoved, (), (user))
template <> inline constexpr std::array kFields<UserRemoved>{Field{"user", "The person"}};

struct InvitationCreated {
    static constexpr std::string_view kName = "invitation.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person was invited";
    InvitationId invitation;
    Role role{};
};
BOOST_DESCRIBE_STRUCT(InvitationCreated, (), (invitation, role))
template <>
inline constexpr std::array kFields<InvitationCreated>{Field{"invitation", "The invitation"}, Field{"role", "What they will be"}};

struct InvitationRemoved {
    static constexpr std::string_view kName = "invitation.removed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "An invitation was taken back";
    InvitationId invitation;
};
BOOST_DESCRIBE_STRUCT(InvitationRemoved, (), (invitation))
template <> inline constexpr std::array kFields<InvitationRemoved>{Field{"invitation", "The invitation"}};

struct LoginStarted {
    static constexpr std::string_view kName = "login.started";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person logged in";
    LoginId login;
    UserId user;
    LoginKind kind{};
};
BOOST_DESCRIBE_STRUCT(LoginStarted, (), (login, user, kind))
template <>
inline constexpr std::array kFields<LoginStarted>{Field{"login", "The login"}, Field{"user", "The person"},
                                                  Field{"kind", "By cookie or by token"}};

enum class LoginEndReason : std::uint8_t { logout, revoked, password_changed, refresh_reused };
BOOST_DESCRIBE_ENUM(LoginEndReason, logout, revoked, password_changed, refresh_reused)

struct LoginEnded {
    static constexpr std::string_view kName = "login.ended";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A login, or every login of a person, ended before its time";
    UserId user;
    std::optional<LoginId> login{};
    LoginEndReason reason{};
};
BOOST_DESCRIBE_STRUCT(LoginEnded, (), (user, login, reason))
template <>
inline constexpr std::array kFields<LoginEnded>{Field{"user", "The person"}, Field{"login", "The login; absent when all of them"},
                                                Field{"reason", "Why"}};

struct KeyCreated {
    static constexpr std::string_view kName = "key.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "An API key was made";
    KeyId key;
    std::vector<std::string> scopes;
};
BOOST_DESCRIBE_STRUCT(KeyCreated, (), (key, scopes))
template <> inline constexpr std::array kFields<KeyCreated>{Field{"key", "The key"}, Field{"scopes", "What it may do"}};

struct KeyRevoked {
    static constexpr std::string_view kName = "key.revoked";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "An API key was revoked";
    KeyId key;
};
BOOST_DESCRIBE_STRUCT(KeyRevoked, (), (key))
template <> inline constexpr std::array kFields<KeyRevoked>{Field{"key", "The key"}};

struct SettingsUpdated {
    static constexpr std::string_view kName = "settings.updated";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "Settings of the workspace were changed";
    std::vector<std::string> changed;
};
BOOST_DESCRIBE_STRUCT(SettingsUpdated, (), (changed))
template <> inline constexpr std::array kFields<SettingsUpdated>{Field{"changed", "Names of the settings that changed"}};

using AccountEvents = boost::mp11::mp_list<WorkspaceCreated, UserCreated, UserUpdated, UserRemoved, InvitationCreated,
                                           InvitationRemoved, LoginStarted, LoginEnded, KeyCreated, KeyRevoked, SettingsUpdated>;

}   // namespace waqtor
