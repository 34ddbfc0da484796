#pragma once
#include "house.hpp"
#include "server/health/health.hpp"
#include "server/log/log.hpp"
#include "server/metrics/metrics.hpp"

namespace waqtor {

/// What the server needs to be ready: a database that takes writes, its schema, space on the disk.
void add_checks(Readiness& readiness, House& house, Settings const& settings);

/// Figures of the database and the log for /metrics.
void add_figures(Metrics& metrics, House& house, Log const& log);

/// GET /setup: the page of the setup link.
void declare_setup_page(Router& api);
/// GET /ws-monitor.html: the figures of the WebSocket hub, live.
void declare_monitor_page(Router& api);

}   // namespace waqtor
