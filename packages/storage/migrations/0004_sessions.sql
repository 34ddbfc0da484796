-- Adds sessions and the leases by which one process runs each. Oldest binary that still runs with it: 0.1.0
CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    wanted INTEGER NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL,
    phone TEXT,
    lid TEXT,
    push_name TEXT,
    proxy BLOB,                    -- sealed
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    linked_at INTEGER,
    last_active_at INTEGER,
    UNIQUE (workspace, client_id)
) STRICT;
CREATE INDEX session_by_workspace ON session (workspace, created_at, id);

CREATE TABLE session_lease (
    session TEXT NOT NULL PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,           -- new with every start of a process
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_lease_by_owner ON session_lease (owner);
