// storage_bench [OUTPUT.json] [FOLDER]: durable event appends (SQLite, synchronous=FULL) from 64 concurrent writers, against one
// commit for each append on the same disk. The two take turns in the same run, so that a busy disk slows both.
#include "storage/database.hpp"
#include "storage/sql/event_log.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

using namespace waqtor;
using Clock_ = std::chrono::steady_clock;

namespace {

struct MessageReceived {
    static constexpr std::string_view kName = "message.received";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A message of about 200 bytes";
    std::string chat;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(MessageReceived, (), (chat, text))

struct Measured {
    std::vector<double> milliseconds;   // of each append, from the call to its acknowledgement
    double seconds = 0;
    std::uint64_t commits = 0;

    double rate() const { return static_cast<double>(milliseconds.size()) / seconds; }
    double percentile(double share) {
        std::ranges::sort(milliseconds);
        return milliseconds[static_cast<std::size_t>(share * static_cast<double>(milliseconds.size() - 1))];
    }
};

asio::awaitable<void> append(SqlDatabase& db, sql::SqlEventLog& log, WorkspaceId workspace, int count, Measured& measured) {
    auto const event = MessageReceived{"15550100@s.whatsapp.net", std::string(150, 'x')};
    for (int i = 0; i < count; ++i) {
        auto const start = Clock_::now();
        auto const seq = co_await db.write([&](Transaction& tx) { return log.append(tx, workspace, event); });
        if (!seq) fmt::print(stderr, "{} | {}\n", seq.error().message, seq.error().cause), std::exit(1);
        measured.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock_::now() - start).count());
    }
}

void measure(SqlDatabase& db, sql::SqlEventLog& log, int writers, int each, Measured& measured) {
    asio::io_context io;
    auto const workspace = WorkspaceId::make(SystemClock{}.now());
    auto const commits = db.figures().commits;
    auto const start = Clock_::now();
    for (int i = 0; i < writers; ++i) asio::co_spawn(io, append(db, log, workspace, each, measured), asio::detached);
    io.run();
    measured.seconds += std::chrono::duration<double>(Clock_::now() - start).count();
    measured.commits += db.figures().commits - commits;
}

std::unique_ptr<SqlDatabase> open(std::filesystem::path const& file, std::size_t most_grouped) {
    auto db = open_database({.url = file.string(), .most_grouped = most_grouped});
    if (!db) fmt::print(stderr, "{} | {}\n", db.error().message, db.error().cause), std::exit(1);
    return *std::move(db);
}

std::string show(Measured& measured, int writers) {
    return fmt::format(
        R"({{"writers": {}, "appends": {}, "commits": {}, "appendsPerSecond": {:.0f}, "p50Ms": {:.3f}, "p99Ms": {:.3f}}})", writers,
        measured.milliseconds.size(), measured.commits, measured.rate(), measured.percentile(0.50), measured.percentile(0.99));
}

}   // namespace

int main(int argc, char** argv) {
    auto const output = std::filesystem::path{argc > 1 ? argv[1] : "bench/results/storage.json"};
    auto const folder = std::filesystem::path{argc > 2 ? argv[2] : "."} / "storage-bench-data";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    SystemClock clock;
    sql::SqlEventLog log{clock};
    Measured grouped;
    Measured single;
    {
        auto const group_db = open(folder / "grouped.db", 64);
        auto const single_db = open(folder / "single.db", 1);
        for (int turn = 0; turn < 10; ++turn) {
            measure(*group_db, log, 64, 300, grouped);
            measure(*single_db, log, 1, 300, single);
        }
    }
    std::filesystem::remove_all(folder);
    auto const result = fmt::format(R"({{"what": "durable event appends, SQLite WAL, synchronous=FULL",
 "groupCommit": {},
 "commitPerAppend": {},
 "ratio": {:.1f}, "target": 15}})",
                                    show(grouped, 64), show(single, 1), grouped.rate() / single.rate());
    if (output.has_parent_path()) std::filesystem::create_directories(output.parent_path());
    std::ofstream{output} << result << '\n';
    fmt::print("{}\n", result);
    return grouped.rate() / single.rate() >= 15 ? 0 : 1;
}
