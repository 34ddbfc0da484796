#include "storage/sql/report_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {

Result<std::vector<DayCount>> SqlReportStore::by_day(waqtor::Transaction& tx, WorkspaceId workspace, Timestamp from, Timestamp to) {
    return of(tx).all<DayCount>(R"sql(
        SELECT created_at / 86400000, outgoing, state, origin, count(*) FROM message
         WHERE workspace = $1 AND created_at >= $2 AND created_at < $3 GROUP BY created_at / 86400000, outgoing, state, origin)sql",
                                workspace, from, to);
}

Result<WaitCount> SqlReportStore::waits(waqtor::Transaction& tx, WorkspaceId workspace, Timestamp from, Timestamp to) {
    return of(tx).one<WaitCount>(R"sql(
        SELECT count(*), coalesce(sum(gap), 0)
          FROM (SELECT outgoing, created_at - lag(created_at) OVER (PARTITION BY chat ORDER BY created_at, id) AS gap,
                       lag(outgoing) OVER (PARTITION BY chat ORDER BY created_at, id) AS prior
                  FROM message WHERE workspace = $1 AND created_at >= $2 AND created_at < $3) AS turns
         WHERE outgoing = 1 AND prior = 0)sql",
                                 workspace, from, to);
}

}   // namespace waqtor::sql
