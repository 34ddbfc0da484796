#pragma once
#include "core/accounts/scope.hpp"
#include "core/base/bytes.hpp"
#include "core/base/described.hpp"

#include <array>

// The rows of the accounts feature, as stored: member order is column order. What the API shows of them is in account_api.hpp.

namespace waqtor {

struct Workspace {
    WorkspaceId id;
    std::string name;
    Timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(Workspace, (), (id, name, created_at))

struct UserRow {
    UserId id;
    WorkspaceId workspace;
    std::string email;   // lower case; unique in the whole server
    std::string name;
    Role role = Role::viewer;
    std::string password_hash;   // Argon2id in PHC form
    bool is_active = true;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> last_login_at{};
};
BOOST_DESCRIBE_STRUCT(UserRow, (),
                      (id, workspace, email, name, role, password_hash, is_active, created_at, updated_at, last_login_at))

struct InvitationRow {
    InvitationId id;
    WorkspaceId workspace;
    std::string email;
    Role role = Role::viewer;
    Bytes token_hash;   // SHA-256, as every *_hash of a token
    UserId invited_by;
    Timestamp created_at{};
    Timestamp expires_at{};
    std::optional<Timestamp> accepted_at{};
};
BOOST_DESCRIBE_STRUCT(InvitationRow, (), (id, workspace, email, role, token_hash, invited_by, created_at, expires_at, accepted_at))

enum class LoginKind : std::uint8_t { cookie, bearer };
BOOST_DESCRIBE_ENUM(LoginKind, cookie, bearer)

/// A user's signed-in browser or token. A bearer login also has a refresh token; each refresh replaces both.
struct LoginRow {
    LoginId id;
    WorkspaceId workspace;
    UserId user_id;
    LoginKind kind = LoginKind::cookie;
    Bytes token_hash;
    std::optional<Bytes> refresh_hash{};
    Timestamp created_at{};
    Timestamp last_seen_at{};
    Timestamp expires_at{};
    std::optional<Timestamp> refresh_expires_at{};
    std::string address;
    std::string user_agent;
    std::optional<Timestamp> revoked_at{};
};
BOOST_DESCRIBE_STRUCT(LoginRow, (),
                      (id, workspace, user_id, kind, token_hash, refresh_hash, created_at, last_seen_at, expires_at,
                       refresh_expires_at, address, user_agent, revoked_at))

struct KeyRow {
    KeyId id;
    WorkspaceId workspace;
    std::string name;
    std::string prefix;   // the first characters, so that people can tell keys apart
    Bytes key_hash;
    std::vector<Scope> scopes;
    std::vector<SessionId> sessions;   // empty means all
    std::vector<std::string> cidrs;    // empty means from anywhere
    UserId created_by;
    Timestamp created_at{};
    std::optional<Timestamp> expires_at{};
    std::optional<Timestamp> last_used_at{};
    std::optional<Timestamp> revoked_at{};
};
BOOST_DESCRIBE_STRUCT(KeyRow, (),
                      (id, workspace, name, prefix, key_hash, scopes, sessions, cidrs, created_by, created_at, expires_at,
                       last_used_at, revoked_at))

/// A token that works once: the setup link of a new server.
struct OneTimeTokenRow {
    Bytes token_hash;
    std::string purpose;
    Timestamp expires_at{};
    std::optional<Timestamp> used_at{};
};
BOOST_DESCRIBE_STRUCT(OneTimeTokenRow, (), (token_hash, purpose, expires_at, used_at))

/// A setting a workspace has changed from its default.
struct WorkspaceSettingRow {
    WorkspaceId workspace;
    std::string name;
    std::string value;   // JSON text
    Timestamp updated_at{};
    UserId updated_by;
};
BOOST_DESCRIBE_STRUCT(WorkspaceSettingRow, (), (workspace, name, value, updated_at, updated_by))

}   // namespace waqtor
