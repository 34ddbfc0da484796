#pragma once
#include "harness.hpp"

#include <future>

namespace waqtor::testing {

/// A database with one table, whose writer can be kept busy.
class EngineTest : public DatabaseTest {
protected:
    EngineTest() { WAQTOR_OK(exec("CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, parent BIGINT REFERENCES item (id))")); }
    std::vector<std::int64_t> items() { return WAQTOR_OK(all<std::int64_t>("SELECT id FROM item ORDER BY id")); }
    static Result<void> add(Transaction& tx, std::int64_t id) {
        TRY_OK(sql::of(tx).exec("INSERT INTO item (id) VALUES ($1)", id));
        return {};
    }
    /// Starts a write and keeps its outcome for later.
    template <class F> std::shared_ptr<Result<void>> start(F work) {
        auto outcome = std::make_shared<Result<void>>(fail(Code::internal, "not answered"));
        asio::co_spawn(
            io_, [this, outcome, work]() -> asio::awaitable<void> { *outcome = co_await db().write(work); }, asio::detached);
        return outcome;
    }
    /// Keeps the writer busy until the promise is kept.
    struct Gate {
        std::promise<void> open;
        std::shared_future<void> opened{open.get_future()};
        std::promise<void> reached;
    };
    std::shared_ptr<Result<void>> start_gate(Gate& gate) {
        auto outcome = start([&gate](Transaction&) -> Result<void> {
            gate.reached.set_value();
            gate.opened.wait();
            return {};
        });
        poll();
        gate.reached.get_future().wait();
        return outcome;
    }
};

}   // namespace waqtor::testing
