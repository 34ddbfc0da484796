#include "storage/sql/writer.hpp"

#include "core/base/crash_point.hpp"

#include <pthread.h>

namespace waqtor::sql {
using std::chrono::steady_clock;

Result<void> run_guarded(Job& job, Transaction& transaction) {
    Result<void> outcome;
    try {
        outcome = job.work(transaction);
    } catch (std::exception const& thrown) {
        outcome = fail_with_cause(Code::internal, "The operation failed", thrown.what());
    } catch (...) {
        outcome = fail(Code::internal, "The operation failed");
    }
    // Work that goes on after a failed statement must not be taken for success: nothing after it was written.
    if (outcome && transaction.failure()) return std::unexpected(*transaction.failure());
    return outcome;
}

/// The operations of one transaction that succeeded so far.
struct Writer::Group {
    explicit Group(std::chrono::milliseconds window) : begun{steady_clock::now()}, deadline{begun + window} {}
    steady_clock::time_point const begun;
    steady_clock::time_point const deadline;
    EventCounters counters{};
    std::vector<std::move_only_function<void(Result<void>)>> waiting{};
    std::vector<WorkspaceId> woken{};
    std::size_t tried = 0;
    std::optional<Error> broken{};   // the transaction ended early; nobody in it succeeded
};

Writer::Writer(Driver& driver, std::unique_ptr<Connection> connection, JobQueue& jobs, Limits limits, OnCommit on_commit,
               Counters& counters)
    : driver_{driver},
      connection_{std::move(connection)},
      jobs_{jobs},
      limits_{limits},
      on_commit_{std::move(on_commit)},
      counters_{counters},
      thread_{[this] { run(); }} {}

void Writer::run() {
    pthread_setname_np(pthread_self(), "db-writer");
    while (auto job = jobs_.pop()) run_group(*std::move(job));
}

void Writer::run_group(Job first) {
    Group group{limits_.window};
    std::optional job{std::move(first)};
    while (job && !group.broken) {
        add(group, *std::move(job));
        job = group.broken ? std::nullopt : next(group);
    }
    finish(group);
}

/// The next operation to share the transaction: those that wait already, unless the first ones have to wait long for them. Callers
/// that were answered together come back together, a few microseconds apart: as long as the group is smaller than the last one, it
/// is worth waiting for them.
std::optional<Job> Writer::next(Group const& group) {
    constexpr int kLongest = 4;   // windows
    if (group.tried >= limits_.most_grouped) return std::nullopt;
    auto const now = steady_clock::now();
    if (now >= group.begun + kLongest * limits_.window) return std::nullopt;
    if (auto job = jobs_.try_pop()) return job;
    if (now >= group.deadline || group.tried >= last_size_) return std::nullopt;
    return jobs_.pop_until(std::min(group.deadline, now + std::chrono::microseconds{200}));
}

void Writer::add(Group& group, Job job) {
    // Nothing to protect before the first success: a failed operation takes its whole transaction with it.
    auto const nested = !group.waiting.empty();
    ++group.tried;
    if (!connection_->in_transaction()) {
        if (auto begun = begin(); !begun) {
            job.done(std::unexpected(begun.error()));
            return refuse_waiting(begun.error());
        }
    }
    Result<void> outcome;
    auto counters = group.counters;
    Transaction transaction{*connection_, &counters};
    if (nested) outcome = connection_->begin_part();
    if (outcome) outcome = run_guarded(job, transaction);
    if (outcome) outcome = nested ? connection_->keep_part() : connection_->settle();
    if (outcome) {
        group.counters = std::move(counters);
        group.waiting.push_back(std::move(job.done));
        group.woken.insert(group.woken.end(), transaction.woken().begin(), transaction.woken().end());
        return;
    }
    auto const error = outcome.error();
    job.done(std::move(outcome));
    if (!nested) return connection_->rollback();
    if (connection_->undo_part()) return;
    group.broken = transaction.failure().value_or(error);
    connection_->rollback();
}

Result<void> Writer::commit(Group& group) {
    TRY_OK(group.counters.store(*connection_));
    crash_point(CrashPoint::commit_begins);
    auto outcome = connection_->commit();
    crash_point(CrashPoint::commit_done);
    return outcome;
}

/// Begins a transaction, on a new connection when the old one was lost while nobody used it.
Result<void> Writer::begin() {
    if (connection_->usable()) {
        auto begun = connection_->begin(Access::write);
        if (begun || connection_->usable()) return begun;
    }
    TRY(connection_, driver_.connect(Access::write));
    TRY_OK(driver_.check(*connection_));
    return connection_->begin(Access::write);
}

/// The database is not to be had: whoever waits already would wait as long again for the same answer.
void Writer::refuse_waiting(Error const& error) {
    for (auto left = jobs_.size(); left > 0; --left)
        if (auto job = jobs_.try_pop()) job->done(std::unexpected(error));
}

void Writer::finish(Group& group) {
    last_size_ = std::max<std::size_t>(group.tried, 1);
    Result<void> outcome;
    if (group.broken)
        outcome = std::unexpected(*group.broken);
    else if (!group.waiting.empty())
        outcome = commit(group);
    if (!outcome || connection_->in_transaction()) connection_->rollback();
    if (outcome && !group.waiting.empty()) {
        ++counters_.commits;
        counters_.writes += group.waiting.size();
        if (on_commit_ && !group.woken.empty()) {
            std::ranges::sort(group.woken);
            group.woken.erase(std::ranges::unique(group.woken).begin(), group.woken.end());
            on_commit_(std::move(group.woken));
        }
    }
    for (auto& done : group.waiting) done(outcome);
}

}   // namespace waqtor::sql
