#pragma once
#include "storage/database.hpp"
#include "storage/sql/transaction.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <thread>

namespace waqtor::testing {

enum class Backend { sqlite, postgres };

/// A folder that goes with its owner.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// An empty database of one backend, opened when first used. A suite that derives from it runs on every backend with
/// WAQTOR_ON_EVERY_DATABASE.
class DatabaseTest : public ::testing::TestWithParam<Backend> {
protected:
    DatabaseOptions& options();
    SqlDatabase& db();
    /// Opens the same database (again), as a second program or a later start would.
    Result<std::unique_ptr<SqlDatabase>> open_again();
    void close_db() { db_.reset(); }

    /// Runs a coroutine to its end on this thread.
    template <class T> T wait(asio::awaitable<T> task) {
        std::optional<T> out;
        asio::co_spawn(io_, [&]() -> asio::awaitable<void> { out.emplace(co_await std::move(task)); }, asio::detached);
        run();
        return std::move(out).value();
    }
    /// Runs what was spawned until it waits, or to its end.
    void poll() { io_.restart(), io_.poll(); }
    void run() { io_.restart(), io_.run(); }
    template <class F> auto write(F work) { return wait(db().write(std::move(work))); }
    template <class F> auto read(F work) { return wait(db().read(std::move(work))); }

    /// Runs SQL with the stores' means.
    template <class... A> Result<std::int64_t> exec(std::string sql, A... arguments) {
        return write([=](Transaction& tx) { return sql::of(tx).exec(sql, arguments...); });
    }
    template <class T, class... A> Result<std::vector<T>> all(std::string sql, A... arguments) {
        return read([=](Transaction& tx) { return sql::of(tx).all<T>(sql, arguments...); });
    }

    asio::io_context io_;

private:
    TemporaryFolder folder_;
    std::optional<DatabaseOptions> options_;
    std::unique_ptr<SqlDatabase> db_;
};

inline std::string backend_name(::testing::TestParamInfo<Backend> const& info) {
    return info.param == Backend::sqlite ? "sqlite" : "postgresql";
}

}   // namespace waqtor::testing

#define WAQTOR_ON_EVERY_DATABASE(suite)                                                                          \
    INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::Values(testing::Backend::sqlite, testing::Backend::postgres), \
                             testing::backend_name)

/// The value of a Result, or a failed test that says why there is none.
#define WAQTOR_OK(expression)                                                                                               \
    [&] {                                                                                                                   \
        auto outcome = (expression);                                                                                        \
        if (!outcome) throw std::runtime_error{#expression ": " + outcome.error().message + " | " + outcome.error().cause}; \
        return *std::move(outcome);                                                                                         \
    }()
