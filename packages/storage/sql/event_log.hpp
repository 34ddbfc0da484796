#pragma once
#include "core/base/time.hpp"
#include "core/events/event_log.hpp"

namespace waqtor::sql {

/// The event log in SQLite or PostgreSQL. A workspace's counter rises in the transaction that adds the event, so numbers have no
/// gaps, and readers never see a number before all smaller ones.
class SqlEventLog final : public EventLog {
public:
    explicit SqlEventLog(Clock const& clock) : clock_{clock} {}

    Result<EventPage> read(waqtor::Transaction& transaction, WorkspaceId workspace, EventFilter const& filter) override;
    Result<std::int64_t> last(waqtor::Transaction& transaction, WorkspaceId workspace) override;
    Result<std::int64_t> cursor(waqtor::Transaction& transaction, WorkspaceId workspace, std::string_view name) override;
    Result<void> set_cursor(waqtor::Transaction& transaction, WorkspaceId workspace, std::string_view name,
                            std::int64_t seq) override;

    /// One read looks at no more events than this, whatever it filters; `EventPage::last` then tells where to go on.
    static constexpr std::int64_t kMostLookedAt = 2'000;
    static constexpr std::size_t kMostReturned = 1'000;
    static constexpr std::size_t kMostTypes = 100;

protected:
    Result<std::int64_t> append_row(waqtor::Transaction& transaction, WorkspaceId workspace, std::string_view type, int version,
                                    std::string data) override;

private:
    Clock const& clock_;
};

}   // namespace waqtor::sql
