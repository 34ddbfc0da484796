#pragma once
#include "core/accounts/account_service.hpp"
#include "core/accounts/login_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /api/auth/*: as WaQtor 2.3 has them, and the list of one's own logins.
void declare_auth_routes(Router& api, AccountService& accounts, LoginService& logins);

}   // namespace waqtor
