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

Result<void> read(Driver& driver, std::unique_ptr<Connection>& connection, Job& job) {
    TRY_OK(begin(driver, connection));
    Transaction transaction{*connection};
    auto outcome = run_guarded(job, transaction);
    connection->rollback();   // nothing to keep
    return outcome;
}

}   // namespace

Readers::Readers(Driver& driver, JobQueue& jobs, unsigned count, Counters& counters)
    : driver_{driver}, jobs_{jobs}, counters_{counters} {
    for (unsigned i = 0; i < std::max(count, 1U); ++i) threads_.emplace_back([this] { run(); });
}

void Readers::run() {
    pthread_setname_np(pthread_self(), "db-reader");
    std::unique_ptr<Connection> connection;
    while (auto job = jobs_.pop()) {
        auto outcome = read(driver_, connection, *job);
        ++counters_.reads;
        job->done(std::move(outcome));
    }
}

}   // namespace waqtor::sql
