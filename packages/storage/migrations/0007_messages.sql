-- Adds chats, messages, their timeline, idempotency keys, the governor's state, templates and media. Oldest binary that still runs with it: 0.1.0
CREATE TABLE chat (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    session TEXT NOT NULL,
    peer TEXT NOT NULL,           -- the contact's id, or a group's address: one chat each, whatever WhatsApp calls the person
    address TEXT NOT NULL,        -- where messages go now
    contact TEXT,                 -- NULL for groups
    is_group INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    last_received_at INTEGER,
    last_sent_at INTEGER,
    sent_day INTEGER NOT NULL,    -- days since 1970 that sent_today counts
    sent_today INTEGER NOT NULL,
    checked_at INTEGER,           -- when WhatsApp said that this number exists
    UNIQUE (session, peer)
) STRICT;
CREATE INDEX chat_by_time ON chat (workspace, last_at, id);
CREATE INDEX chat_by_contact ON chat (contact) WHERE contact IS NOT NULL;

CREATE TABLE message (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    session TEXT NOT NULL,
    chat TEXT NOT NULL,
    contact TEXT,                 -- whom it is for, or who wrote it
    outgoing INTEGER NOT NULL,
    whatsapp_id TEXT NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,        -- JSON
    folded TEXT NOT NULL,         -- what is searched
    target TEXT,                  -- WhatsApp's id of the message that is edited, revoked, reacted to or voted on
    origin TEXT NOT NULL,
    campaign TEXT,
    lane INTEGER NOT NULL,        -- 0 leaves before 1
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,      -- not before; the governor moves it on
    wait TEXT,                    -- why it was moved on
    tries INTEGER NOT NULL,
    queued_at INTEGER,
    sent_at INTEGER,
    delivered_at INTEGER,
    read_at INTEGER,
    played_at INTEGER,
    ended_at INTEGER,             -- failed or cancelled
    edited_at INTEGER,
    revoked_at INTEGER,
    UNIQUE (session, whatsapp_id, chat)
) STRICT;
CREATE INDEX message_by_workspace ON message (workspace, id);
CREATE INDEX message_by_chat ON message (chat, id);
CREATE INDEX message_due ON message (session, lane, due_at, id) WHERE state = 'accepted';
CREATE INDEX message_waiting_by_contact ON message (contact) WHERE state = 'accepted';
CREATE INDEX message_waiting_by_campaign ON message (campaign) WHERE state = 'accepted' AND campaign IS NOT NULL;
CREATE INDEX message_by_target ON message (session, target) WHERE target IS NOT NULL;

CREATE TABLE message_note (
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,           -- waiting, rescheduled, retried …
    reason TEXT NOT NULL,
    until INTEGER,
    PRIMARY KEY (message, at, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_key (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,           -- of the route, then the key
    fingerprint BLOB NOT NULL,    -- SHA-256 of the request
    answer TEXT NOT NULL,         -- JSON
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE governor_session (
    session TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    tokens REAL NOT NULL,
    tokens_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,     -- the human pause ends then
    day INTEGER NOT NULL,         -- days since 1970 that the next two count
    sent_today INTEGER NOT NULL,
    new_today INTEGER NOT NULL,
    warm_up_from INTEGER NOT NULL,
    hold_until INTEGER,           -- WhatsApp's own lock on everything
    hold_reason TEXT NOT NULL,
    new_hold_until INTEGER        -- WhatsApp's own lock on new contacts
) STRICT;

CREATE TABLE governor_limits (
    workspace TEXT NOT NULL,
    session TEXT NOT NULL,        -- empty: of the whole workspace
    value TEXT NOT NULL,          -- JSON: what differs from the default
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE template (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace, name)
) STRICT;

CREATE TABLE template_variant (
    template TEXT NOT NULL,
    language TEXT NOT NULL,       -- "ar", "en"; empty: for every other language
    text TEXT NOT NULL,
    media TEXT,                   -- file id
    PRIMARY KEY (template, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_file (
    workspace TEXT NOT NULL,
    file TEXT NOT NULL,           -- SHA-256 in hex: its name in the media folder
    mime_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    name TEXT,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,     -- retention counts from here
    PRIMARY KEY (workspace, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_file_by_file ON media_file (file);
CREATE INDEX media_file_by_use ON media_file (used_at);
