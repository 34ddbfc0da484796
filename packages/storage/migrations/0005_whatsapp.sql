-- Adds what the WhatsApp engine keeps: keys and ratchets, sent messages, inbound ids. Oldest binary that still runs with it: 0.1.0
CREATE TABLE whatsapp_value (
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,   -- sealed
    PRIMARY KEY (session, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE whatsapp_frame (
    session TEXT NOT NULL,
    id TEXT NOT NULL,            -- WhatsApp's
    message TEXT,                -- ours, when it is one of the product
    chat TEXT NOT NULL,
    plain BLOB NOT NULL,         -- sealed
    attributes BLOB NOT NULL,
    frame BLOB,                  -- until the service has acknowledged it
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT;
CREATE INDEX whatsapp_frame_waiting ON whatsapp_frame (session, sent_at, id) WHERE frame IS NOT NULL;

CREATE TABLE whatsapp_received (
    session TEXT NOT NULL,
    id TEXT NOT NULL,            -- sender and WhatsApp's id
    readable INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
