#pragma once
#include "core/accounts/account.hpp"
#include "core/base/page.hpp"

// What the accounts feature reads and shows over HTTP, the CLI and the SDKs.

namespace waqtor {

inline constexpr std::int64_t kPasswordMin = 8;
inline constexpr std::int64_t kPasswordMax = 256;

struct User {
    UserId id;
    std::string email;
    std::string name;
    Role role{};
    bool is_active = true;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> last_login_at{};
};
BOOST_DESCRIBE_STRUCT(User, (), (id, email, name, role, is_active, created_at, updated_at, last_login_at))
template <>
inline constexpr std::array kFields<User>{
    Field{"id", "The person"},
    Field{"email", "E-mail address, unique in the server", 3, 254, Format::email},
    Field{"name", "Name shown to colleagues", 0, 80, Format::single_line},
    Field{"role", "What they may do"},
    Field{"is_active", "False: may not log in"},
    Field{"created_at", "When they joined"},
    Field{"updated_at", "When this last changed"},
    Field{"last_login_at", "When they last logged in"},
};

struct Register {
    std::string email;
    Secret password;
    std::optional<std::string> name{};
    std::optional<std::string> workspace_name{};
    std::optional<std::string> setup_token{};
    std::optional<std::string> invitation_token{};
};
BOOST_DESCRIBE_STRUCT(Register, (), (email, password, name, workspace_name, setup_token, invitation_token))
template <>
inline constexpr std::array kFields<Register>{
    Field{"email", "E-mail address", 3, 254, Format::email},
    Field{"password", "At least 8 characters, not one everyone uses", kPasswordMin, kPasswordMax},
    Field{"name", "Name shown to colleagues", 0, 80, Format::single_line},
    Field{"workspace_name", "Name of the new workspace, with a setup token", 1, 80, Format::single_line},
    Field{"setup_token", "From the setup link the server printed at its first start", 1, 100, Format::token},
    Field{"invitation_token", "From an invitation", 1, 100, Format::token},
};

struct LogIn {
    std::string email;
    Secret password;
    std::optional<LoginKind> kind{};
};
BOOST_DESCRIBE_STRUCT(LogIn, (), (email, password, kind))
template <>
inline constexpr std::array kFields<LogIn>{
    Field{"email", "E-mail address", 1, 254},
    Field{"password", "Password", 1, kPasswordMax},
    Field{"kind", "bearer (the default) answers tokens; cookie sets the login cookie and answers none"},
};

/// A finished login. The tokens are shown here once and stored as hashes only.
struct LoggedIn {
    User user;
    std::optional<std::string> token{};
    std::optional<std::string> refresh_token{};
    Timestamp expires_at{};
};
BOOST_DESCRIBE_STRUCT(LoggedIn, (), (user, token, refresh_token, expires_at))
template <>
inline constexpr std::array kFields<LoggedIn>{
    Field{"user", "The person"},
    Field{"token", "For Authorization: Bearer; absent for a cookie login"},
    Field{"refresh_token", "Works once, for the next pair of tokens; absent for a cookie login"},
    Field{"expires_at", "When the token or cookie ends"},
};

struct Refresh {
    std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(Refresh, (), (refresh_token))
template <> inline constexpr std::array kFields<Refresh>{Field{"refresh_token", "The newest refresh token", 1, 100, Format::token}};

struct Tokens {
    std::string token;
    std::string refresh_token;
    Timestamp expires_at{};
};
BOOST_DESCRIBE_STRUCT(Tokens, (), (token, refresh_token, expires_at))
template <>
inline constexpr std::array kFields<Tokens>{
    Field{"token", "For Authorization: Bearer"},
    Field{"refresh_token", "Works once, for the next pair"},
    Field{"expires_at", "When the token ends"},
};

struct UpdateProfile {
    std::optional<std::string> name{};
    std::optional<std::string> email{};
};
BOOST_DESCRIBE_STRUCT(UpdateProfile, (), (name, email))
template <>
inline constexpr std::array kFields<UpdateProfile>{
    Field{"name", "Name shown to colleagues", 0, 80, Format::single_line},
    Field{"email", "E-mail address", 3, 254, Format::email},
};

struct ChangePassword {
    Secret current_password;
    Secret new_password;
};
BOOST_DESCRIBE_STRUCT(ChangePassword, (), (current_password, new_password))
template <>
inline constexpr std::array kFields<ChangePassword>{
    Field{"current_password", "The password in use", 1, kPasswordMax},
    Field{"new_password", "At least 8 characters, not one everyone uses", kPasswordMin, kPasswordMax},
};

struct UpdateUser {
    UserId id;
    std::optional<std::string> name{};
    std::optional<Role> role{};
    std::optional<bool> is_active{};
};
BOOST_DESCRIBE_STRUCT(UpdateUser, (), (id, name, role, is_active))
template <>
inline constexpr std::array kFields<UpdateUser>{
    Field{"id", "The person"},
    Field{"name", "Name shown to colleagues", 0, 80, Format::single_line},
    Field{"role", "What they may do; only an owner makes owners"},
    Field{"is_active", "False: may not log in, and every login ends"},
};

struct Login {
    LoginId id;
    LoginKind kind{};
    bool current = false;
    Timestamp created_at{};
    Timestamp last_seen_at{};
    Timestamp expires_at{};
    std::string address;
    std::string user_agent;
};
BOOST_DESCRIBE_STRUCT(Login, (), (id, kind, current, created_at, last_seen_at, expires_at, address, user_agent))
template <>
inline constexpr std::array kFields<Login>{
    Field{"id", "The login"},
    Field{"kind", "By cookie or by token"},
    Field{"current", "True for the one this request came with"},
    Field{"created_at", "When it began"},
    Field{"last_seen_at", "When it was last used, to the minute"},
    Field{"expires_at", "When it ends"},
    Field{"address", "Where it came from"},
    Field{"user_agent", "The program it came from"},
};

struct Invite {
    std::string email;
    Role role = Role::agent;
};
BOOST_DESCRIBE_STRUCT(Invite, (), (email, role))
template <>
inline constexpr std::array kFields<Invite>{
    Field{"email", "Who is invited", 3, 254, Format::email},
    Field{"role", "What they will be; only an owner invites owners"},
};

struct Invitation {
    InvitationId id;
    std::string email;
    Role role{};
    UserId invited_by;
    Timestamp created_at{};
    Timestamp expires_at{};
    std::optional<std::string> token{};
};
BOOST_DESCRIBE_STRUCT(Invitation, (), (id, email, role, invited_by, created_at, expires_at, token))
template <>
inline constexpr std::array kFields<Invitation>{
    Field{"id", "The invitation"},
    Field{"email", "Who is invited", 3, 254, Format::email},
    Field{"role", "What they will be"},
    Field{"invited_by", "Who invited them"},
    Field{"created_at", "When"},
    Field{"expires_at", "Until when it can be accepted"},
    Field{"token", "To pass on to them, for register; shown only when it is made"},
};

struct CreateKey {
    std::string name;
    std::vector<Scope> scopes;
    std::optional<std::vector<SessionId>> sessions{};
    std::optional<std::vector<std::string>> addresses{};
    std::optional<Timestamp> expires_at{};
};
BOOST_DESCRIBE_STRUCT(CreateKey, (), (name, scopes, sessions, addresses, expires_at))
template <>
inline constexpr std::array kFields<CreateKey>{
    Field{"name", "What the key is for", 1, 80, Format::single_line},
    Field{"scopes", "What it may do; not more than its maker", 1, 32},
    Field{"sessions", "Only these sessions; absent means all", 1, 1000},
    Field{"addresses", "Only from these addresses or ranges; absent means from anywhere", 1, 100, Format::cidr},
    Field{"expires_at", "When it stops working; absent means never"},
};

struct Key {
    KeyId id;
    std::string name;
    std::string prefix;
    std::vector<Scope> scopes;
    std::vector<SessionId> sessions;
    std::vector<std::string> addresses;
    UserId created_by;
    Timestamp created_at{};
    std::optional<Timestamp> expires_at{};
    std::optional<Timestamp> last_used_at{};
    std::optional<Timestamp> revoked_at{};
    std::optional<std::string> key{};
};
BOOST_DESCRIBE_STRUCT(Key, (),
                      (id, name, prefix, scopes, sessions, addresses, created_by, created_at, expires_at, last_used_at, revoked_at,
                       key))
template <>
inline constexpr std::array kFields<Key>{
    Field{"id", "The key"},
    Field{"name", "What it is for"},
    Field{"prefix", "Its first characters, to tell keys apart"},
    Field{"scopes", "What it may do"},
    Field{"sessions", "Only these sessions; empty means all"},
    Field{"addresses", "Only from these addresses; empty means from anywhere"},
    Field{"created_by", "Who made it"},
    Field{"created_at", "When it was made"},
    Field{"expires_at", "When it stops working"},
    Field{"last_used_at", "When it was last used, to the minute"},
    Field{"revoked_at", "When it was revoked"},
    Field{"key", "The key itself; shown only when it is made"},
};

enum class Language : std::uint8_t { ar, en };
BOOST_DESCRIBE_ENUM(Language, ar, en)

/// What a workspace has set about itself, or the defaults.
struct WorkspaceSettings {
    std::string name;
    Language language = Language::en;
};
BOOST_DESCRIBE_STRUCT(WorkspaceSettings, (), (name, language))
template <>
inline constexpr std::array kFields<WorkspaceSettings>{
    Field{"name", "Name of the workspace", 1, 80, Format::single_line},
    Field{"language", "Of texts WaQtor writes to people"},
};

struct UpdateWorkspaceSettings {
    std::optional<std::string> name{};
    std::optional<Language> language{};
};
BOOST_DESCRIBE_STRUCT(UpdateWorkspaceSettings, (), (name, language))
template <>
inline constexpr std::array kFields<UpdateWorkspaceSettings>{
    Field{"name", "Name of the workspace", 1, 80, Format::single_line},
    Field{"language", "Of texts WaQtor writes to people"},
};

struct ListRequest {
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (limit, offset))
template <>
inline constexpr std::array kFields<ListRequest>{
    Field{"limit", "At most this many; 50 by default", 1, 1000},
    Field{"offset", "Skip this many", 0, 1'000'000'000},
};

inline PageRequest page_of(ListRequest const& wish) { return {wish.limit.value_or(50), wish.offset.value_or(0)}; }

}   // namespace waqtor
