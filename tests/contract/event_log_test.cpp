// The event log's promises on both databases.
#include "storage/sql/event_log.hpp"
#include "harness.hpp"

#include <set>

namespace waqtor {
namespace {

struct Planted {
    static constexpr std::string_view kName = "tree.planted";
    static constexpr int kVersion = 3;
    static constexpr std::string_view kHelp = "A tree was planted";
    std::string kind;
    std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(Planted, (), (kind, number))
struct Felled {
    static constexpr std::string_view kName = "tree.felled";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A tree was felled";
    std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(Felled, (), (number))
struct TreesCounted {
    static constexpr std::string_view kName = "trees.counted";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "All trees were counted";
    std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(TreesCounted, (), (number))

class EventLogContract : public testing::DatabaseTest {
protected:
    template <class E> Result<std::int64_t> append(E event, std::optional<WorkspaceId> where = {}) {
        return write([=, this](Transaction& tx) { return log.append(tx, where.value_or(workspace), event); });
    }
    EventPage page(EventFilter filter, std::optional<WorkspaceId> where = {}) {
        return WAQTOR_OK(read([=, this](Transaction& tx) { return log.read(tx, where.value_or(workspace), filter); }));
    }
    std::vector<std::int64_t> numbers(EventFilter filter) {
        std::vector<std::int64_t> out;
        for (auto const& event : page(std::move(filter)).events) out.push_back(event.seq);
        return out;
    }
    std::int64_t last() {
        return WAQTOR_OK(read([this](Transaction& tx) { return log.last(tx, workspace); }));
    }

