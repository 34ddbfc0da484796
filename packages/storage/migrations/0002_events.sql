-- Adds the event log and its readers' cursors. Oldest binary that still runs with it: 0.1.0
CREATE TABLE event_counter (
    workspace TEXT NOT NULL PRIMARY KEY,
    last_seq INTEGER NOT NULL     -- of the newest event; rises inside the transaction that adds it, so no number is skipped
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    workspace TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL,           -- JSON
    PRIMARY KEY (workspace, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_cursor (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,         -- everything up to it was read
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;
