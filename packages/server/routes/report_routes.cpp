#include "server/routes/report_routes.hpp"

namespace waqtor {

void declare_report_routes(Router& api, ReportService& reports) {
    api.get<ReportRequest, Merged<Report>>("/api/reports",
                                           {.id = "reports.get",
                                            .summary = "Messages, campaigns and response time by day",
                                            .tag = "Reports",
                                            .scope = Scope::campaigns_read,
                                            .errors = {Code::invalid}},
                                           [&](Caller who, ReportRequest wish) -> Task<Merged<Report>> {
                                               CO_TRY(auto report, co_await reports.report(who.workspace, std::move(wish)));
                                               co_return Merged<Report>{std::move(report)};
                                           });
}

}   // namespace waqtor
