// What only SQLite promises: its settings, its files, a full disk, copies.
#include "harness.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <future>

namespace waqtor {
namespace {

class Sqlite : public testing::DatabaseTest {
protected:
    std::string path() { return options().url; }
    template <class T> T pragma(std::string name) {
        return WAQTOR_OK(write([=](Transaction& tx) { return sql::of(tx).one<T>("PRAGMA " + name); }));
    }
    Result<void> fill(std::size_t bytes) {
        return write([=](Transaction& tx) -> Result<void> {
            TRY_OK(sql::of(tx).exec("INSERT INTO filler VALUES ($1)", Bytes(bytes, 7)));
            return {};
        });
    }
};
INSTANTIATE_TEST_SUITE_P(On, Sqlite, ::testing::Values(testing::Backend::sqlite), testing::backend_name);

TEST_P(Sqlite, SurvivesAPowerCutByItsSettings) {
    EXPECT_EQ(pragma<std::string>("journal_mode"), "wal");
    EXPECT_EQ(pragma<int>("synchronous"), 2);
    EXPECT_EQ(pragma<int>("foreign_keys"), 1);
    EXPECT_EQ(pragma<int>("secure_delete"), 1);
}

TEST_P(Sqlite, TheUrlMayNameItsKind) {
    auto const file = path();
    options().url = "sqlite:" + file;
    EXPECT_EQ(db().schema_version(), newest_schema_version());
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_P(Sqlite, ItsFilesAreForTheirOwnerOnly) {
    WAQTOR_OK(exec("INSERT INTO event_counter VALUES ('x', 1)"));
    for (auto const* suffix : {"", "-wal", "-shm"}) {
        struct stat found{};
        ASSERT_EQ(stat((path() + suffix).c_str(), &found), 0) << suffix;
        EXPECT_EQ(found.st_mode & 0777U, 0600U) << suffix;
    }
}

TEST_P(Sqlite, AFullDiskIsNamedAndHarmsNothing) {
    WAQTOR_OK(exec("CREATE TABLE filler (data BLOB)"));
    WAQTOR_OK(fill(10));
    auto const pages = pragma<std::int64_t>("page_count");
    EXPECT_EQ(pragma<std::int64_t>(fmt::format("max_page_count = {}", pages + 2)), pages + 2);
    EXPECT_EQ(fill(1'000'000).error().code, Code::storage_full);
    WAQTOR_OK(fill(11));
    pragma<std::int64_t>("max_page_count = 1000000");
    WAQTOR_OK(fill(1'000'000));
    EXPECT_EQ(WAQTOR_OK(all<std::int64_t>("SELECT length(data) FROM filler")), (std::vector<std::int64_t>{10, 11, 1'000'000}));
}

TEST_P(Sqlite, AnotherProgramsLockAnswersBusy) {
    options().busy = std::chrono::milliseconds{50};
    auto const other = WAQTOR_OK(open_again());
    std::promise<void> locked;
    std::promise<void> release;
    auto holder = std::jthread{[&] {
        asio::io_context io;
        asio::co_spawn(
            io,
            [&]() -> asio::awaitable<void> {
                auto const outcome = co_await other->write([&](Transaction&) -> Result<void> {
                    locked.set_value();
                    release.get_future().wait();
                    return {};
                });
                EXPECT_TRUE(outcome);
            },
            asio::detached);
        io.run();
    }};
    locked.get_future().wait();
    auto const refused = exec("INSERT INTO event_counter VALUES ('x', 1)");
    EXPECT_TRUE(all<int>("SELECT 1")) << "readers are not held up";
    release.set_value();
    holder.join();
    EXPECT_EQ(refused.error().code, Code::busy);
    EXPECT_TRUE(exec("INSERT INTO event_counter VALUES ('x', 1)"));
}

TEST_P(Sqlite, RefusesWhatIsNoDatabase) {
    std::ofstream{path()} << std::string(10'000, 'x');
    EXPECT_EQ(open_again().error().code, Code::internal);
    EXPECT_EQ(file_schema_version(path()).error().code, Code::invalid);
    EXPECT_EQ(file_schema_version(path() + ".none").error().code, Code::not_found);
    options().url = path() + "-none/x.db";
    EXPECT_EQ(open_again().error().code, Code::unavailable);
    options().url = "mysql://x";
    EXPECT_EQ(open_again().error().code, Code::invalid);
}

TEST_P(Sqlite, ABackupIsACompleteDatabaseMadeWhileOthersWrite) {
    auto const copy = path() + ".backup";
    WAQTOR_OK(exec("CREATE TABLE filler (data BLOB)"));
    for (int i = 0; i < 20; ++i) WAQTOR_OK(fill(50'000));
    auto stop = false;
    auto written = 20;
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            while (!stop) {
                auto const outcome = co_await db().write([](Transaction& tx) -> Result<void> {
                    TRY_OK(sql::of(tx).exec("INSERT INTO filler VALUES ($1)", Bytes(1000, 1)));
                    return {};
                });
                EXPECT_TRUE(outcome);
                ++written;
            }
        },
        asio::detached);
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            EXPECT_TRUE(co_await db().backup(copy));
            stop = true;
        },
        asio::detached);
    run();
    EXPECT_EQ(WAQTOR_OK(file_schema_version(copy)), newest_schema_version());
    EXPECT_EQ(wait(db().backup(copy)).error().code, Code::conflict);
    EXPECT_FALSE(std::filesystem::exists(copy + ".part"));
    EXPECT_FALSE(std::filesystem::exists(copy + "-wal"));
    close_db();
    options().url = copy;
    auto const rows = WAQTOR_OK(all<std::int64_t>("SELECT count(*) FROM filler")).front();
    EXPECT_GE(rows, 20);
    EXPECT_LE(rows, written);
    EXPECT_TRUE(wait(db().quick_check()));
}

TEST_P(Sqlite, ABackupThatCannotBeWrittenSaysSo) {
    EXPECT_EQ(wait(db().backup(path() + "-none/copy.db")).error().code, Code::unavailable);
}

TEST_P(Sqlite, QuickCheckFindsDamage) {
    WAQTOR_OK(exec("CREATE TABLE filler (data BLOB)"));
    for (int i = 0; i < 50; ++i) WAQTOR_OK(fill(1000));
    EXPECT_TRUE(wait(db().quick_check()));
    close_db();
    {
        std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(-4096 * 3, std::ios::end);
        file << std::string(4096, '\xff');
    }
    EXPECT_EQ(wait(db().quick_check()).error().code, Code::internal);
}

}   // namespace
}   // namespace waqtor
