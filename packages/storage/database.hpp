#pragma once
#include "core/base/database.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

// The front door of storage: open a database here and hand it to the stores of storage/sql.

namespace waqtor {

enum class SchemaPolicy : std::uint8_t { migrate, verify };

struct DatabaseOptions {
    std::string url;                             // a file's path, "sqlite:path" or "postgresql://…"
    unsigned readers = 2;                        // threads, each with its own connection
    std::size_t most_queued = 4096;              // operations waiting; further ones answer Code::busy. Each for reads, writes
    std::size_t most_grouped = 64;               // writes that share one commit
    std::chrono::milliseconds group_window{3};   // and how long a commit may wait for them
    std::chrono::milliseconds busy{5'000};       // how long to wait for another program's lock
    std::chrono::milliseconds statement_timeout{30'000};   // PostgreSQL only
    std::chrono::milliseconds new_tables{1'000};           // PostgreSQL only: how often to look for tables without statistics
    SchemaPolicy schema = SchemaPolicy::migrate;
    /// Called on the writer's thread after a commit with the workspaces whose event log grew, each once; before the writers of
    /// that commit hear of it. It must not block.
    std::function<void(std::vector<WorkspaceId>)> on_commit{};
};

/// What the database did since it was opened, for /metrics.
struct DatabaseFigures {
    std::uint64_t commits = 0;
    std::uint64_t writes = 0;   // operations that were committed
    std::uint64_t reads = 0;
    std::uint64_t refused = 0;   // Code::busy because a queue was full
    std::size_t queued_writes = 0;
    std::size_t queued_reads = 0;
};

/// SQLite or PostgreSQL with WaQtor's schema. Close it, or destroy it, before the executors that use it end.
class SqlDatabase : public Database {
public:
    /// Refuses new work (Code::unavailable), finishes what is queued and ends the threads. Blocks meanwhile; may be called twice.
    virtual void close() = 0;
    /// Settings of the database server that are allowed but unwise, as sentences for the operator.
    virtual std::vector<std::string> const& warnings() const = 0;
    /// The version of the schema found or reached when it was opened.
    virtual std::int64_t schema_version() const = 0;
    virtual DatabaseFigures figures() const = 0;

    /// A consistent copy in a new file while the server goes on. Code::conflict when the file exists; Code::not_implemented on
    /// PostgreSQL, where pg_dump does it.
    virtual Task<void> backup(std::filesystem::path to) = 0;
    /// Reads the whole file and checks its structure. Code::internal when it is damaged; Code::not_implemented on PostgreSQL.
    virtual Task<void> quick_check() = 0;
};

/// Opens a database, made when there is none, and brings its schema up to date (or only verifies it). Code::conflict when the
/// schema is newer than this binary or was altered, Code::unavailable when it cannot be reached.
Result<std::unique_ptr<SqlDatabase>> open_database(DatabaseOptions options);

/// The schema version this binary brings.
std::int64_t newest_schema_version();

/// The schema version of a SQLite file, which is not changed. Code::not_found without a file, Code::invalid when it is something
/// else.
Result<std::int64_t> file_schema_version(std::filesystem::path const& file);

}   // namespace waqtor
