#include "operations.hpp"

#include "server/static/static_files.hpp"

namespace waqtor {

extern EmbeddedFile const kSetupFiles[];
extern EmbeddedFile const kMonitorFiles[];

namespace {
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

Result<void> check_disk(std::string const& folder, std::int64_t least_mib) {
    std::error_code failure;
    auto const space = std::filesystem::space(folder, failure);
    if (failure) return fail(Code::unavailable, "The data folder cannot be reached");
    if (static_cast<std::int64_t>(space.available >> 20) < least_mib) return fail(Code::storage_full, "The disk is nearly full");
    return {};
}
}   // namespace

void add_checks(Readiness& readiness, House& house, Settings const& settings) {
    readiness.add("database", [&house]() -> Task<void> {
        // Takes the write lock and commits: a database that is read-only, locked or gone fails here.
        return house.db->write([](Transaction&) -> Result<void> { return {}; });
    });
    readiness.add("migrations", [&house]() -> Task<void> {
        if (house.db->schema_version() == newest_schema_version()) co_return Result<void>{};
        co_return fail(Code::unavailable, "The schema is not the one this program needs; run waqtor migrate");
    });
    readiness.add("disk", [folder = settings.data(), least = settings.minimum_free_mib()]() -> Task<void> {
        co_return check_disk(folder, least);
    });
}

void add_figures(Metrics& metrics, House& house, Log const& log) {
    auto const add = [&](std::string name, std::string help, auto member) {
        metrics.add(std::move(name), std::move(help),
                    [&house, member] { return static_cast<double>(house.db->figures().*member); });
    };
    add("waqtor_database_commits_total", "Transactions committed", &DatabaseFigures::commits);
    add("waqtor_database_writes_total", "Write operations committed", &DatabaseFigures::writes);
    add("waqtor_database_reads_total", "Read operations", &DatabaseFigures::reads);
    add("waqtor_database_refused_total", "Operations refused because a queue was full", &DatabaseFigures::refused);
    add("waqtor_database_queued_writes", "Write operations that wait", &DatabaseFigures::queued_writes);
    add("waqtor_database_queued_reads", "Read operations that wait", &DatabaseFigures::queued_reads);
    metrics.add("waqtor_log_dropped_total", "Log lines lost because nobody read them",
                [&log] { return static_cast<double>(log.dropped()); });
}

void declare_setup_page(Router& api) {
    auto const file = [](std::string_view name, Request const& request) -> Result<Response> {
        auto answer = serve_file(kSetupFiles, name, request, "no-cache", kPolicy);
        if (!answer) return fail(Code::not_found, "There is nothing at this address");
        return *std::move(answer);
    };
    api.raw("/setup", {.access = Access::open}, "text/html",
            [file](Caller, Request const& request) -> Task<Response> { co_return file("setup.html", request); });
    api.raw("/setup/{name}", {.access = Access::open}, "text/html", [file](Caller, Request const& request) -> Task<Response> {
        co_return file(request.path.substr(request.path.rfind('/') + 1), request);
    });
}

void declare_monitor_page(Router& api) {
    for (auto const* name : {"ws-monitor.html", "ws-monitor.css", "ws-monitor.js"})
        api.raw("/" + std::string{name}, {.access = Access::open}, "text/html",
                [name](Caller, Request const& request) -> Task<Response> {
                    co_return *serve_file(kMonitorFiles, name, request, "no-cache", kPolicy);
                });
}

}   // namespace waqtor
