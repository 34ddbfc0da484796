// The promises of waqtor::Database, kept alike by SQLite and PostgreSQL.
#include "engine_fixture.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <set>

namespace waqtor {
namespace {

class Engine : public testing::EngineTest {};
WAQTOR_ON_EVERY_DATABASE(Engine);

TEST_P(Engine, ReturnsTheValueOfTheWork) {
    EXPECT_EQ(WAQTOR_OK(write([](Transaction& tx) -> Result<int> {
                  TRY_OK(add(tx, 7));
                  return 42;
              })),
              42);
    EXPECT_EQ(items(), std::vector<std::int64_t>{7});
}

TEST_P(Engine, WritesNothingOfWorkThatFails) {
    auto const outcome = write([](Transaction& tx) -> Result<void> {
        TRY_OK(add(tx, 1));
        return fail(Code::not_found, "no");
    });
    EXPECT_EQ(outcome.error().code, Code::not_found);
    EXPECT_TRUE(items().empty());
}

TEST_P(Engine, WritesNothingOfWorkThatThrows) {
    auto const outcome = write([](Transaction& tx) -> Result<void> {
        TRY_OK(add(tx, 1));
        throw std::runtime_error{"secret detail"};
    });
    EXPECT_EQ(outcome.error().code, Code::internal);
    EXPECT_EQ(outcome.error().message.find("secret"), std::string::npos);
    EXPECT_EQ(outcome.error().cause, "secret detail");
    EXPECT_TRUE(items().empty());
}

TEST_P(Engine, WorkThatIgnoresAFailedStatementDoesNotSucceed) {
    auto const outcome = write([](Transaction& tx) -> Result<void> {
        TRY_OK(add(tx, 1));
        std::ignore = add(tx, 1);
        std::ignore = add(tx, 2);
        return {};
    });
    EXPECT_EQ(outcome.error().code, Code::conflict);
    EXPECT_TRUE(items().empty());
}

TEST_P(Engine, OneFailureInAGroupLeavesTheOthersAlone) {
    close_db();
    options().group_window = std::chrono::hours{1};   // however slow this machine is
    Gate gate;
    auto const first = start_gate(gate);
    std::vector<std::shared_ptr<Result<void>>> outcomes;
    for (int i = 0; i < 10; ++i)
        outcomes.push_back(start([i](Transaction& tx) -> Result<void> {
            TRY_OK(add(tx, i));
            if (i == 3) return fail(Code::gone, "no");
            if (i == 5) throw std::runtime_error{"no"};
            return i == 7 ? add(tx, 6) : Result<void>{};
        }));
    poll();
    auto const before = db().figures();
    gate.open.set_value();
    run();
    EXPECT_TRUE(*first);
    auto const codes = std::map<int, Code>{{3, Code::gone}, {5, Code::internal}, {7, Code::conflict}};
    for (int i = 0; i < 10; ++i) {
        auto const& outcome = *outcomes[static_cast<std::size_t>(i)];
        EXPECT_EQ(outcome.has_value(), !codes.contains(i)) << i;
        if (!outcome) EXPECT_EQ(outcome.error().code, codes.at(i)) << i;
    }
    EXPECT_EQ(items(), (std::vector<std::int64_t>{0, 1, 2, 4, 6, 8, 9}));
    auto const after = db().figures();
    EXPECT_EQ(after.writes - before.writes, 8U);
    EXPECT_EQ(after.commits - before.commits, 1U) << "what waits together is committed together";
}

TEST_P(Engine, WhatIsPostedFailsItsOwnOperationOnly) {
    close_db();
    options().group_window = std::chrono::hours{1};
    Gate gate;
    auto const first = start_gate(gate);
    auto const post = [](Transaction& tx, int number) { return sql::of(tx).post("INSERT INTO item (id) VALUES ($1)", number); };
    std::vector<std::shared_ptr<Result<void>>> outcomes;
    for (int i = 0; i < 8; ++i)
        outcomes.push_back(start([=](Transaction& tx) -> Result<void> {
            TRY_OK(post(tx, i % 4 == 3 ? 1 : i));   // the fourth and the eighth collide with the second
            return i == 6 ? fail(Code::gone, "no") : post(tx, 100 + i);
        }));
    poll();
    gate.open.set_value();
    run();
    EXPECT_TRUE(*first);
    auto const codes = std::map<int, Code>{{3, Code::conflict}, {6, Code::gone}, {7, Code::conflict}};
    for (int i = 0; i < 8; ++i) {
        auto const& outcome = *outcomes[static_cast<std::size_t>(i)];
        EXPECT_EQ(outcome.has_value(), !codes.contains(i)) << i;
        if (!outcome) EXPECT_EQ(outcome.error().code, codes.at(i)) << i;
    }
    EXPECT_EQ(items(), (std::vector<std::int64_t>{0, 1, 2, 4, 5, 100, 101, 102, 104, 105}));
}

TEST_P(Engine, WhatMustChangeARowFailsItsOwnOperationOnly) {
    WAQTOR_OK(exec("INSERT INTO item (id) VALUES (0)"));
    close_db();
    options().group_window = std::chrono::hours{1};
    Gate gate;
    // The first of its transaction has no part of its own.
    auto const take = [](Transaction& tx, int parent) {
        return sql::of(tx).post_changing(Error{.code = Code::gone, .message = "taken"},
                                         "UPDATE item SET parent = $1 WHERE id = 0 AND parent IS NULL", parent);
    };
    auto const first = start([&](Transaction& tx) -> Result<void> {
        gate.reached.set_value();
        gate.opened.wait();
        TRY_OK(add(tx, 1));
        return sql::of(tx).post_changing(Error{.code = Code::gone, .message = "none"}, "UPDATE item SET parent = 1 WHERE id = 99");
    });
    poll();
    gate.reached.get_future().wait();
    std::vector<std::shared_ptr<Result<void>>> outcomes;
    for (int i = 2; i < 8; ++i)
        outcomes.push_back(start([=](Transaction& tx) -> Result<void> {
            if (i == 2 || i == 5) return add(tx, i);
            TRY_OK(sql::of(tx).post("INSERT INTO item (id) VALUES ($1)", i));
            std::ignore = take(tx, i);                                    // the third takes it: on SQLite the others know here,
            if (i == 6) std::ignore = sql::of(tx).one<int>("SELECT 1");   // on PostgreSQL here, or at the end
            return {};
        }));
    poll();
    gate.open.set_value();
    run();
    EXPECT_EQ(first->error().code, Code::gone);
    for (int i = 2; i < 8; ++i) {
        auto const& outcome = *outcomes[static_cast<std::size_t>(i - 2)];
        auto const good = i == 2 || i == 3 || i == 5;
        EXPECT_EQ(outcome.has_value(), good) << i;
        if (!outcome) EXPECT_EQ(outcome.error().code, Code::gone) << i;
    }
    EXPECT_EQ(items(), (std::vector<std::int64_t>{0, 2, 3, 5}));
    EXPECT_EQ(WAQTOR_OK(all<std::int64_t>("SELECT parent FROM item WHERE id = 0")).front(), 3);
}

TEST_P(Engine, AFailureBeforeAnySuccessDoesNotHarmTheGroup) {
    close_db();
    options().group_window = std::chrono::hours{1};
    Gate gate;
    auto const first = start([&gate](Transaction& tx) -> Result<void> {
        TRY_OK(add(tx, 1));
        gate.reached.set_value();
        gate.opened.wait();
        return fail(Code::gone, "no");
    });
    poll();
    gate.reached.get_future().wait();
    auto const second = start([](Transaction& tx) { return add(tx, 2); });
    poll();
    gate.open.set_value();
    run();
    EXPECT_EQ(first->error().code, Code::gone);
    EXPECT_TRUE(*second);
    EXPECT_EQ(items(), std::vector<std::int64_t>{2});
}

TEST_P(Engine, NamesConflictsAndBrokenReferences) {
    ASSERT_TRUE(write([](Transaction& tx) { return add(tx, 1); }));
    auto const twice = write([](Transaction& tx) { return add(tx, 1); });
    auto const orphan = exec("INSERT INTO item (id, parent) VALUES (2, 99)");
    EXPECT_EQ(twice.error().code, Code::conflict);
    EXPECT_EQ(orphan.error().code, Code::conflict);
    EXPECT_NE(twice.error().message, orphan.error().message);
}

TEST_P(Engine, AWrongStatementIsOurFaultAndStaysInTheLog) {
    auto const outcome = exec("INSERT INTO no_such_table (id) VALUES ($1)", 1);
    EXPECT_EQ(outcome.error().code, Code::internal);
    EXPECT_EQ(outcome.error().message.find("no_such_table"), std::string::npos);
    EXPECT_NE(outcome.error().cause.find("no_such_table"), std::string::npos);
}

TEST_P(Engine, ReadersCannotWrite) {
    EXPECT_FALSE(read([](Transaction& tx) { return add(tx, 1); }));
    EXPECT_TRUE(items().empty());
}

TEST_P(Engine, AReadSeesOneSnapshot) {
    Gate gate;
    std::vector<std::int64_t> counts;
    auto const kCount = "SELECT count(*) FROM item";
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            auto outcome = co_await db().read([&](Transaction& tx) -> Result<void> {
                for (int i = 0; i < 2; ++i) {
                    TRY(counts.emplace_back(), sql::of(tx).one<std::int64_t>(kCount));
                    if (i == 0) gate.reached.set_value(), gate.opened.wait();
                }
                return {};
            });
            EXPECT_TRUE(outcome);
        },
        asio::detached);
    poll();
    gate.reached.get_future().wait();
    auto const written = start([](Transaction& tx) { return add(tx, 1); });
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            EXPECT_TRUE(co_await db().write([](Transaction& tx) { return add(tx, 2); }));
            gate.open.set_value();
        },
        asio::detached);
    run();
    EXPECT_TRUE(*written);
    EXPECT_EQ(counts, (std::vector<std::int64_t>{0, 0}));
    EXPECT_EQ(items().size(), 2U);
}

