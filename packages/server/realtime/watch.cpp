#include "server/realtime/watch.hpp"

#include "core/base/utf8.hpp"
#include "server/realtime/hub_parts.hpp"

#include <unistd.h>

#include <fstream>
#include <numeric>
#include <ranges>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kNewest = 10;    // seconds: for who asks every few of them
constexpr std::size_t kDetail = 200;   // bytes of a line
constexpr auto kMib = std::int64_t{1024} * 1024;

template <class T> void push(std::deque<T>& ring, T value, std::size_t most) {
    ring.push_back(std::move(value));
    if (ring.size() > most) ring.pop_front();
}

std::uint64_t refused(HubCounters const& counters) {
    return counters.blocked_addresses + counters.bad_origin + counters.unauthorised + counters.too_many;
}

void add(Sample& minute, Sample const& second) {
    minute.at = second.at;
    minute.received += second.received;
    minute.delivered += second.delivered;
    minute.refused += second.refused;
    minute.connections = std::max(minute.connections, second.connections);
    minute.buffered = std::max(minute.buffered, second.buffered);
    minute.rss = std::max(minute.rss, second.rss);
}
}   // namespace

std::int64_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::int64_t size = 0;
    std::int64_t resident = 0;
    file >> size >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

void Watch::note(SecurityEntry entry, std::optional<WorkspaceId> workspace) {
    entry.detail = beginning(entry.detail, kDetail);
    auto lock = std::lock_guard{mutex_};
    push(security_, {std::move(entry), workspace}, kEntries);
}

void Watch::fail(HubError error) {
    auto lock = std::lock_guard{mutex_};
    error_ = std::move(error);
}

void Watch::sample(HubCounters const& counters, AlertLimits const& limits, Timestamp now, std::int64_t rss) {
    Totals const total{counters.received, counters.delivered, refused(counters), counters.slow_closed};
    auto lock = std::lock_guard{mutex_};
    auto const before = std::exchange(before_, total);
    Sample const second{.at = now,
                        .connections = counters.connections,
                        .received = static_cast<std::int64_t>(total.received - before.received),
                        .delivered = static_cast<std::int64_t>(total.delivered - before.delivered),
                        .refused = static_cast<std::int64_t>(total.refused - before.refused),
                        .buffered = counters.buffered,
                        .rss = rss};
    push(seconds_, second, kSeconds);
    push(slow_seconds_, static_cast<std::int64_t>(total.slow - before.slow), 60);
    if (of_minute_ == 0) push(minutes_, Sample{}, kMinutes);
    add(minutes_.back(), second);
    of_minute_ = (of_minute_ + 1) % 60;
    judge(limits, second, std::accumulate(slow_seconds_.begin(), slow_seconds_.end(), std::int64_t{0}));
}

/// An alert ends when its figure is under nine tenths of the limit, so that one at the limit does not come again and again.
void Watch::judge(AlertLimits const& limits, Sample const& now, std::int64_t slow) {
    auto const minute = std::min<std::size_t>(60, seconds_.size());
    auto const turned_away = std::accumulate(seconds_.end() - static_cast<std::ptrdiff_t>(minute), seconds_.end(), std::int64_t{0},
                                             [](std::int64_t sum, Sample const& one) { return sum + one.refused; });
    for (auto const& [kind, value, limit] : std::initializer_list<std::tuple<AlertKind, std::int64_t, std::int64_t>>{
             {AlertKind::memory, now.rss / kMib, limits.memory_mib},
             {AlertKind::buffered, now.buffered / kMib, limits.buffered_mib},
             {AlertKind::refused, turned_away, limits.refused_per_minute},
             {AlertKind::slow, slow, limits.slow_per_minute}}) {
        auto const found = std::ranges::find(alerts_, kind, &HubAlert::kind);
        if (found != alerts_.end()) {
            found->value = value;
            if (limit == 0 || value * 10 <= limit * 9) alerts_.erase(found);
        } else if (limit > 0 && value > limit) {
            alerts_.push_back({kind, value, limit, now.at});
            fresh_.push_back(alerts_.back());
        }
    }
}

std::vector<SecurityEntry> Watch::security(WorkspaceId workspace) const {
    std::vector<SecurityEntry> out;
    auto lock = std::lock_guard{mutex_};
    for (auto const& noted : std::views::reverse(security_))
        if (noted.workspace.value_or(workspace) == workspace) out.push_back(noted.entry);
    return out;
}

History Watch::history(bool all) const {
    auto lock = std::lock_guard{mutex_};
    if (all) return {{seconds_.begin(), seconds_.end()}, {minutes_.begin(), minutes_.end()}};
    auto const newest = static_cast<std::ptrdiff_t>(std::min(kNewest, seconds_.size()));
    return {{seconds_.end() - newest, seconds_.end()}, {}};
}

std::optional<HubError> Watch::last_error() const {
    auto lock = std::lock_guard{mutex_};
    return error_;
}

std::vector<HubAlert> Watch::alerts() const {
    auto lock = std::lock_guard{mutex_};
    return alerts_;
}

std::vector<HubAlert> Watch::take_new_alerts() {
    auto lock = std::lock_guard{mutex_};
    return std::exchange(fresh_, {});
}

}   // namespace waqtor::realtime
