#pragma once
#include "core/campaigns/campaign_service.hpp"
#include "core/reports/report.hpp"

namespace waqtor {

/// WaQtor 2.3's reports, from what really happened.
class ReportService {
public:
    ReportService(Database& db, ReportStore& store, CampaignService& campaigns, Clock const& clock)
        : db_{db}, store_{store}, campaigns_{campaigns}, clock_{clock} {}

    /// Code::invalid for dates that are none, or more than 366 days.
    Task<Report> report(WorkspaceId workspace, ReportRequest wish);

private:
    Database& db_;
    ReportStore& store_;
    CampaignService& campaigns_;
    Clock const& clock_;
};

}   // namespace waqtor
