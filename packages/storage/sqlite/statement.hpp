#pragma once
#include "storage/sql/value.hpp"
#include "storage/sqlite/handle.hpp"

namespace waqtor::sqlite {

/// A prepared statement with $1-style arguments. Not thread-safe, like the connection it belongs to.
class Statement {
public:
    static Result<Statement> prepare(sqlite3* handle, std::string_view sql);

    /// Runs it to its end and leaves it ready for the next time. Returns how many rows it changed.
    Result<std::int64_t> run(std::span<sql::Argument const> arguments, sql::RowSink sink);

private:
    explicit Statement(StatementHandle statement) : statement_{std::move(statement)} {}
    Result<void> bind(std::span<sql::Argument const> arguments);
    Result<std::int64_t> step_all(sql::RowSink sink);

    StatementHandle statement_;
    std::vector<int> place_of_;   // $1, $2, … → SQLite's own index, which follows first appearance
};

}   // namespace waqtor::sqlite
