#pragma once
#include "storage/database.hpp"
#include "storage/sql/job_queue.hpp"
#include "storage/sql/transaction.hpp"

#include <atomic>
#include <thread>

namespace waqtor::sql {

/// Counted by the threads of the engine, read by anyone.
struct Counters {
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::uint64_t> writes{0};
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> refused{0};
};

/// Runs an operation and turns what it throws into an error: the door where exceptions of stores and libraries stop.
Result<void> run_guarded(Job& job, Transaction& transaction);

/// The one thread that writes. Operations that wait at the same time share a transaction, each in a savepoint of its own, and
/// therefore one sync of the disk: a caller hears of success only after that.
class Writer {
public:
    struct Limits {
        std::size_t most_grouped;
        std::chrono::milliseconds window;
    };
    using OnCommit = std::function<void(std::vector<WorkspaceId>)>;

    Writer(Driver& driver, std::unique_ptr<Connection> connection, JobQueue& jobs, Limits limits, OnCommit on_commit,
           Counters& counters);
    /// The queue must have been closed.
    ~Writer() = default;
    Writer(Writer const&) = delete;
    Writer& operator=(Writer const&) = delete;

private:
    struct Group;
    void run();
    void run_group(Job first);
    void add(Group& group, Job job);
    Result<void> begin();
    std::optional<Job> next(Group const& group);
    Result<void> commit(Group& group);
    void finish(Group& group);
    void refuse_waiting(Error const& error);

    Driver& driver_;
    std::unique_ptr<Connection> connection_;
    JobQueue& jobs_;
    Limits const limits_;
    OnCommit on_commit_;
    Counters& counters_;
    std::size_t last_size_ = 1;
    std::jthread thread_;   // last: it uses the rest
};

}   // namespace waqtor::sql
