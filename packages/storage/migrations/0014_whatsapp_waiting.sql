-- Adds a table of the frames that wait to be acknowledged: an acknowledgement changes one page instead of two. Oldest binary that still runs with it: 0.1.0
CREATE TABLE whatsapp_waiting (
    session TEXT NOT NULL,
    id TEXT NOT NULL,            -- WhatsApp's
    frame BLOB NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
INSERT INTO whatsapp_waiting (session, id, frame) SELECT session, id, frame FROM whatsapp_frame WHERE frame IS NOT NULL;

CREATE TABLE whatsapp_frame_new (
    session TEXT NOT NULL,
    id TEXT NOT NULL,            -- WhatsApp's
    message TEXT,                -- ours, when it is one of the product
    chat TEXT NOT NULL,
    plain BLOB NOT NULL,         -- sealed
    attributes BLOB NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
INSERT INTO whatsapp_frame_new (session, id, message, chat, plain, attributes, sent_at)
    SELECT session, id, message, chat, plain, attributes, sent_at FROM whatsapp_frame;
DROP TABLE whatsapp_frame;
ALTER TABLE whatsapp_frame_new RENAME TO whatsapp_frame;
