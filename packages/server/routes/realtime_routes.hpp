#pragma once
#include "server/realtime/hub.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /ws, and the tickets for it.
void declare_realtime_routes(Router& api, realtime::Hub& hub);

}   // namespace waqtor
