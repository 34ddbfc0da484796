#pragma once
#include "core/accounts/account_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /api/users, /api/invitations and /api/settings of the caller's workspace.
void declare_user_routes(Router& api, AccountService& accounts);

}   // namespace waqtor
