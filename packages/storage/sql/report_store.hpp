#pragma once
#include "core/reports/report.hpp"

namespace waqtor::sql {

/// Figures from the tables of messages, in SQLite or PostgreSQL.
class SqlReportStore final : public ReportStore {
public:
    Result<std::vector<DayCount>> by_day(waqtor::Transaction& tx, WorkspaceId workspace, Timestamp from, Timestamp to) override;
    Result<WaitCount> waits(waqtor::Transaction& tx, WorkspaceId workspace, Timestamp from, Timestamp to) override;
};

}   // namespace waqtor::sql
