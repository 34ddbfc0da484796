// The peer for "authenticated list with a database read": Express 5 and better-sqlite3 in one process. Each request hashes the API key,
// looks it up, checks its scope and reads a page of 20 rows. Same table shapes and pragmas as WaQtor's SQLite.
//   node express_list.js FOLDER    prints "port N" and "key K"
"use strict";
const crypto = require("node:crypto");
const path = require("node:path");
const Database = require("better-sqlite3");
const express = require("express");

const db = new Database(path.join(process.argv[2], "express.db"));
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.pragma("foreign_keys = ON");
db.exec(`
  CREATE TABLE IF NOT EXISTS api_key (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, name TEXT NOT NULL, prefix TEXT NOT NULL,
                                      key_hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, created_at INTEGER NOT NULL,
                                      expires_at INTEGER, revoked_at INTEGER);
  CREATE INDEX IF NOT EXISTS api_key_by_workspace ON api_key (workspace, created_at, id);`);

const hash = (key) => crypto.createHash("sha256").update(key).digest();
const key = "wq_" + crypto.randomBytes(24).toString("base64url");
const workspace = crypto.randomUUID();
const insert = db.prepare(
  "INSERT INTO api_key (id, workspace, name, prefix, key_hash, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)");
db.transaction(() => {
  db.exec("DELETE FROM api_key");
  insert.run(crypto.randomUUID(), workspace, "bench", key.slice(0, 8), hash(key), '["keys_read"]', Date.now());
  for (let i = 0; i < 199; ++i)
    insert.run(crypto.randomUUID(), workspace, `key ${i}`, `wq_${String(i).padStart(5, "0")}`, crypto.randomBytes(32),
               '["events_read","keys_read"]', Date.now() + i);
})();

const findKey = db.prepare("SELECT id, workspace, scopes, expires_at, revoked_at FROM api_key WHERE key_hash = ?");
const listKeys = db.prepare(`SELECT id, name, prefix, scopes, created_at, expires_at, revoked_at FROM api_key
                             WHERE workspace = ? ORDER BY created_at, id LIMIT ? OFFSET ?`);
const countKeys = db.prepare("SELECT count(*) AS total FROM api_key WHERE workspace = ?");

const app = express();
app.disable("x-powered-by");
app.use((request, response, next) => {
  const row = findKey.get(hash(request.get("x-api-key") ?? ""));
  const good = row && !row.revoked_at && (!row.expires_at || row.expires_at > Date.now());
  if (!good) return response.status(401).json({ success: false, error: { code: "unauthenticated", message: "no key" } });
  if (!JSON.parse(row.scopes).includes("keys_read")) return response.status(403).json({ success: false });
  request.workspace = row.workspace;
  next();
});
app.get("/api/keys", (request, response) => {
  const limit = Math.min(Number(request.query.limit ?? 20), 100);
  const offset = Number(request.query.offset ?? 0);
  const rows = listKeys.all(request.workspace, limit, offset);
  const { total } = countKeys.get(request.workspace);
  response.json({
    success: true,
    data: rows.map((row) => ({
      id: row.id,
      name: row.name,
      prefix: row.prefix,
      scopes: JSON.parse(row.scopes),
      createdAt: new Date(row.created_at).toISOString(),
    })),
    pagination: { total, limit, offset, hasMore: offset + rows.length < total },
  });
});
const server = app.listen(0, "127.0.0.1", () => console.log(`key ${key}\nport ${server.address().port}`));
