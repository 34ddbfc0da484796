-- Adds the secrets of messages, with which votes and edits about them are read. Oldest binary that still runs with it: 0.1.0
CREATE TABLE whatsapp_original (
    session TEXT NOT NULL,
    id TEXT NOT NULL,            -- WhatsApp's id of the message
    value BLOB NOT NULL,         -- sealed
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
