#pragma once
#include "core/notifications/notification_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /api/notifications: what the caller is told. Everybody sees only their own.
void declare_notification_routes(Router& api, NotificationService& notifications);

}   // namespace waqtor
