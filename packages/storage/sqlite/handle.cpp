#include "storage/sqlite/handle.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace waqtor::sqlite {
namespace {

struct Meaning {
    Code code;
    std::string_view message;
};

Meaning constraint(int extended) {
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID: return {Code::conflict, "It exists already"};
        case SQLITE_CONSTRAINT_FOREIGNKEY: return {Code::conflict, "It refers to something that does not exist, or is referred to"};
        default: return {Code::internal, "The database refused a value"};
    }
}

Meaning meaning_of(sqlite3* handle, int extended) {
    switch (extended & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return {Code::busy, "The database is busy; try again"};
        case SQLITE_FULL: return {Code::storage_full, "The disk is full; nothing was written"};
        case SQLITE_CONSTRAINT: return constraint(extended);
        case SQLITE_IOERR:
            if (auto const cause = handle ? sqlite3_system_errno(handle) : 0; cause == ENOSPC || cause == EDQUOT)
                return {Code::storage_full, "The disk is full; nothing was written"};
            return {Code::unavailable, "The database's disk cannot be read or written"};
        case SQLITE_CANTOPEN: return {Code::unavailable, "The database file cannot be opened"};
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT: return {Code::internal, "The database file is damaged or is not a database"};
        default: return {Code::internal, "The database refused a statement"};
    }
}

}   // namespace

std::unexpected<Error> error_of(sqlite3* handle, int code, std::source_location at) {
    auto const extended = handle ? sqlite3_extended_errcode(handle) : code;
    auto const meaning = meaning_of(handle, extended == SQLITE_OK ? code : extended);
    auto cause = fmt::format("sqlite {}: {}", extended, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    return fail_with_cause(meaning.code, std::string{meaning.message}, std::move(cause), at);
}

Result<Handle> open(std::filesystem::path const& path, int flags, std::chrono::milliseconds busy) {
    sqlite3* raw = nullptr;
    auto const code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    Handle handle{raw};
    if (code != SQLITE_OK) return error_of(raw, code);
    sqlite3_busy_timeout(raw, static_cast<int>(busy.count()));
    return handle;
}

Result<void> execute(sqlite3* handle, char const* sql) {
    if (auto const code = sqlite3_exec(handle, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) return error_of(handle, code);
    return {};
}

}   // namespace waqtor::sqlite
