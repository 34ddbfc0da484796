#pragma once
#include "core/accounts/key_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /api/keys: the workspace's API keys.
void declare_key_routes(Router& api, KeyService& keys);

}   // namespace waqtor
