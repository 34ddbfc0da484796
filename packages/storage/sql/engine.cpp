#include "storage/sql/engine.hpp"

#include "storage/sql/migrations.hpp"
#include "storage/sql/transaction.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor::sql {

Result<std::unique_ptr<SqlDatabase>> Engine::open(std::unique_ptr<Driver> driver, DatabaseOptions options) {
    Opened opened;
    TRY(opened.connection, driver->connect(Access::write));
    TRY(opened.warnings, driver->check(*opened.connection));
    auto const migrations = embedded_migrations();
    if (options.schema == SchemaPolicy::migrate) {
        TRY(opened.schema, migrate(*opened.connection, migrations, SystemClock{}.now()));
    } else {
        TRY(opened.schema, verify_schema(*opened.connection, migrations));
        if (static_cast<std::size_t>(opened.schema) < migrations.size())
            return fail(Code::conflict, fmt::format("The database has schema {}, this binary needs {}; run the migration first",
                                                    opened.schema, migrations.size()));
    }
    return std::unique_ptr<SqlDatabase>{new Engine{std::move(driver), std::move(opened), std::move(options)}};
}

Engine::Engine(std::unique_ptr<Driver> driver, Opened opened, DatabaseOptions options)
    : driver_{std::move(driver)},
      warnings_{std::move(opened.warnings)},
      schema_{opened.schema},
      writes_{options.most_queued},
      reads_{options.most_queued} {
    writer_.emplace(*driver_, std::move(opened.connection), writes_, Writer::Limits{options.most_grouped, options.group_window},
                    std::move(options.on_commit), counters_);
    readers_.emplace(*driver_, reads_, options.readers, counters_);
}

void Engine::close() {
    writes_.close();
    reads_.close();
    // The destructors of both wait for their threads, which first finish what is queued.
    auto lock = std::lock_guard{closing_};
    readers_.reset();
    writer_.reset();
}

DatabaseFigures Engine::figures() const {
    return {counters_.commits, counters_.writes, counters_.reads, counters_.refused, writes_.size(), reads_.size()};
}

Task<void> Engine::submit(Mode mode, Work work) {
    auto& queue = mode == Mode::write ? writes_ : reads_;
    auto enqueue = [&](auto handler) {
        auto executor = asio::any_io_executor{asio::get_associated_executor(handler)};
        // Keeps the caller's pool running while the answer is on its way. Asio's work guard would let go of the pool before it lets
        // go of the executor, which may be the last to hold a strand; a strand must not outlive its pool.
        auto working = asio::prefer(executor, asio::execution::outstanding_work.tracked);
        auto done = [handler = std::move(handler), working = std::move(working)](Result<void> outcome) mutable {
            asio::post(working, [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
                std::move(handler)(std::move(outcome));
            });
        };
        Job job{std::move(work), std::move(done)};
        switch (queue.push(job)) {
            case JobQueue::Push::taken: return;
            case JobQueue::Push::full:
                ++counters_.refused;
                return job.done(fail(Code::busy, "The database has too much to do; try again"));
            case JobQueue::Push::closed: return job.done(fail(Code::unavailable, "The database is closed"));
        }
    };
    co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(Result<void>)>(enqueue, asio::use_awaitable);
}

Task<void> Engine::backup(std::filesystem::path to) {
    co_return co_await submit(Mode::read, [to = std::move(to)](waqtor::Transaction& tx) { return of(tx).connection().backup(to); });
}

Task<void> Engine::quick_check() {
    co_return co_await submit(Mode::read, [](waqtor::Transaction& tx) { return of(tx).connection().quick_check(); });
}

}   // namespace waqtor::sql
