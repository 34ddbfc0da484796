#include "storage/sqlite/sqlite_driver.hpp"

#include <thread>

#include "storage/sql/dialect.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sql/statement_cache.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/statement.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace waqtor::sqlite {
namespace {

class SqliteConnection final : public sql::Connection {
public:
    explicit SqliteConnection(Handle handle, std::unique_ptr<Checkpointer> checkpointer = {})
        : handle_{std::move(handle)}, checkpointer_{std::move(checkpointer)} {
        if (checkpointer_) checkpointer_->follow(handle_.get());
    }

    Result<std::int64_t> run(std::string_view text, std::span<sql::Argument const> arguments, sql::RowSink sink) override {
        auto* statement = statements_.find(text);
        if (!statement) {
            TRY(auto prepared, Statement::prepare(handle_.get(), text));
            statement = &statements_.keep(text, std::move(prepared));
        }
        return statement->run(arguments, sink);
    }
    Result<void> post(std::string_view text, std::span<sql::Argument const> arguments,
                      std::optional<Error> unless_changing) override {
        TRY(auto const changed, run(text, arguments, {}));
        if (changed == 0 && unless_changing) return std::unexpected(*std::move(unless_changing));
        return {};
    }
    Result<void> settle() override { return {}; }
    Result<void> script(std::string const& text) override { return execute(handle_.get(), text.c_str()); }
    // A writer takes the lock at once: a reading transaction that becomes a writing one could not wait for it.
    Result<void> begin(sql::Access access) override { return command(access == sql::Access::write ? "BEGIN IMMEDIATE" : "BEGIN"); }
    Result<void> begin_part() override { return command("SAVEPOINT part"); }
    Result<void> keep_part() override { return command("RELEASE part"); }
    Result<void> undo_part() override {
        if (!in_transaction()) return fail(Code::internal, "The transaction has ended");   // a full disk ends it
        TRY_OK(command("ROLLBACK TO part"));
        return command("RELEASE part");
    }
    Result<void> commit() override { return command("COMMIT"); }
    void rollback() override {
        // Fails only when SQLite has already rolled back by itself.
        if (in_transaction()) std::ignore = command("ROLLBACK");
    }
    bool in_transaction() const override { return sqlite3_get_autocommit(handle_.get()) == 0; }
    bool usable() const override { return true; }

    sql::Dialect const& dialect() const override { return sql::kSqlite; }
    Result<void> backup(std::filesystem::path const& to) override { return sqlite::backup(handle_.get(), to); }
    Result<void> quick_check() override { return sqlite::quick_check(*this); }

private:
    Result<void> command(std::string_view text) { return post(text, {}, {}); }

    Handle handle_;
    std::unique_ptr<Checkpointer> checkpointer_;
    sql::StatementCache<Statement> statements_;   // destroyed before the handle
};

// Small on purpose: the operating system caches the file too, and an idle server has to stay small. temp_store keeps the copies
// that savepoints make out of temporary files.
constexpr auto kSettings = R"sql(
    PRAGMA cache_size = -1024;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
)sql";
// The writer changes the same few pages again and again: reading them back from the file each time would cost more than the change.
// The WAL's file stays as long as it becomes before it begins anew (Checkpointer::kLong): writing over it is cheaper.
constexpr auto kWriterSettings = R"sql(
    PRAGMA cache_size = -8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA journal_size_limit = 37748736;
)sql";

/// Turning a database to WAL does not wait for another program that does the same: so ask again.
Result<void> execute_patiently(sqlite3* handle, char const* sql, std::chrono::milliseconds most) {
    auto const end = std::chrono::steady_clock::now() + most;
    for (;;) {
        auto done = execute(handle, sql);
        if (done || done.error().code != Code::busy || std::chrono::steady_clock::now() > end) return done;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

class SqliteDriver final : public sql::Driver {
public:
    explicit SqliteDriver(Options options) : options_{std::move(options)} {}

    Result<std::unique_ptr<sql::Connection>> connect(sql::Access access) override {
        auto const writes = access == sql::Access::write;
        if (writes) TRY_OK(create_private());
        TRY(auto handle, open(options_.path, writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, options_.busy));
        TRY_OK(execute(handle.get(), kSettings));
        if (writes) TRY_OK(execute_patiently(handle.get(), kWriterSettings, options_.busy));
        return std::make_unique<SqliteConnection>(std::move(handle),
                                                  writes ? std::make_unique<Checkpointer>(options_.path, options_.busy) : nullptr);
    }

    Result<std::vector<std::string>> check(sql::Connection& connection) override {
        std::string mode;
        auto take = [](void* state, sql::Row const& row) { return sql::read_row(row, *static_cast<std::string*>(state)); };
        TRY_OK(connection.run("PRAGMA journal_mode", {}, {&mode, take}));
        if (mode != "wal")   // network file systems have no shared memory
            return fail(Code::unavailable, "The database's file system cannot do SQLite's WAL mode; put it on a local disk");
        return std::vector<std::string>{};
    }

private:
    /// SQLite would make the file readable by all; its -wal and -shm files take the rights from it. An existing file is not opened:
    /// closing it again would end the locks that other connections of this process have on it.
    Result<void> create_private() const {
        auto const file = ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file >= 0) return ::close(file), Result<void>{};
        if (errno == EEXIST) return {};
        return fail_with_cause(errno == ENOSPC ? Code::storage_full : Code::unavailable, "The database file cannot be made",
                               std::error_code{errno, std::generic_category()}.message());
    }
    Options options_;
};

}   // namespace

std::unique_ptr<sql::Driver> make_driver(Options options) {
    // Nobody asks SQLite how much memory it uses; counting it takes a lock for every allocation. Refused once a database was
    // opened.
    [[maybe_unused]] static auto const uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return std::make_unique<SqliteDriver>(std::move(options));
}

Result<std::int64_t> file_schema_version(std::filesystem::path const& path) {
    if (!std::filesystem::exists(path)) return fail(Code::not_found, "There is no database file");
    TRY(auto handle, open(path, SQLITE_OPEN_READONLY, std::chrono::milliseconds{1000}));
    SqliteConnection connection{std::move(handle)};
    auto version = sql::schema_version(connection);
    if (version && *version == 0) return fail(Code::invalid, "The file is no WaQtor database");
    if (!version && version.error().code == Code::internal)
        return fail_with_cause(Code::invalid, "The file is no WaQtor database", version.error().cause);
    return version;
}

}   // namespace waqtor::sqlite
