#pragma once
#include "core/bot/bot_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// The bot, at WaQtor 2.3's paths.
void declare_bot_routes(Router& api, BotService& bot);

}   // namespace waqtor
