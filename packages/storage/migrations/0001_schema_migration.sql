-- Adds the record of applied migrations. Oldest binary that still runs with it: 0.1.0
CREATE TABLE schema_migration (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,       -- SHA-256 of the file, hexadecimal
    applied_at INTEGER NOT NULL
) STRICT;
