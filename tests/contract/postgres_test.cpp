// What only PostgreSQL promises: which servers it accepts, and that a lost connection is noticed and made anew.
#include "harness.hpp"
#include "postgres_server.hpp"

#include <future>

namespace waqtor {
namespace {
using testing::PostgresServer;

class Postgres : public testing::DatabaseTest {
protected:
    static Result<void> add(Transaction& tx, std::string_view name) {
        TRY_OK(sql::of(tx).exec("INSERT INTO event_counter (workspace, last_seq) VALUES ($1, 1)", name));
        return {};
    }
    std::vector<std::string> names() {
        return WAQTOR_OK(all<std::string>("SELECT workspace FROM event_counter ORDER BY workspace"));
    }
};
INSTANTIATE_TEST_SUITE_P(On, Postgres, ::testing::Values(testing::Backend::postgres), testing::backend_name);

TEST_P(Postgres, RefusesAServerThatDoesNotSync) {
    PostgresServer careless{{"fsync=off"}};
    options().url = careless.fresh_url();
    auto const outcome = open_again();
    EXPECT_EQ(outcome.error().code, Code::unavailable);
    EXPECT_NE(outcome.error().message.find("fsync"), std::string::npos);
}

TEST_P(Postgres, WarnsOfAServerThatSyncsLate) {
    EXPECT_TRUE(db().warnings().empty());
    options().url += "%20-csynchronous_commit%3Doff";
    auto const late = WAQTOR_OK(open_again());
    ASSERT_EQ(late->warnings().size(), 1U);
    EXPECT_NE(late->warnings().front().find("synchronous_commit"), std::string::npos);
}

TEST_P(Postgres, AnUnreachableServerIsUnavailable) {
    options().url = "postgresql://waqtor@/postgres?host=/nowhere";
    EXPECT_EQ(open_again().error().code, Code::unavailable);
}

TEST_P(Postgres, AConnectionLostWhileIdleIsReplacedUnnoticed) {
    EXPECT_TRUE(names().empty());
    EXPECT_GE(PostgresServer::shared().disconnect(), 2);
    WAQTOR_OK(write([](Transaction& tx) { return add(tx, "a"); }));
    EXPECT_GE(PostgresServer::shared().disconnect(), 1);
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_P(Postgres, WhatIsInFlightWhenTheConnectionIsLostIsUnavailable) {
    auto const outcome = write([](Transaction& tx) -> Result<void> {
        TRY_OK(add(tx, "a"));
        PostgresServer::shared().disconnect();
        return add(tx, "b");
    });
    EXPECT_EQ(outcome.error().code, Code::unavailable);
    auto const late = write([](Transaction& tx) -> Result<void> {
        TRY_OK(add(tx, "c"));
        PostgresServer::shared().disconnect();
        return {};   // the commit is what fails
    });
    EXPECT_EQ(late.error().code, Code::unavailable);
    WAQTOR_OK(write([](Transaction& tx) { return add(tx, "d"); }));
    EXPECT_EQ(names(), std::vector<std::string>{"d"});
}

TEST_P(Postgres, ALostConnectionFailsTheWholeGroup) {
    options().group_window = std::chrono::hours{1};
    db();
    std::promise<void> reached;
    std::promise<void> open;
    std::vector<std::optional<Result<void>>> outcomes(3);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        asio::co_spawn(
            io_,
            [&, i]() -> asio::awaitable<void> {
                outcomes[i] = co_await db().write([&, i](Transaction& tx) -> Result<void> {
                    if (i == 0) reached.set_value(), open.get_future().wait();   // until the others are queued behind it
                    if (i == 1) PostgresServer::shared().disconnect();
                    return add(tx, std::to_string(i));
                });
            },
            asio::detached);
    poll();
    reached.get_future().wait();
    open.set_value();
    run();
    ASSERT_FALSE(*outcomes[0]) << "it had succeeded, but was not committed";
    EXPECT_EQ(outcomes[0]->error().code, Code::unavailable);
    ASSERT_FALSE(*outcomes[1]);
    EXPECT_EQ(outcomes[1]->error().code, Code::unavailable);
    EXPECT_TRUE(*outcomes[2]) << "the next group gets a new connection";
    EXPECT_EQ(names(), std::vector<std::string>{"2"});
}

TEST_P(Postgres, AStatementThatTakesTooLongIsBusy) {
    options().statement_timeout = std::chrono::milliseconds{500};   // enough for all others
    auto const outcome = read([](Transaction& tx) { return sql::of(tx).all<std::string>("SELECT pg_sleep(60)"); });
    EXPECT_EQ(outcome.error().code, Code::busy);
}

TEST_P(Postgres, ATableThatFillsIsCountedBeforeTheNextTransaction) {
    options().new_tables = std::chrono::milliseconds{0};
    auto const counted = "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'event_counter'::regclass";
    WAQTOR_OK(write([](Transaction& tx) { return add(tx, "one"); }));
    WAQTOR_OK(write([](Transaction& tx) { return add(tx, "two"); }));
    EXPECT_LE(WAQTOR_OK(all<std::int64_t>(counted)).front(), 0) << "two rows are not worth it";
    WAQTOR_OK(write([](Transaction& tx) -> Result<void> {
        for (int i = 0; i < 1000; ++i) TRY_OK(add(tx, fmt::format("a workspace with a rather long name, number {}", i)));
        return {};
    }));
    WAQTOR_OK(write([](Transaction& tx) { return add(tx, "three"); }));
    EXPECT_EQ(WAQTOR_OK(all<std::int64_t>(counted)).front(), 1002);
}

TEST_P(Postgres, CopiesAndChecksAreTheOperatorsTools) {
    EXPECT_EQ(wait(db().backup("copy")).error().code, Code::not_implemented);
    EXPECT_EQ(wait(db().quick_check()).error().code, Code::not_implemented);
}

}   // namespace
}   // namespace waqtor