TEST_P(Engine, AFullQueueAnswersBusy) {
    close_db();
    options().most_queued = 2;
    Gate gate;
    auto const first = start_gate(gate);
    std::vector<std::shared_ptr<Result<void>>> outcomes;
    for (int i = 0; i < 4; ++i) outcomes.push_back(start([i](Transaction& tx) { return add(tx, i); }));
    poll();
    gate.open.set_value();
    run();
    EXPECT_TRUE(*first);
    EXPECT_TRUE(*outcomes[0]);
    EXPECT_TRUE(*outcomes[1]);
    EXPECT_EQ(outcomes[2]->error().code, Code::busy);
    EXPECT_EQ(outcomes[3]->error().code, Code::busy);
    EXPECT_EQ(db().figures().refused, 2U);
}

TEST_P(Engine, ClosingFinishesWhatIsQueuedAndRefusesTheRest) {
    Gate gate;
    auto const first = start_gate(gate);
    auto const queued = start([](Transaction& tx) { return add(tx, 1); });
    poll();
    auto closer = std::jthread{[&] { db().close(); }};
    gate.open.set_value();
    closer.join();
    auto const late = start([](Transaction& tx) { return add(tx, 2); });
    run();
    EXPECT_TRUE(*first);
    EXPECT_TRUE(*queued);
    EXPECT_EQ(late->error().code, Code::unavailable);
    close_db();
    EXPECT_EQ(items(), std::vector<std::int64_t>{1});
}

