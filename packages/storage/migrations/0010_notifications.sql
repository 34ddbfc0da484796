-- Adds people's notifications and what they want to be told of. Oldest binary that still runs with it: 0.1.0
CREATE TABLE notification (
    id TEXT NOT NULL PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace (id),
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    title_ar TEXT NOT NULL,
    message TEXT NOT NULL,
    message_ar TEXT NOT NULL,
    icon TEXT NOT NULL,
    link TEXT NOT NULL,
    same TEXT NOT NULL,            -- what happens again with the same text here is counted; empty: never
    times INTEGER NOT NULL,
    read_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_by_user ON notification (workspace, user_id, updated_at, id);
CREATE INDEX notification_by_age ON notification (updated_at);

CREATE TABLE notification_preference (
    workspace TEXT NOT NULL REFERENCES workspace (id),
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    inbox INTEGER NOT NULL,
    realtime INTEGER NOT NULL,
    PRIMARY KEY (user_id, event)
) STRICT, WITHOUT ROWID;
