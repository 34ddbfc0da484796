#pragma once
#include "core/base/id.hpp"
#include "storage/sql/connection.hpp"

namespace waqtor::sql {

/// The numbers of events within the transaction under way. A workspace's first event takes its number from the table; those after
/// it count on from there, and the table hears of them once, before the commit. Only one transaction writes at a time.
class EventCounters {
public:
    /// Of the newest event, when the transaction has added one.
    std::optional<std::int64_t> last(WorkspaceId workspace) const;
    /// Of the next event, unless it is the first.
    std::optional<std::int64_t> next(WorkspaceId workspace);
    /// The first event has this number, and the table knows.
    void begin(WorkspaceId workspace, std::int64_t seq) { all_.push_back({workspace, seq, seq}); }
    /// Tells the table what it does not know.
    Result<void> store(Connection& connection);
    void clear() { all_.clear(); }

private:
    struct Counter {
        WorkspaceId workspace;
        std::int64_t last;
        std::int64_t stored;
    };
    std::vector<Counter> all_;
};

}   // namespace waqtor::sql
