#pragma once
#include "storage/sql/connection.hpp"

namespace waqtor::sql {

/// One step of the schema: migrations/NNNN_name.sql, in SQLite's words. Never edited after a release.
struct Migration {
    std::int64_t version;
    std::string_view name;
    std::string_view checksum;   // SHA-256 of the file, hexadecimal
    std::string_view text;
};

/// Those built into this binary, by version, ascending.
std::span<Migration const> embedded_migrations();

/// The newest migration the database has; 0 for an empty one.
Result<std::int64_t> schema_version(Connection& connection);

/// Refuses (Code::conflict) a database whose migrations differ from ours or are newer than ours. Returns its version.
Result<std::int64_t> verify_schema(Connection& connection, std::span<Migration const> migrations);

/// Verifies, then applies what is missing, each migration in a transaction of its own. Returns the version reached.
Result<std::int64_t> migrate(Connection& connection, std::span<Migration const> migrations, Timestamp now);

}   // namespace waqtor::sql