TEST_P(Engine, AnswersOnTheCallersThread) {
    std::thread::id resumed;
    asio::co_spawn(
        io_,
        [&]() -> asio::awaitable<void> {
            EXPECT_TRUE(co_await db().write([](Transaction& tx) { return add(tx, 1); }));
            resumed = std::this_thread::get_id();
        },
        asio::detached);
    run();
    EXPECT_EQ(resumed, std::this_thread::get_id());
}

TEST_P(Engine, TellsOncePerCommitWhichWorkspacesGrew) {
    close_db();
    options().group_window = std::chrono::hours{1};
    std::vector<std::vector<WorkspaceId>> told;
    options().on_commit = [&](std::vector<WorkspaceId> workspaces) { told.push_back(std::move(workspaces)); };
    auto const one = WorkspaceId::make(SystemClock{}.now());
    auto const other = WorkspaceId::make(SystemClock{}.now());
    Gate gate;
    auto const first = start_gate(gate);
    for (auto const& workspace : {one, other, one})
        start([workspace](Transaction& tx) -> Result<void> { return tx.wakes(workspace), Result<void>{}; });
    start([](Transaction& tx) -> Result<void> {
        tx.wakes(WorkspaceId::make(SystemClock{}.now()));
        return fail(Code::gone, "failed work wakes nobody");
    });
    poll();
    gate.open.set_value();
    run();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(std::set(told[0].begin(), told[0].end()), (std::set{one, other}));
    EXPECT_EQ(told[0].size(), 2U);
}

/// The database's thread may still hold the answered work when the caller's pool and strand are gone; sanitizers see what it
/// touches.
TEST_P(Engine, APoolMayEndWithItsLastAnswer) {
    int answered = 0;
    for (int round = 0; round < 300; ++round) {
        asio::thread_pool pool{1};
        auto const ask = [&]() -> asio::awaitable<void> {
            auto const outcome = co_await db().read([](Transaction&) -> Result<void> { return {}; });
            answered += outcome ? 1 : 0;
        };
        asio::co_spawn(asio::any_io_executor{asio::make_strand(pool.get_executor())}, ask, asio::use_future).get();
        pool.join();
    }
    EXPECT_EQ(answered, 300);
}

TEST_P(Engine, LosesNothingUnderManyWriters) {
    constexpr int kWriters = 64;
    constexpr int kEach = 20;
    auto failures = 0;
    for (int writer = 0; writer < kWriters; ++writer)
        asio::co_spawn(
            io_,
            [&, writer]() -> asio::awaitable<void> {
                for (int i = 0; i < kEach; ++i) {
                    auto const id = writer * kEach + i;
                    auto const outcome = co_await db().write([id](Transaction& tx) -> Result<void> {
                        TRY_OK(add(tx, id));
                        if (id % 7 == 0) return fail(Code::gone, "no");
                        return {};
                    });
                    if (!outcome) ++failures;
                }
            },
            asio::detached);
    run();
    std::vector<std::int64_t> expected;
    for (int id = 0; id < kWriters * kEach; ++id)
        if (id % 7 != 0) expected.push_back(id);
    EXPECT_EQ(items(), expected);
    EXPECT_EQ(static_cast<std::size_t>(failures), kWriters * kEach - expected.size());
    EXPECT_LT(db().figures().commits, db().figures().writes / 4);
}

}   // namespace
}   // namespace waqtor
