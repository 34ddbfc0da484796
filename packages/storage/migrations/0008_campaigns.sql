-- Adds campaigns, their recipients and counters, and the workspace's opt-out words. Oldest binary that still runs with it: 0.1.0
CREATE TABLE campaign (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    variants TEXT NOT NULL,        -- JSON list
    sessions TEXT NOT NULL,        -- JSON list of ids
    audience TEXT NOT NULL DEFAULT '{}',   -- JSON
    variables TEXT NOT NULL,       -- JSON
    stop TEXT NOT NULL,            -- JSON
    scheduled_at INTEGER,
    time_zone TEXT NOT NULL,
    frozen INTEGER NOT NULL,
    frozen_after TEXT NOT NULL,    -- a contact's id: recipients are made in the order of ids
    busy INTEGER NOT NULL,         -- the pump has something to do for it
    created_by TEXT NOT NULL,      -- a user's id; the user may be gone
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    started_at INTEGER,
    completed_at INTEGER,
    removed_at INTEGER
) STRICT;
CREATE INDEX campaign_by_workspace ON campaign (workspace, created_at, id);
CREATE INDEX campaign_busy ON campaign (workspace, id) WHERE busy = 1;

-- One row a campaign, changed in every transaction that changes a recipient: small, and locked first.
CREATE TABLE campaign_counter (
    campaign TEXT NOT NULL PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
    pending INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    opted_out INTEGER NOT NULL,
    replied INTEGER NOT NULL,
    base_reached INTEGER NOT NULL,
    base_failed INTEGER NOT NULL,
    base_opted_out INTEGER NOT NULL,
    changes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign_recipient (
    campaign TEXT NOT NULL,
    contact TEXT NOT NULL,
    session INTEGER NOT NULL,      -- place in the campaign's sessions
    variant INTEGER NOT NULL,      -- place in its variants
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT,
    accepted_at INTEGER,
    sent_at INTEGER,
    delivered_at INTEGER,
    read_at INTEGER,
    replied_at INTEGER,
    opted_out_at INTEGER,
    PRIMARY KEY (campaign, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_recipient_by_state ON campaign_recipient (campaign, state, contact);
CREATE INDEX campaign_recipient_by_contact ON campaign_recipient (contact);
CREATE UNIQUE INDEX campaign_recipient_by_message ON campaign_recipient (message) WHERE message IS NOT NULL;

CREATE TABLE opt_out_word (
    workspace TEXT NOT NULL REFERENCES workspace (id),
    word TEXT NOT NULL,            -- folded
    PRIMARY KEY (workspace, word)
) STRICT, WITHOUT ROWID;
