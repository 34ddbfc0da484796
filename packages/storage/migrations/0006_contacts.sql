-- Adds contacts, their tags, consents, saved filters and imports. Oldest binary that still runs with it: 0.1.0
CREATE TABLE contact (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    phone TEXT,                   -- E.164
    lid TEXT,
    username TEXT,
    name TEXT NOT NULL,           -- as the workspace calls them
    push_name TEXT NOT NULL,      -- as they call themselves
    email TEXT NOT NULL,
    company TEXT NOT NULL,
    position TEXT NOT NULL,
    language TEXT NOT NULL,
    country TEXT NOT NULL,        -- ISO 3166, from the number
    time_zone TEXT NOT NULL,      -- IANA, from the number
    custom TEXT NOT NULL,         -- JSON object of texts, keys in order
    notes TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    source TEXT NOT NULL,
    import_id TEXT,               -- the import that made it
    search TEXT NOT NULL,         -- what a search looks at, folded
    blocked_at INTEGER,
    opted_out_at INTEGER,
    opted_in_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace, phone),
    UNIQUE (workspace, lid),
    UNIQUE (workspace, username)
) STRICT;
CREATE INDEX contact_by_workspace ON contact (workspace, id);
CREATE INDEX contact_by_import ON contact (import_id);

CREATE TABLE contact_alias (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,             -- the id of a contact that was merged
    heir TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    merged_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_alias_by_heir ON contact_alias (heir);

CREATE TABLE tag (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,         -- what makes two names the same tag
    description TEXT NOT NULL,
    color TEXT NOT NULL,
    icon TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace, folded)
) STRICT;

CREATE TABLE contact_tag (
    contact TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    tag TEXT NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    PRIMARY KEY (contact, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tag_by_tag ON contact_tag (tag, contact);

CREATE TABLE consent (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    contact TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,           -- opt_in or opt_out
    source TEXT NOT NULL,
    proof TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_by_contact ON consent (contact, id);

CREATE TABLE segment (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    filter TEXT NOT NULL,         -- JSON
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace, name)
) STRICT;

CREATE TABLE contact_import (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    state TEXT NOT NULL,
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    encoding TEXT NOT NULL,
    options TEXT NOT NULL,        -- JSON
    row_count INTEGER NOT NULL,
    created_count INTEGER NOT NULL,
    updated_count INTEGER NOT NULL,
    skipped_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    problem TEXT NOT NULL,        -- why it failed
    header TEXT NOT NULL,         -- JSON list: the file's columns, for the rejected rows
    created_by TEXT NOT NULL,     -- a user's id; the user may be gone
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    undone_at INTEGER
) STRICT;
CREATE INDEX contact_import_by_workspace ON contact_import (workspace, id);

CREATE TABLE contact_import_row (
    import_id TEXT NOT NULL REFERENCES contact_import (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    outcome TEXT NOT NULL,        -- skip or error
    reason TEXT NOT NULL,
    cells TEXT NOT NULL,          -- JSON list: the row as it stood in the file
    PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_import_change (
    import_id TEXT NOT NULL REFERENCES contact_import (id) ON DELETE CASCADE,
    contact TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    before TEXT NOT NULL,         -- JSON: the contact before the import changed it
    changed_at INTEGER NOT NULL,  -- the contact's updated_at since then, while nobody else changed it
    PRIMARY KEY (import_id, contact)
) STRICT, WITHOUT ROWID;
