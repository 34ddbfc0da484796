#pragma once
#include "core/reports/report_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// WaQtor 2.3's reports.
void declare_report_routes(Router& api, ReportService& reports);

}   // namespace waqtor
