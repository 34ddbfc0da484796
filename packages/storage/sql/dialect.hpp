#pragma once
#include <string>
#include <string_view>

namespace waqtor::sql {

/// Everything in which the two databases differ in words; the rest of the SQL is one text for both. Migrations are written in
/// SQLite's words and translated whole words at a time:
///   INTEGER → BIGINT    BLOB → BYTEA    REAL → DOUBLE PRECISION    STRICT and WITHOUT ROWID → nothing
///   TEXT → TEXT COLLATE "C", so that texts sort by their bytes as in SQLite
/// Not usable because one side lacks it: AUTOINCREMENT, max(a, b) of two values (use CASE), LIKE for prefixes (use a range).
struct Dialect {
    std::string_view name;
    /// One row with one whole number: how many tables called $1 there are.
    std::string_view count_tables;
    /// Table and column names of the schema, in order.
    std::string_view list_columns;
    /// What keeps two programs from migrating at the same time, run inside the transaction; empty when begin() does.
    std::string_view lock_migrations;
    std::string (*translate)(std::string_view migration);
};

extern Dialect const kSqlite;
extern Dialect const kPostgres;

}   // namespace waqtor::sql
