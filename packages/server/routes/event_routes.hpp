#pragma once
#include "core/events/event_reader.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /api/events: the workspace's event log, with long-poll.
void declare_event_routes(Router& api, EventReader& events);

}   // namespace waqtor
