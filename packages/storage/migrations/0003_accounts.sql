-- Adds workspaces, users, invitations, logins, API keys, settings and one-time tokens. Oldest binary that still runs with it: 0.1.0
CREATE TABLE workspace (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE app_user (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),   -- one address, one person in the whole server
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT;
CREATE INDEX app_user_by_workspace ON app_user (workspace, created_at, id);

CREATE TABLE invitation (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    invited_by TEXT NOT NULL,     -- a user's id; the user may be gone
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_at INTEGER
) STRICT;
CREATE INDEX invitation_by_workspace ON invitation (workspace, created_at, id);

CREATE TABLE login (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    refresh_hash BLOB UNIQUE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    refresh_expires_at INTEGER,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX login_by_user ON login (user_id, created_at, id);

CREATE TABLE used_refresh_token (
    token_hash BLOB NOT NULL PRIMARY KEY,
    login TEXT NOT NULL REFERENCES login (id) ON DELETE CASCADE,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_refresh_token_by_login ON used_refresh_token (login);

CREATE TABLE api_key (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    key_hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,         -- JSON list of names
    sessions TEXT NOT NULL,       -- JSON list of ids; empty means all
    cidrs TEXT NOT NULL,          -- JSON list; empty means from anywhere
    created_by TEXT NOT NULL,     -- a user's id; the user may be gone
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_key_by_workspace ON api_key (workspace, created_at, id);

CREATE TABLE setting (
    workspace TEXT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,          -- JSON
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,     -- a user's id; the user may be gone
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE one_time_token (
    token_hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
