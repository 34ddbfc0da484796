#pragma once
#include "storage/sql/value.hpp"

#include <filesystem>
#include <vector>

namespace waqtor::sql {

struct Dialect;

enum class Access : std::uint8_t { read, write };

/// One connection to a database, used by one thread at a time. What the drivers implement and the engine drives.
class Connection {
public:
    virtual ~Connection() = default;

    /// Runs one statement with $1-style arguments; it is prepared once and kept. Returns how many rows it changed.
    virtual Result<std::int64_t> run(std::string_view sql, std::span<Argument const> arguments, RowSink sink) = 0;
    /// run(), for a statement whose answer nobody needs: a server is not waited for. Should it fail, then so does the next call
    /// that waits; so it does with `unless_changing`, if that is given, when no row was changed. The arguments may end when it
    /// returns.
    virtual Result<void> post(std::string_view sql, std::span<Argument const> arguments, std::optional<Error> unless_changing) = 0;
    /// Waits for what was posted.
    virtual Result<void> settle() = 0;
    /// Runs a text of many statements without arguments.
    virtual Result<void> script(std::string const& sql) = 0;

    virtual Result<void> begin(Access access) = 0;
    /// Begins a part of the transaction that can be taken back alone. There is no part in a part.
    virtual Result<void> begin_part() = 0;
    /// Ends the part, and waits for what was posted in it.
    virtual Result<void> keep_part() = 0;
    /// Undoes what was done in the part. When it fails, the transaction cannot go on.
    virtual Result<void> undo_part() = 0;
    virtual Result<void> commit() = 0;
    /// Ends the transaction, if there still is one.
    virtual void rollback() = 0;
    /// True while the transaction that was begun still stands: a full disk or a lost connection ends it early.
    virtual bool in_transaction() const = 0;
    /// False when the connection was lost and a new one has to be made.
    virtual bool usable() const = 0;

    virtual Dialect const& dialect() const = 0;
    virtual Result<void> backup(std::filesystem::path const& to) = 0;
    virtual Result<void> quick_check() = 0;
};

/// Makes the connections of one database. Safe to call from any thread.
class Driver {
public:
    virtual ~Driver() = default;
    virtual Result<std::unique_ptr<Connection>> connect(Access access) = 0;
    /// What is allowed but unwise about the database's own settings; asked once, on its first writing connection.
    virtual Result<std::vector<std::string>> check(Connection& connection) = 0;
};

}   // namespace waqtor::sql
