#pragma once
#include "core/base/id.hpp"
#include "core/base/result.hpp"

#include <functional>
#include <memory>

namespace waqtor {

/// One transaction in progress. Opaque here: stores turn it into statements, services only pass it on. It lives for one call of
/// the work given to Database::write or read, on a thread of the database.
class Transaction {
public:
    /// Wakes the readers of this workspace's event log once the transaction is on disk.
    virtual void wakes(WorkspaceId workspace) = 0;

protected:
    ~Transaction() = default;
};

/// The door to storage. Work is a function `Result<T>(Transaction&)`: it runs once, on a thread of the database, never suspends,
/// and must own what it captures. What it returns comes back on the caller's executor.
class Database {
public:
    virtual ~Database() = default;

    /// Runs work in a transaction. Returns its value only after it is on disk; if work fails or throws, nothing of it was written.
    /// Code::busy, Code::storage_full and Code::unavailable say why the database itself could not.
    template <class F> auto write(F work) -> asio::awaitable<std::invoke_result_t<F&, Transaction&>> {
        return run<Mode::write>(std::move(work));
    }
    /// Runs work against a consistent snapshot; writing in it is an error.
    template <class F> auto read(F work) -> asio::awaitable<std::invoke_result_t<F&, Transaction&>> {
        return run<Mode::read>(std::move(work));
    }

protected:
    enum class Mode { read, write };
    using Work = std::move_only_function<Result<void>(Transaction&)>;
    virtual Task<void> submit(Mode mode, Work work) = 0;

private:
    template <Mode mode, class F> auto run(F work) -> asio::awaitable<std::invoke_result_t<F&, Transaction&>> {
        using Outcome = std::invoke_result_t<F&, Transaction&>;
        using Value = typename Outcome::value_type;
        if constexpr (std::is_void_v<Value>)
            co_return co_await submit(mode, std::move(work));
        else {
            // Shared, because the caller may be gone (a closed server) before the database's thread gets to the work.
            auto value = std::make_shared<std::optional<Value>>();
            CO_TRY_OK(co_await submit(mode, [value, work = std::move(work)](Transaction& transaction) mutable -> Result<void> {
                TRY(*value, work(transaction));
                return {};
            }));
            co_return *std::move(*value);
        }
    }
};

}   // namespace waqtor
