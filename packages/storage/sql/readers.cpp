#include "storage/sql/readers.hpp"

#include "storage/sql/transaction.hpp"

#include <pthread.h>

namespace waqtor::sql {
namespace {

Result<void> begin(Driver& driver, std::unique_ptr<Connection>& connection) {
    if (connection && connection->usable()) {
        auto begun = connection->begin(Access::read);
        if (begun || connection->usable()) return begun;
    }
    connection.reset();
    TRY(connection, driver.connect(Access::read));
    return connection->begin(Access::read);
}
}   // namespace

Readers::Readers(Driver& driver, JobQueue& jobs, unsigned count, Counters& counters)
    : driver_{driver}, jobs_{jobs}, counters_{counters} {
    for (unsigned i = 0; i < std::max(count, 1U); ++i) threads_.emplace_back([this] { run(); });
}

void Readers::run() {
    pthread_setname_np(pthread_self(), "db-reader");
    std::unique_ptr<Connection> connection;
    while (auto job = jobs_.pop()) read(connection, *std::move(job));
}

/// What waits already when the snapshot is taken may share it: everything that was answered before it was asked is in there.
void Readers::read(std::unique_ptr<Connection>& connection, Job first) {
    auto const waiting = jobs_.pushed();
    if (auto begun = begin(driver_, connection); !begun) {
        ++counters_.reads;
        return first.done(std::move(begun));
    }
    auto job = std::optional{std::move(first)};
    for (auto left = kMostShared; job; --left) {
        Transaction transaction{*connection};
        auto outcome = run_guarded(*job, transaction);
        auto const whole = !transaction.failure() && connection->in_transaction();
        auto next = whole && left > 1 ? jobs_.pop_before(waiting) : std::nullopt;
        if (!next) connection->rollback();   // nothing to keep
        ++counters_.reads;
        job->done(std::move(outcome));
        job = std::move(next);
    }
}

}   // namespace waqtor::sql
