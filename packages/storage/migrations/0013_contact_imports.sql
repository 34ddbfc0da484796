-- Adds the files of imports and what jobs must know to go on. Oldest binary that still runs with it: 0.1.0
ALTER TABLE contact_import ADD COLUMN total_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact_import ADD COLUMN undone_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact_import ADD COLUMN kept_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact_import ADD COLUMN made_tags TEXT NOT NULL DEFAULT '[]';   -- JSON list of ids
ALTER TABLE contact_import ADD COLUMN moved_at INTEGER;                       -- when it last went on
CREATE INDEX contact_import_busy ON contact_import (workspace, id) WHERE state IN ('running', 'undoing');

CREATE TABLE contact_import_part (
    import_id TEXT NOT NULL REFERENCES contact_import (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;
