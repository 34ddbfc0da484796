// kill -9 at a random moment of 10,000 concurrent appends, again and again on the same database: every acknowledged append is
// there, none twice, no number is missing. WAQTOR_CRASH_ROUNDS says how often (8).
#include "appended.hpp"
#include "storage/database.hpp"
#include "storage/sql/event_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <set>

namespace waqtor::crash {
namespace {

constexpr std::int64_t kEvents = 10'000;

class CrashTest : public testing::Test {
protected:
    CrashTest() {
        auto name = (std::filesystem::temp_directory_path() / "waqtor-crash-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
        folder_ = name;
    }
    ~CrashTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    /// Starts the appender and kills it once it has acknowledged `kill_after` appends; 0 kills it while it starts. True when the
    /// kill hit it at work.
    bool round(std::int64_t first, std::int64_t kill_after) {
        int ends[2];
        EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
        auto const database = path();
        auto const from = std::to_string(first);
        auto const count = std::to_string(kEvents);
        auto const child = fork();
        if (child == 0) {
            dup2(ends[1], STDOUT_FILENO);
            execl(WAQTOR_APPENDER, "crash_appender", database.c_str(), from.c_str(), count.c_str(), nullptr);
            _exit(127);
        }
        close(ends[1]);
        Acknowledged record{};
        std::int64_t heard = 0;
        if (kill_after == 0) kill(child, SIGKILL);
        while (read(ends[0], &record, sizeof record) == sizeof record) {
            // What was already in the pipe when it died was acknowledged all the same.
            EXPECT_TRUE(acknowledged_.emplace(record.number, record.seq).second) << "acknowledged twice: " << record.number;
            if (++heard == kill_after) kill(child, SIGKILL);
        }
        close(ends[0]);
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "the appender failed by itself: " << WEXITSTATUS(status);
        return WIFSIGNALED(status);
    }

    /// Compares the whole log with everything ever acknowledged.
    void verify() {
        auto const db = open_database({.url = path()});
        ASSERT_TRUE(db) << db.error().message << " | " << db.error().cause;
        std::map<std::int64_t, std::int64_t> stored;   // number → seq
        for (std::int64_t which = 0; which < 2; ++which) {
            std::int64_t after = 0;
            for (auto more = true; more;) {
                auto const page = read_page(**db, workspace(which), after);
                for (auto const& event : page.events) {
                    ASSERT_EQ(event.seq, ++after) << "a number is missing";
                    auto const number = event.data.at("number").to_number<std::int64_t>();
                    ASSERT_TRUE(stored.emplace(number, event.seq).second) << "stored twice: " << number;
                }
                ASSERT_EQ(page.last, after);
                more = page.more;
            }
        }
        for (auto const& [number, seq] : acknowledged_) {
            auto const found = stored.find(number);
            ASSERT_NE(found, stored.end()) << "acknowledged and lost: " << number;
            ASSERT_EQ(found->second, seq);
        }
        run(**db, [](SqlDatabase& open) -> asio::awaitable<void> { EXPECT_TRUE(co_await open.quick_check()); });
    }

    std::size_t acknowledged() const { return acknowledged_.size(); }

private:
    std::string path() const { return (folder_ / "waqtor.db").string(); }

    template <class F> static void run(SqlDatabase& db, F task) {
        asio::io_context io;
        asio::co_spawn(io, task(db), asio::detached);
        io.run();
    }
    EventPage read_page(SqlDatabase& db, WorkspaceId of, std::int64_t after) {
        EventPage out;
        run(db, [&, of, after](SqlDatabase& open) -> asio::awaitable<void> {
            auto page = co_await open.read([&](Transaction& tx) { return log_.read(tx, of, {.after = after, .limit = 1000}); });
            EXPECT_TRUE(page);
            if (page) out = *std::move(page);
        });
        return out;
    }

    std::filesystem::path folder_;
    std::map<std::int64_t, std::int64_t> acknowledged_;   // number → seq
    SystemClock clock_;
    sql::SqlEventLog log_{clock_};
};

TEST_F(CrashTest, EveryAcknowledgedAppendIsThereOnceWithoutAGap) {
    auto const* wanted = std::getenv("WAQTOR_CRASH_ROUNDS");
    auto const rounds = wanted ? std::atoi(wanted) : 8;
    auto const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    std::uniform_int_distribution<std::int64_t> moment{0, kEvents * 9 / 10};
    auto killed = 0;
    for (auto i = 0; i < rounds; ++i) {
        killed += round(i * kEvents, moment(random));
        verify();
        if (HasFatalFailure()) return;
    }
    EXPECT_EQ(killed, rounds);
    EXPECT_GT(acknowledged(), 0U);
    RecordProperty("killed", killed);
    RecordProperty("acknowledged", static_cast<int>(acknowledged()));
    std::printf("%d kills, %zu acknowledged appends, 0 lost, 0 twice, 0 gaps\n", killed, acknowledged());
}

}   // namespace
}   // namespace waqtor::crash
