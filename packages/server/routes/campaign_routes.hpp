#pragma once
#include "core/campaigns/campaign_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// Campaigns in our own style and at WaQtor 2.3's paths, and the opt-out words.
void declare_campaign_routes(Router& api, CampaignService& campaigns);

}   // namespace waqtor
