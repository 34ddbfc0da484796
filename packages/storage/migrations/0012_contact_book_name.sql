-- Adds how the address book of a linked number calls a contact. Oldest binary that still runs with it: 0.1.0
ALTER TABLE contact ADD COLUMN book_name TEXT NOT NULL DEFAULT '';
