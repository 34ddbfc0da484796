-- Adds the bot's rules, settings, replies and what it remembers of chats. Oldest binary that still runs with it: 0.1.0
CREATE TABLE bot_rule (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    keywords TEXT NOT NULL,        -- JSON list
    match_type TEXT NOT NULL,
    case_sensitive INTEGER NOT NULL,
    language TEXT NOT NULL,
    priority INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    in_groups INTEGER NOT NULL,
    hours TEXT NOT NULL,
    cooldown_seconds INTEGER NOT NULL,
    typing_delay INTEGER NOT NULL, -- milliseconds
    sessions TEXT NOT NULL,        -- JSON list of ids; empty means all
    reply TEXT NOT NULL,           -- JSON
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    trigger_count INTEGER NOT NULL,
    last_triggered_at INTEGER
) STRICT;
CREATE INDEX bot_rule_by_workspace ON bot_rule (workspace, created_at, id);

CREATE TABLE bot_setting (
    workspace TEXT NOT NULL PRIMARY KEY REFERENCES workspace (id),
    settings TEXT NOT NULL,        -- JSON
    rules_version INTEGER NOT NULL -- rises whenever a rule changes
) STRICT, WITHOUT ROWID;

CREATE TABLE bot_chat (
    workspace TEXT NOT NULL REFERENCES workspace (id),
    session TEXT NOT NULL,
    contact TEXT NOT NULL,
    paused_until INTEGER,
    paused_why TEXT NOT NULL,
    last_text TEXT NOT NULL,       -- hash of what they wrote last
    same_texts INTEGER NOT NULL,
    last_text_at INTEGER,
    away_at INTEGER,
    PRIMARY KEY (workspace, session, contact)
) STRICT, WITHOUT ROWID;

CREATE TABLE bot_reply (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    session TEXT NOT NULL,
    contact TEXT NOT NULL,
    rule TEXT,                     -- none: the away or handover message; the rule may be gone
    keyword TEXT NOT NULL,
    inbound TEXT NOT NULL,
    message TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (workspace, inbound)
) STRICT;
CREATE INDEX bot_reply_by_time ON bot_reply (workspace, at, id);
CREATE INDEX bot_reply_by_contact ON bot_reply (workspace, contact, at);
