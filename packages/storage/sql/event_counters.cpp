#include "storage/sql/event_counters.hpp"

#include <algorithm>

namespace waqtor::sql {

std::optional<std::int64_t> EventCounters::last(WorkspaceId workspace) const {
    auto const found = std::ranges::find(all_, workspace, &Counter::workspace);
    return found == all_.end() ? std::nullopt : std::optional{found->last};
}

std::optional<std::int64_t> EventCounters::next(WorkspaceId workspace) {
    auto const found = std::ranges::find(all_, workspace, &Counter::workspace);
    return found == all_.end() ? std::nullopt : std::optional{++found->last};
}

Result<void> EventCounters::store(Connection& connection) {
    for (auto& counter : all_) {
        if (counter.last == counter.stored) continue;
        auto const arguments = std::array{to_argument(counter.workspace), to_argument(counter.last)};
        TRY_OK(connection.post("UPDATE event_counter SET last_seq = $2 WHERE workspace = $1", arguments, {}));
        counter.stored = counter.last;
    }
    return {};
}

}   // namespace waqtor::sql
