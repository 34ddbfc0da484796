#pragma once
#include "core/base/result.hpp"

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>

namespace waqtor::sqlite {

struct CloseHandle {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// What the last failed call on this handle means to a caller; SQLite's own words go to the log.
std::unexpected<Error> error_of(sqlite3* handle, int code, std::source_location at = std::source_location::current());

/// Opens a file with SQLite's flags (SQLITE_OPEN_*).
Result<Handle> open(std::filesystem::path const& path, int flags, std::chrono::milliseconds busy);

/// Runs a text of statements that answer nothing of interest.
Result<void> execute(sqlite3* handle, char const* sql);

}   // namespace waqtor::sqlite
