// Reads that wait at the same time share a snapshot, on both databases.
#include "engine_fixture.hpp"

#include <list>

namespace waqtor {
namespace {

/// Reads of one reader, the first of which is in the middle of its work.
class OneReader : public testing::EngineTest {
protected:
    OneReader() {
        close_db();
        options().readers = 1;
        ask([this](Transaction& tx) -> Result<std::int64_t> {
            TRY(auto const found, sql::of(tx).one<std::int64_t>("SELECT count(*) FROM item"));
            gate_.reached.set_value();
            gate_.opened.wait();
            return found;
        });
        gate_.reached.get_future().wait();
    }
    template <class F> void ask(F work) {
        auto const place = outcomes_.insert(outcomes_.end(), fail(Code::internal, "not answered"));
        asio::co_spawn(io_, [this, place, work]() -> asio::awaitable<void> { *place = co_await db().read(work); }, asio::detached);
        poll();
    }
    /// Waits for this write alone, not for the reads.
    void add_now(std::int64_t id) {
        auto const outcome = start([id](Transaction& tx) { return add(tx, id); });
        io_.restart();
        while (!*outcome && outcome->error().message == "not answered") io_.run_one();
        EXPECT_TRUE(*outcome);
    }
    void ask_for_the_count() {
        ask([](Transaction& tx) { return sql::of(tx).one<std::int64_t>("SELECT count(*) FROM item"); });
    }
    std::vector<Result<std::int64_t>> answers() {
        gate_.open.set_value();
        run();
        return {outcomes_.begin(), outcomes_.end()};
    }

private:
    Gate gate_;
    std::list<Result<std::int64_t>> outcomes_;
};
WAQTOR_ON_EVERY_DATABASE(OneReader);

TEST_P(OneReader, SeesWhatWasWrittenBeforeItWasAsked) {
    for (std::int64_t id = 1; id <= 2; ++id) {
        add_now(id);
        ask_for_the_count();
    }
    auto const counts = answers();
    EXPECT_EQ(counts.at(0).value(), 0);
    EXPECT_GE(counts.at(1).value(), 1);
    EXPECT_EQ(counts.at(2).value(), 2);
}

TEST_P(OneReader, OneThatFailsLeavesThoseThatWaitWithItAlone) {
    for (int i = 0; i < 2; ++i) {
        ask_for_the_count();
        ask([](Transaction& tx) { return sql::of(tx).one<std::int64_t>("SELECT id FROM no_such_table"); });
        ask_for_the_count();
        ask([](Transaction& tx) { return sql::of(tx).one<std::int64_t>("SELECT id FROM item"); });
        ask([](Transaction&) -> Result<std::int64_t> { throw std::runtime_error{"thrown"}; });
    }
    ask_for_the_count();
    auto const found = answers();
    for (auto good : {0U, 1U, 3U, 6U, 8U, 11U}) EXPECT_EQ(found.at(good).value(), 0) << good;
    for (auto wrong : {2U, 5U, 7U, 10U}) EXPECT_EQ(found.at(wrong).error().code, Code::internal) << wrong;
    for (auto nothing : {4U, 9U}) EXPECT_EQ(found.at(nothing).error().code, Code::not_found) << nothing;
}

}   // namespace
}   // namespace waqtor
