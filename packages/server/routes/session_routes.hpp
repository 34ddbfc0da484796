#pragma once
#include "core/sessions/session_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

void declare_session_routes(Router& api, SessionService& sessions);

}   // namespace waqtor
