#include "server/metrics/metrics.hpp"

#include "server/log/log.hpp"
#include "server/router/router.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace waqtor {
namespace {

/// Upper ends of the histogram, in microseconds.
constexpr std::array<std::int64_t, 14> kBuckets{500,     1'000,   2'500,   5'000,     10'000,    25'000,    50'000,
                                                100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

double resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    long all = 0;
    long resident = 0;
    file >> all >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double open_descriptors() {
    auto* const folder = ::opendir("/proc/self/fd");
    if (!folder) return 0;
    double count = 0;
    while (::readdir(folder)) ++count;
    ::closedir(folder);
    return count - 3;   // ".", ".." and the one that reads the folder
}
}   // namespace

struct Metrics::Row {
    Row(std::string_view of_method, std::string_view of_route) : method{of_method}, route{of_route} {}
    bool is(std::string_view other_method, std::string_view other_route) const {
        return method == other_method && route == other_route;
    }

    std::string method;
    std::string route;
    std::array<std::atomic<std::uint64_t>, 6> by_class{};   // 1xx … 5xx at 1 … 5
    std::array<std::atomic<std::uint64_t>, kBuckets.size() + 1> took{};
    std::atomic<std::uint64_t> microseconds = 0;
};

Metrics::Metrics() {
    auto const start = std::chrono::system_clock::now();
    auto const since = [start] { return std::chrono::duration<double>(std::chrono::system_clock::now() - start).count(); };
    auto const began = std::chrono::duration<double>(start.time_since_epoch()).count();
    add("waqtor_connections", "Open connections", [this] { return static_cast<double>(open_); });
    add("waqtor_connections_total", "Connections accepted", [this] { return static_cast<double>(connections_); });
    add("waqtor_requests_in_flight", "Requests being worked on", [this] { return static_cast<double>(in_flight_); });
    add("waqtor_uptime_seconds", "Since the start", since);
    add("process_start_time_seconds", "Start, in seconds since 1970", [began] { return began; });
    add("process_resident_memory_bytes", "Resident memory", resident_bytes);
    add("process_cpu_seconds_total", "Processor time used", cpu_seconds);
    add("process_open_fds", "Open file descriptors", open_descriptors);
}

Metrics::~Metrics() {
    for (auto& row : rows_) delete row.load();
}

void Metrics::add(std::string name, std::string help, std::function<double()> value) {
    auto lock = std::lock_guard{mutex_};
    own_.push_back({std::move(name), std::move(help), std::move(value)});
}

Metrics::Row* Metrics::row_of(std::string_view method, std::string_view route) {
    auto at = (std::hash<std::string_view>{}(route) ^ method.size() * 31 ^ static_cast<unsigned char>(method.front())) % kRows;
    for (std::size_t tries = 0; tries < kRows; ++tries, at = (at + 1) % kRows) {
        auto* row = rows_[at].load(std::memory_order_acquire);
        if (!row) {
            auto fresh = std::make_unique<Row>(method, route);
            if (rows_[at].compare_exchange_strong(row, fresh.get(), std::memory_order_acq_rel)) return fresh.release();
        }
        if (row->is(method, route)) return row;
    }
    return nullptr;
}

void Metrics::answered(Exchange const& exchange) {
    constexpr auto kRelaxed = std::memory_order_relaxed;
    in_flight_.fetch_sub(1, kRelaxed);
    auto* const row = row_of(exchange.method, exchange.route.empty() ? "none" : exchange.route);
    if (!row) return;
    row->by_class[std::min<std::size_t>(exchange.status / 100, 5)].fetch_add(1, kRelaxed);
    auto const bucket = std::ranges::lower_bound(kBuckets, exchange.took.count()) - kBuckets.begin();
    row->took[static_cast<std::size_t>(bucket)].fetch_add(1, kRelaxed);
    row->microseconds.fetch_add(static_cast<std::uint64_t>(exchange.took.count()), kRelaxed);
}

std::string Metrics::text() const {
    auto out = std::string{"# HELP waqtor_requests_total Requests answered\n# TYPE waqtor_requests_total counter\n"};
    auto seconds = std::string{
        "# HELP waqtor_request_seconds Time from a request's last header byte to its answer\n# TYPE waqtor_request_seconds "
        "histogram\n"};
    for (auto const& slot : rows_) {
        auto const* row = slot.load(std::memory_order_acquire);
        if (!row) continue;
        auto const labels = fmt::format("method=\"{}\",route=\"{}\"", row->method, row->route);
        for (std::size_t i = 1; i < row->by_class.size(); ++i)
            if (auto const count = row->by_class[i].load())
                out += fmt::format("waqtor_requests_total{{{},status=\"{}xx\"}} {}\n", labels, i, count);
        std::uint64_t so_far = 0;
        for (std::size_t i = 0; i < row->took.size(); ++i) {
            so_far += row->took[i].load();
            auto const end = i < kBuckets.size() ? fmt::format("{}", static_cast<double>(kBuckets[i]) / 1e6) : std::string{"+Inf"};
            seconds += fmt::format("waqtor_request_seconds_bucket{{{},le=\"{}\"}} {}\n", labels, end, so_far);
        }
        seconds += fmt::format("waqtor_request_seconds_sum{{{}}} {:.6f}\nwaqtor_request_seconds_count{{{}}} {}\n", labels,
                               static_cast<double>(row->microseconds.load()) / 1e6, labels, so_far);
    }
    out += seconds;
    auto lock = std::lock_guard{mutex_};
    for (auto const& [name, help, value] : own_)
        out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, name.ends_with("_total") ? "counter" : "gauge",
                           value());
    return out;
}

void Traffic::answered(Exchange const& exchange) {
    metrics_.answered(exchange);
    auto const probe = exchange.route == "/health" || exchange.route == "/ready" || exchange.route == "/metrics";
    auto const level = exchange.status >= 500 ? LogLevel::warn : probe && exchange.status < 400 ? LogLevel::debug : LogLevel::info;
    if (!log_.wants(level)) return;
    log_.write(level, "request",
               {{"method", exchange.method},
                {"route", exchange.route.empty() ? "none" : exchange.route},
                {"status", static_cast<std::int64_t>(exchange.status)},
                {"code", exchange.status >= 400 ? row(exchange.code).name : "ok"},
                {"us", static_cast<std::int64_t>(exchange.took.count())},
                {"bytesIn", static_cast<std::int64_t>(exchange.bytes_in)},
                {"bytesOut", static_cast<std::int64_t>(exchange.bytes_out)},
                {"requestId", exchange.request_id}});
}

void declare_metrics_routes(Router& api, Metrics& metrics) {
    constexpr std::string_view kType = "text/plain; version=0.0.4; charset=utf-8";
    api.raw("/metrics",
            {.id = "metrics",
             .summary = "Numbers about the server, for Prometheus",
             .tag = "Operation",
             .scope = Scope::metrics_read,
             .access = Access::local},
            kType, [&metrics, kType](Caller, Request const&) -> Task<Response> {
                co_return Response{.content_type = kType, .body = metrics.text()};
            });
}

}   // namespace waqtor
