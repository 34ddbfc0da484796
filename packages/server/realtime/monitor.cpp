#include "server/realtime/monitor.hpp"

#include "server/realtime/hub_parts.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace waqtor::realtime {
namespace {
std::string in_words(std::int64_t seconds) {
    auto const minutes = seconds / 60;
    auto const hours = minutes / 60;
    if (hours >= 24) return fmt::format("{}d {}h {}m", hours / 24, hours % 24, minutes % 60);
    if (hours > 0) return fmt::format("{}h {}m {}s", hours, minutes % 60, seconds % 60);
    return minutes > 0 ? fmt::format("{}m {}s", minutes, seconds % 60) : fmt::format("{}s", seconds);
}

/// "MemAvailable:  123 kB" in bytes; 0 when it is not there.
std::int64_t memory_line(std::string_view name) {
    std::ifstream file{"/proc/meminfo"};
    std::string word;
    for (std::int64_t value = 0; file >> word >> value; std::getline(file, word))
        if (word == name) return value * 1024;
    return 0;
}

WsSystem system_now() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    WsSystem out;
    out.memory = {.rss = resident_bytes(),
                  .peak = used.ru_maxrss * 1024,
                  .machine_total = memory_line("MemTotal:"),
                  .machine_free = memory_line("MemAvailable:")};
    out.cpu.load_avg.resize(3);
    if (::getloadavg(out.cpu.load_avg.data(), 3) != 3) out.cpu.load_avg.assign(3, 0);
    out.cpu.cores = std::max(1U, std::thread::hardware_concurrency());
    out.cpu.seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    return out;
}

std::optional<Timestamp> time_of(std::atomic<std::int64_t> const& milliseconds) {
    auto const at = milliseconds.load();
    return at == 0 ? std::nullopt : std::optional{Timestamp{Milliseconds{at}}};
}

std::int64_t number(std::atomic<std::uint64_t> const& counter) { return static_cast<std::int64_t>(counter.load()); }

WsSecurity security_of(HubCounters const& counters) {
    return {.unauthorized_attempts = number(counters.unauthorised),
            .rate_limit_violations = number(counters.rate_limited),
            .invalid_origins = number(counters.bad_origin),
            .expired_handshakes = number(counters.expired_handshakes),
            .invalid_signatures = number(counters.bad_signatures),
            .oversized_messages = number(counters.oversized),
            .blocked_addresses = number(counters.blocked_addresses),
            .too_many_connections = number(counters.too_many),
            .protocol_violations = number(counters.violations),
            .slow_closed = number(counters.slow_closed)};
}
}   // namespace

void Inspection::add(Inspection other) {
    std::ranges::move(other.clients, std::back_inserter(clients));
    for (auto const& [topic, count] : other.topics) topics[topic] += count;
    buffer.clients += other.buffer.clients;
    buffer.total_buffered += other.buffer.total_buffered;
    buffer.max_buffered = std::max(buffer.max_buffered, other.buffer.max_buffered);
    buffer.overloaded += other.buffer.overloaded;
    alive += other.alive;
    dead += other.dead;
}

WsMonitor monitor_of(HubParts const& parts, WorkspaceId workspace, Inspection found, bool all_history) {
    auto const& counters = parts.counters;
    auto const now = parts.clock.now();
    auto const uptime = std::chrono::duration_cast<std::chrono::seconds>(now - parts.started).count();
    if (found.buffer.clients > 0) found.buffer.avg_buffered = found.buffer.total_buffered / found.buffer.clients;
    std::ranges::sort(found.clients, {}, &WsClient::id);
    // Those that are counted have been looked at, or are on their way in.
    auto const current = found.alive + found.dead;
    auto const total = number(counters.accepted);
    return {.server = {parts.settings.version, uptime, in_words(uptime), parts.started, now},
            .connections = {.current = current,
                            .total = total,
                            .disconnections = std::max<std::int64_t>(total - counters.connections, 0),
                            .alive = found.alive,
                            .dead = found.dead},
            .messages = {.received = number(counters.received),
                         .broadcasts = number(counters.encoded),
                         .delivered = number(counters.delivered),
                         .last_broadcast = time_of(counters.last_broadcast)},
            .errors = {number(counters.errors), parts.watch.last_error()},
            .system = system_now(),
            .buffer = found.buffer,
            .security = security_of(counters),
            .topics = std::move(found.topics),
            .alerts = parts.watch.alerts(),
            .clients = std::move(found.clients),
            .security_log = parts.watch.security(workspace),
            .history = parts.watch.history(all_history)};
}

WsMetrics metrics_of(HubParts const& parts, WsMonitor const& monitor) {
    auto const& of = monitor.connections;
    return {.metrics = {.connections = of.total,
                        .disconnections = of.disconnections,
                        .messages = monitor.messages.received,
                        .errors = monitor.errors.total,
                        .broadcasts = monitor.messages.broadcasts,
                        .last_qr = time_of(parts.counters.last_qr),
                        .uptime = monitor.server.uptime,
                        .uptime_formatted = monitor.server.uptime_formatted},
            .websocket = {of.current, of.current, of.alive, of.dead},
            .topics = monitor.topics,
            .buffer = monitor.buffer,
            .security = monitor.security,
            .timestamp = monitor.server.timestamp};
}

}   // namespace waqtor::realtime