    TestClock clock;
    sql::SqlEventLog log{clock};
    WorkspaceId workspace = WorkspaceId::make(clock.now());
    WorkspaceId other = WorkspaceId::make(clock.now());
    using Numbers = std::vector<std::int64_t>;
};
WAQTOR_ON_EVERY_DATABASE(EventLogContract);

TEST_P(EventLogContract, NumbersEachWorkspaceFromOne) {
    EXPECT_EQ(last(), 0);
    EXPECT_EQ(WAQTOR_OK(append(Felled{1})), 1);
    EXPECT_EQ(WAQTOR_OK(append(Felled{2})), 2);
    EXPECT_EQ(WAQTOR_OK(append(Felled{3}, other)), 1);
    EXPECT_EQ(last(), 2);
    EXPECT_EQ(page({}, other).events.size(), 1U);
}

TEST_P(EventLogContract, GivesBackWhatWasWritten) {
    WAQTOR_OK(append(Planted{"نخلة", 7}));
    clock.advance(Milliseconds{5});
    auto const found = page({});
    ASSERT_EQ(found.events.size(), 1U);
    auto const& event = found.events.front();
    EXPECT_EQ(event.seq, 1);
    EXPECT_EQ(event.type, "tree.planted");
    EXPECT_EQ(event.version, 3);
    EXPECT_EQ(event.at, clock.now() - Milliseconds{5});
    EXPECT_EQ(event.data, (json::value{{"kind", "نخلة"}, {"number", 7}}));
    EXPECT_EQ(found.last, 1);
    EXPECT_FALSE(found.more);
}

TEST_P(EventLogContract, AFailedOperationLeavesNoGap) {
    WAQTOR_OK(append(Felled{1}));
    auto const failed = write([this](Transaction& tx) -> Result<void> {
        TRY_OK(log.append(tx, workspace, Felled{2}));
        return fail(Code::conflict, "no");
    });
    EXPECT_FALSE(failed);
    EXPECT_EQ(WAQTOR_OK(append(Felled{3})), 2);
    EXPECT_EQ(numbers({}), (Numbers{1, 2}));
}

TEST_P(EventLogContract, ATransactionSeesWhatItHasAdded) {
    WAQTOR_OK(append(Felled{1}));
    auto const seen = WAQTOR_OK(write([this](Transaction& tx) -> Result<std::vector<std::int64_t>> {
        TRY_OK(log.append(tx, workspace, Felled{2}));
        TRY_OK(log.append(tx, workspace, Felled{3}));
        TRY(auto const newest, log.last(tx, workspace));
        TRY(auto const found, log.read(tx, workspace, {.after = 1}));
        return std::vector{newest, found.last, std::ssize(found.events)};
    }));
    EXPECT_EQ(seen, (Numbers{3, 3, 2}));
    EXPECT_EQ(last(), 3) << "and so does everybody after it";
    EXPECT_EQ(WAQTOR_OK(append(Felled{4})), 4);
}

TEST_P(EventLogContract, ReadsInPages) {
    for (int i = 0; i < 5; ++i) WAQTOR_OK(append(Felled{i}));
    auto const first = page({.after = 0, .limit = 2});
    EXPECT_EQ(first.last, 2);
    EXPECT_TRUE(first.more);
    EXPECT_EQ(numbers({.after = 2, .limit = 2}), (Numbers{3, 4}));
    auto const end = page({.after = 4, .limit = 2});
    EXPECT_EQ(end.last, 5);
    EXPECT_FALSE(end.more);
    auto const nothing = page({.after = 5, .limit = 2});
    EXPECT_TRUE(nothing.events.empty());
    EXPECT_EQ(nothing.last, 5);
    EXPECT_FALSE(nothing.more);
    EXPECT_EQ(page({.after = 0, .limit = 0}).last, 0);
}

TEST_P(EventLogContract, FiltersByType) {
    WAQTOR_OK(append(Planted{"oak", 1}));
    WAQTOR_OK(append(Felled{2}));
    WAQTOR_OK(append(TreesCounted{3}));
    EXPECT_EQ(numbers({.types = {"tree.*"}}), (Numbers{1, 2}));
    EXPECT_EQ(numbers({.types = {"trees.*"}}), (Numbers{3}));
    EXPECT_EQ(numbers({.types = {"tree.felled", "trees.counted"}}), (Numbers{2, 3}));
    EXPECT_EQ(numbers({.types = {"tree"}}), Numbers{});
    EXPECT_EQ(numbers({.types = {"tree.fell"}}), Numbers{});
    EXPECT_EQ(numbers({.types = {"nothing.*", "*"}}), (Numbers{1, 2, 3}));
    auto const filtered = page({.types = {"tree.planted"}});
    EXPECT_EQ(filtered.last, 3) << "what was filtered out need not be looked at again";
    EXPECT_FALSE(filtered.more);
    EventFilter const many{.types = std::vector<std::string>(101, "x")};
    EXPECT_EQ(read([&](Transaction& tx) { return log.read(tx, workspace, many); }).error().code, Code::invalid);
}

TEST_P(EventLogContract, LooksAtABoundedNumberOfEventsAtATime) {
    constexpr auto kMany = sql::SqlEventLog::kMostLookedAt + 5;
    WAQTOR_OK(write([this](Transaction& tx) -> Result<void> {
        for (std::int64_t i = 0; i < kMany; ++i) TRY_OK(log.append(tx, workspace, Felled{i}));
        TRY_OK(log.append(tx, workspace, TreesCounted{1}));
        return {};
    }));
    auto const first = page({.types = {"trees.counted"}});
    EXPECT_TRUE(first.events.empty());
    EXPECT_EQ(first.last, sql::SqlEventLog::kMostLookedAt);
    EXPECT_TRUE(first.more);
    auto const second = page({.after = first.last, .types = {"trees.counted"}});
    ASSERT_EQ(second.events.size(), 1U);
    EXPECT_EQ(second.events.front().seq, kMany + 1);
    EXPECT_FALSE(second.more);
    EXPECT_EQ(page({.limit = 1'000'000}).events.size(), sql::SqlEventLog::kMostReturned);
}

TEST_P(EventLogContract, GoesOnWhereOldEventsWereRemoved) {
    for (int i = 0; i < 5; ++i) WAQTOR_OK(append(Felled{i}));
    WAQTOR_OK(exec("DELETE FROM event WHERE seq <= 3"));
    EXPECT_EQ(numbers({}), (Numbers{4, 5}));
    WAQTOR_OK(exec("DELETE FROM event"));
    auto const empty = page({});
    EXPECT_TRUE(empty.events.empty());
    EXPECT_EQ(empty.last, 5);
    EXPECT_FALSE(empty.more);
    EXPECT_EQ(WAQTOR_OK(append(Felled{6})), 6);
}

TEST_P(EventLogContract, CursorsBelongToTheirReaderAndNeverMoveBack) {
    auto set = [&](WorkspaceId where, std::string name, std::int64_t seq) {
        WAQTOR_OK(write([=, this](Transaction& tx) { return log.set_cursor(tx, where, name, seq); }));
    };
    auto get = [&](WorkspaceId where, std::string name) {
        return WAQTOR_OK(read([=, this](Transaction& tx) { return log.cursor(tx, where, name); }));
    };
    EXPECT_EQ(get(workspace, "bot"), 0);
    set(workspace, "bot", 5);
    set(workspace, "bot", 3);
    set(workspace, "webhooks", 2);
    set(other, "bot", 1);
    EXPECT_EQ(get(workspace, "bot"), 5);
    EXPECT_EQ(get(workspace, "webhooks"), 2);
    EXPECT_EQ(get(other, "bot"), 1);
    set(workspace, "bot", 6);
    EXPECT_EQ(get(workspace, "bot"), 6);
}

TEST_P(EventLogContract, WakesReadersAfterTheCommitOnly) {
    std::vector<WorkspaceId> woken;
    options().on_commit = [&](std::vector<WorkspaceId> workspaces) {
        woken.insert(woken.end(), workspaces.begin(), workspaces.end());
    };
    WAQTOR_OK(append(Felled{1}));
    EXPECT_EQ(woken, std::vector{workspace});
    std::ignore = write([this](Transaction& tx) -> Result<void> {
        TRY_OK(log.append(tx, other, Felled{2}));
        return fail(Code::conflict, "no");
    });
    EXPECT_EQ(woken, std::vector{workspace});
}

TEST_P(EventLogContract, ManyWritersMakeOneSequence) {
    std::set<std::int64_t> seen;
    for (int writer = 0; writer < 64; ++writer)
        asio::co_spawn(
            io_,
            [&, writer]() -> asio::awaitable<void> {
                for (int i = 0; i < 10; ++i) {
                    auto const seq = co_await db().write([this, writer](Transaction& tx) -> Result<std::int64_t> {
                        TRY(auto const number, log.append(tx, workspace, Felled{writer}));
                        if (writer % 10 == 3) return fail(Code::conflict, "no");
                        return number;
                    });
                    EXPECT_EQ(seq.has_value(), writer % 10 != 3);
                    if (seq) EXPECT_TRUE(seen.insert(*seq).second);
                }
            },
            asio::detached);
    run();
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), last());
    EXPECT_EQ(*seen.rbegin(), last());
    auto const stored = numbers({.limit = 1000});
    EXPECT_EQ(std::set(stored.begin(), stored.end()), seen);
}

}   // namespace
}   // namespace waqtor
