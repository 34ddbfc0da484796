#include "core/contacts/contact_importer.hpp"
#include "core/contacts/import/scan.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

// How imports are carried out and undone.

namespace waqtor {
namespace {
constexpr std::int64_t kBatch = 500;
constexpr std::int64_t kTold = 5000;   // rows between two progress events
constexpr std::int64_t kTakenBack = 200;
constexpr auto kPause = std::chrono::milliseconds{100};
constexpr auto kLongestPause = std::chrono::seconds{1};
/// Who has moved an import so lately is still at it, in another process.
constexpr auto kAtIt = std::chrono::seconds{5};

/// The database is busy, gone or full, or another process has the import: nothing is wrong with it.
bool passes(Error const& error) { return row(error.code).retryable || error.code == Code::conflict; }
}   // namespace

asio::awaitable<void> ContactImporter::run(std::stop_token stop) {
    co_await asio::co_spawn(asio::make_strand(workers_), loop(std::move(stop)), asio::use_awaitable);
}

asio::awaitable<void> ContactImporter::loop(std::stop_token stop) {
    auto const executor = co_await asio::this_coro::executor;
    EventBus::Subscription subscription{bus_, WorkspaceId{}, executor};   // every workspace's
    auto const on_stop = std::stop_callback{stop, [this] { bus_.wake({}); }};
    asio::steady_timer breath{executor};
    while (!stop.stop_requested()) {
        // What fails here is tried again: it is the database that cannot be had.
        (void)co_await step(stop);
        if (stop.stop_requested()) break;
        breath.expires_after(kPause);
        co_await breath.async_wait(asio::use_awaitable);
        if (!stop.stop_requested()) co_await subscription.wait(kLongestPause);
    }
}

Task<void> ContactImporter::step(std::stop_token stop) {
    CO_TRY(auto const busy, co_await parts_.db.read([this](Transaction& tx) { return store_.busy(tx); }));
    for (auto const& row : busy) {
        if (stop.stop_requested()) break;
        if (row.moved_at && parts_.clock.now() - *row.moved_at < kAtIt) continue;
        auto const outcome = row.state == ImportState::running ? co_await carry_on(row, stop) : co_await take_back(row, stop);
        if (!outcome && !passes(outcome.error())) CO_TRY_OK(co_await give_up(row, outcome.error().message));
    }
    co_return Result<void>{};
}

/// Reads the file from its beginning, passes the rows that were dealt with, and takes the others, batch by batch.
Task<void> ContactImporter::carry_on(ContactImportRow row, std::stop_token stop) {
    CO_TRY(auto const settings, read_json<ImportSettings>(row.options));
    CO_TRY(auto file, co_await parts_.db.read([this, id = row.id](Transaction& tx) { return store_.file(tx, id); }));
    CO_TRY(auto people, import::People::open(std::move(file), settings.country, settings.columns));
    import::Scan scan{std::move(people), row.id, settings.country, seen_.take(row.id, settings)};
    CO_TRY_OK(scan.pass(row.row_count));
    while (!stop.stop_requested()) {
        CO_TRY(auto batch, scan.next(kBatch));
        if (batch.rows == 0) co_return co_await finish(std::move(row));
        CO_TRY(row, co_await parts_.db.write(
                        [this, settings, row, batch = std::move(batch)](Transaction& tx) mutable -> Result<ContactImportRow> {
                            auto next = row;
                            auto const now = parts_.clock.now();
                            auto const rows = batch.rows;
                            TRY(auto plan, import::plan(parts_, tx, row, settings, std::move(batch), now));
                            import::count(next, plan, rows);
                            TRY_OK(import::carry_out(parts_, store_, tx, next, std::move(plan), now));
                            next.moved_at = now;
                            TRY(auto const saved, store_.save(tx, next, ImportState::running, row.row_count));
                            if (!saved) return fail(Code::conflict, "Another process carries the import out");
                            if (next.row_count / kTold != row.row_count / kTold) TRY_OK(tell(tx, next));
                            return next;
                        }));
    }
    co_return co_await let_go(std::move(row));
}

/// So that the next start of the server, or another process, goes on at once.
Task<void> ContactImporter::let_go(ContactImportRow row) {
    row.moved_at.reset();
    return parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY_OK(store_.save(tx, row, row.state, row.row_count));
        return {};
    });
}

