#pragma once
#include "storage/sql/connection.hpp"

namespace waqtor::postgres {

struct Options {
    std::string url;   // postgresql://user:password@host/database?…, as libpq reads it
    std::chrono::milliseconds statement_timeout;
    std::chrono::milliseconds new_tables{1'000};   // how often a writer looks for tables that fill and have no statistics
};

/// PostgreSQL through libpq, which is loaded when the first connection is made. A server with fsync=off is refused.
std::unique_ptr<sql::Driver> make_driver(Options options);

}   // namespace waqtor::postgres
