#pragma once
#include "core/base/settings_list.hpp"
#include "server/metrics/metrics.hpp"
#include "server/routes/realtime_routes.hpp"

namespace waqtor {

realtime::HubSettings hub_settings(Settings const& settings);

/// Figures of the hub for /metrics.
void add_hub_figures(Metrics& metrics, realtime::Hub& hub);

}   // namespace waqtor
