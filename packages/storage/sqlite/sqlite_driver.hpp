#pragma once
#include "storage/sql/connection.hpp"

namespace waqtor::sqlite {

struct Options {
    std::filesystem::path path;
    std::chrono::milliseconds busy;   // how long to wait for another program's lock
};

/// SQLite in WAL mode with synchronous=FULL: what is committed survives a power cut. The file is made readable by its owner only.
std::unique_ptr<sql::Driver> make_driver(Options options);

/// The schema version of a database file that no server needs to have open; it is not changed. Code::not_found without a file,
/// Code::invalid when it is no WaQtor database.
Result<std::int64_t> file_schema_version(std::filesystem::path const& path);

}   // namespace waqtor::sqlite
