#pragma once
#include "core/base/database.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace waqtor::sql {

/// One operation on its way to a thread of the database, and the way back to its caller.
struct Job {
    std::move_only_function<Result<void>(waqtor::Transaction&)> work;
    std::move_only_function<void(Result<void>)> done;
};

/// A bounded queue between the callers' threads and the database's.
class JobQueue {
public:
    enum class Push : std::uint8_t { taken, full, closed };

    explicit JobQueue(std::size_t most) : most_{most} {}

    /// Leaves `job` alone unless it is taken.
    Push push(Job& job) {
        {
            auto lock = std::lock_guard{mutex_};
            if (closed_) return Push::closed;
            if (jobs_.size() >= most_) return Push::full;
            jobs_.push_back(std::move(job));
        }
        filled_.notify_one();
        return Push::taken;
    }
    /// Waits for a job; nothing once the queue is closed and empty.
    std::optional<Job> pop() {
        auto lock = std::unique_lock{mutex_};
        filled_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
        return take();
    }
    /// Waits no longer than until `deadline`, not at all when it has passed.
    std::optional<Job> pop_until(std::chrono::steady_clock::time_point deadline) {
        auto lock = std::unique_lock{mutex_};
        if (jobs_.empty() && !closed_) filled_.wait_until(lock, deadline, [&] { return closed_ || !jobs_.empty(); });
        return take();
    }
    std::optional<Job> try_pop() {
        auto lock = std::unique_lock{mutex_};
        return take();
    }
    /// For pop_before(): what waits now, and all before it.
    std::uint64_t pushed() const {
        auto lock = std::lock_guard{mutex_};
        return popped_ + jobs_.size();
    }
    /// A job that waited already when pushed() said so; does not wait.
    std::optional<Job> pop_before(std::uint64_t pushed) {
        auto lock = std::lock_guard{mutex_};
        return popped_ < pushed ? take() : std::nullopt;
    }
    void close() {
        {
            auto lock = std::lock_guard{mutex_};
            closed_ = true;
        }
        filled_.notify_all();
    }
    std::size_t size() const {
        auto lock = std::lock_guard{mutex_};
        return jobs_.size();
    }

private:
    std::optional<Job> take() {
        if (jobs_.empty()) return std::nullopt;
        auto job = std::optional{std::move(jobs_.front())};
        jobs_.pop_front();
        ++popped_;
        return job;
    }
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Job> jobs_;
    std::size_t const most_;
    std::uint64_t popped_ = 0;
    bool closed_ = false;
};

}   // namespace waqtor::sql
