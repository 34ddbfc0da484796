// crash_appender DATABASE FIRST COUNT: appends events number FIRST to FIRST+COUNT-1 from 64 coroutines and writes a record to
// standard output for each append that was acknowledged. It is made to be killed.
#include "appended.hpp"
#include "storage/database.hpp"
#include "storage/sql/event_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

using namespace waqtor;

namespace {

asio::awaitable<void> append(SqlDatabase& db, sql::SqlEventLog& log, std::int64_t& next, std::int64_t end) {
    while (next < end) {
        auto const number = next++;
        auto const seq = co_await db.write(
            [&log, number](Transaction& tx) { return log.append(tx, crash::workspace(number), crash::Appended{number}); });
        if (!seq) std::fprintf(stderr, "%s | %s\n", seq.error().message.c_str(), seq.error().cause.c_str()), std::_Exit(3);
        auto const record = crash::Acknowledged{number, *seq};
        if (write(STDOUT_FILENO, &record, sizeof record) != sizeof record) std::_Exit(4);
    }
}

}   // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    auto const db = open_database({.url = argv[1]});
    if (!db) return std::fprintf(stderr, "%s | %s\n", db.error().message.c_str(), db.error().cause.c_str()), 3;
    SystemClock clock;
    sql::SqlEventLog log{clock};
    auto next = std::int64_t{std::atoll(argv[2])};
    auto const end = next + std::atoll(argv[3]);
    asio::io_context io;
    for (int i = 0; i < 64; ++i) asio::co_spawn(io, append(**db, log, next, end), asio::detached);
    io.run();
}