Task<void> ContactImporter::finish(ContactImportRow row) {
    row.state = ImportState::done;
    row.total_count = row.row_count;
    row.finished_at = parts_.clock.now();
    return parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY(auto const saved, store_.save(tx, row, ImportState::running, row.row_count));
        if (!saved) return {};
        TRY_OK(store_.forget_file(tx, row.id));
        return tell(tx, row);
    });
}

Task<void> ContactImporter::give_up(ContactImportRow row, std::string problem) {
    return parts_.db.write([this, row, problem](Transaction& tx) -> Result<void> {
        TRY(auto now, store_.find(tx, row.workspace, row.id));
        if (now.state != row.state) return {};
        now.state = ImportState::failed;
        now.problem = problem;
        now.finished_at = parts_.clock.now();
        TRY_OK(store_.save(tx, now, row.state, now.row_count));
        TRY_OK(store_.forget_file(tx, row.id));
        return tell(tx, now);
    });
}

Task<void> ContactImporter::take_back(ContactImportRow row, std::stop_token stop) {
    ContactId after{};
    for (auto more = true; more && !stop.stop_requested();) {
        struct Step {
            ContactImportRow row;
            ContactId after;
            bool more = false;
        };
        CO_TRY(auto done, co_await parts_.db.write([this, row, after](Transaction& tx) -> Result<Step> {
            Step out{row, after};
            TRY(out.row, store_.find(tx, row.workspace, row.id));
            if (out.row.state != ImportState::undoing) return out;
            TRY(out.more, take_back_some(tx, out.row, out.after));
            out.row.moved_at = parts_.clock.now();
            if (!out.more) TRY_OK(end_undo(tx, out.row));
            TRY_OK(store_.save(tx, out.row, ImportState::undoing, out.row.row_count));
            if (!out.more) TRY_OK(tell(tx, out.row));
            return out;
        }));
        row = std::move(done.row);
        after = done.after;
        more = done.more;
    }
    if (stop.stop_requested() && row.state == ImportState::undoing) co_return co_await let_go(std::move(row));
    co_return Result<void>{};
}

/// First what it changed, then what it made. False when there is no more.
Result<bool> ContactImporter::take_back_some(Transaction& tx, ContactImportRow& row, ContactId& after) {
    auto const now = parts_.clock.now();
    TRY(auto const changes, store_.changes(tx, row.id, kTakenBack));
    for (auto const& change : changes) {
        TRY(auto const put_back, import::put_back(parts_, tx, row.workspace, change, now));
        ++(put_back ? row.undone_count : row.kept_count);
        TRY_OK(store_.forget_change(tx, row.id, change.contact));
    }
    if (!changes.empty()) return true;
    ContactFilter const made{.import = row.id};
    TRY(auto const contacts, parts_.contacts.walk(tx, row.workspace, std::span{&made, 1}, after, kTakenBack));
    for (auto const& contact : contacts) {
        after = contact.id;
        if (contact.updated_at != contact.created_at) continue;   // counted at the end
        TRY_OK(parts_.contacts.remove(tx, row.workspace, contact.id));
        ++row.undone_count;
    }
    return !contacts.empty();
}

Result<void> ContactImporter::end_undo(Transaction& tx, ContactImportRow& row) {
    TRY(auto const left, parts_.contacts.count(tx, row.workspace, {.import = row.id}));
    row.kept_count += left;
    TRY(auto const used, parts_.tags.counted(tx, row.workspace));
    for (auto const& made : row.made_tags) {
        auto const tag = TagId::parse(made);
        auto const at = std::ranges::find_if(used, [&](CountedTag const& one) { return tag && one.id == *tag; });
        if (at != used.end() && at->contacts == 0) TRY_OK(parts_.tags.remove(tx, row.workspace, at->id));
    }
    row.made_tags.clear();
    row.state = ImportState::undone;
    row.undone_at = parts_.clock.now();
    return {};
}

}   // namespace waqtor
