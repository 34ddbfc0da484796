#pragma once
#include "storage/sql/connection.hpp"
#include "storage/sqlite/handle.hpp"

namespace waqtor::sqlite {

/// Copies the database as it is at this moment into a new file, while others go on writing. The copy appears under its name only
/// when it is complete and on disk. Code::conflict when the file exists.
Result<void> backup(sqlite3* source, std::filesystem::path const& to);

/// Code::internal, with the first finding as its cause, when the file's structure is damaged.
Result<void> quick_check(sql::Connection& connection);

}   // namespace waqtor::sqlite
