// campaign_bench [OUTPUT.json] [FOLDER]: start of a campaign of 100,000 recipients on SQLite: until the start is on disk, until
// every recipient has its row, and what a list of campaigns and a look at the counters cost meanwhile.
#include "core/campaigns/campaign_pump.hpp"
#include "core/campaigns/campaign_service.hpp"
#include "core/contacts/contact_book.hpp"
#include "storage/database.hpp"
#include "storage/sql/campaign_store.hpp"
#include "storage/sql/contact_store.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/tag_store.hpp"
#include "storage/sql/user_store.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace waqtor;
using Steady = std::chrono::steady_clock;

namespace {
constexpr int kPeople = 100'000;

/// Takes nothing: what is measured is the listing of recipients.
class FullOutbox final : public Outbox {
    Result<MessageId> accept(Transaction&, WorkspaceId, NewMessage const&) override { return fail(Code::unavailable, "full"); }
    Result<std::int64_t> cancel_for_contact(Transaction&, WorkspaceId, ContactId, std::string_view) override { return 0; }
    Result<std::int64_t> cancel_for_campaign(Transaction&, WorkspaceId, CampaignId, std::string_view) override { return 0; }
};
class OneSession final : public SessionDirectory {
    Result<void> require(Transaction&, SessionRef) override { return {}; }
    Result<SessionId> standard(Transaction&, WorkspaceId, std::vector<SessionId> const&) override {
        return SessionId::make(SystemClock{}.now());
    }
};

double ms(Steady::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

template <class T> T must(Result<T> outcome) {
    if (!outcome) fmt::print(stderr, "{} | {}\n", outcome.error().message, outcome.error().cause), std::exit(1);
    if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

double percentile(std::vector<double>& all, double share) {
    if (all.empty()) return 0;
    std::ranges::sort(all);
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
}

struct Bench {
    SystemClock clock{};
    sql::SqlEventLog log{clock};
    sql::SqlUserStore users{};
    sql::SqlContactStore contact_rows{};
    sql::SqlTagStore tags{};
    sql::SqlSegmentStore segments{};
    std::unique_ptr<SqlDatabase> db;
    ContactBook book{{*db, contact_rows, tags, segments, log, clock}};
    sql::SqlCampaignStore store{};
    FullOutbox outbox{};
    OneSession sessions{};
    EventBus bus{};
    CampaignParts parts{*db, store, book, outbox, sessions, log, bus, clock};
    CampaignService service{parts};
    CampaignPump pump{parts, {.in_outbox = 0}};
    WorkspaceId workspace = WorkspaceId::make(clock.now());

    asio::awaitable<void> fill() {
        must(co_await db->write([this](Transaction& tx) { return users.add_workspace(tx, {workspace, "Shop", clock.now()}); }));
        for (int from = 0; from < kPeople; from += 1000)
            must(co_await db->write([this, from](Transaction& tx) -> Result<void> {
                for (int i = from; i < from + 1000; ++i)
                    TRY_OK(
                        book.identify(tx, workspace, {.phone = fmt::format("+1555{:07}", i), .name = fmt::format("Person {}", i)}));
                return {};
            }));
    }
    asio::awaitable<void> look(CampaignId id, bool& done, std::vector<double>& progress, std::vector<double>& list) {
        while (!done) {
            auto start = Steady::now();
            must(co_await service.get(workspace, id));
            progress.push_back(ms(Steady::now() - start));
            start = Steady::now();
            must(co_await service.list(workspace, {}));
            list.push_back(ms(Steady::now() - start));
        }
    }
};
}   // namespace

int main(int argc, char** argv) {
    auto const output = std::filesystem::path{argc > 1 ? argv[1] : "bench/results/campaign.json"};
    auto const folder = std::filesystem::path{argc > 2 ? argv[2] : "."} / "campaign-bench-data";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    double started = 0;
    double listed = 0;
    std::vector<double> progress;
    std::vector<double> list;
    {
        Bench bench{.db = must(open_database({.url = (folder / "bench.db").string()}))};
        asio::io_context io;
        auto done = false;
        asio::co_spawn(
            io,
            [&]() -> asio::awaitable<void> {
                co_await bench.fill();
                Caller const who{.workspace = bench.workspace, .user = UserId::make(bench.clock.now())};
                for (int i = 0; i < 50; ++i) must(co_await bench.service.create(who, {.name = fmt::format("Draft {}", i)}));
                auto const made = must(co_await bench.service.create(
                    who, {.name = "All", .content = Content{.text = "Salam {{name}}"}, .audience = Audience{.everyone = true}}));
                auto const start = Steady::now();
                must(co_await bench.service.start(who, made.id));
                started = ms(Steady::now() - start);
                asio::co_spawn(io, bench.look(made.id, done, progress, list), asio::detached);
                while (must(co_await bench.service.get(bench.workspace, made.id)).counting) must(co_await bench.pump.step());
                listed = ms(Steady::now() - start);
                done = true;
            },
            asio::detached);
        io.run();
    }
    std::filesystem::remove_all(folder);
    auto const result = fmt::format(
        R"({{"what": "campaign of {} recipients, SQLite WAL, synchronous=FULL", "startMs": {:.1f}, "everyRecipientListedMs": {:.0f}, "target": 2000,
 "progressP99Ms": {:.2f}, "listOf50P99Ms": {:.2f}, "looks": {}, "queryTarget": 20}})",
        kPeople, started, listed, percentile(progress, 0.99), percentile(list, 0.99), progress.size());
    if (output.has_parent_path()) std::filesystem::create_directories(output.parent_path());
    std::ofstream{output} << result << '\n';
    fmt::print("{}\n", result);
    return listed <= 2000 && percentile(progress, 0.99) <= 20 && percentile(list, 0.99) <= 20 ? 0 : 1;
}
