#pragma once
#include "core/accounts/scope.hpp"
#include "core/events/event_log.hpp"
#include "core/notifications/notification.hpp"

#include <functional>

namespace waqtor {

/// What a rule says of an event, before it is known whom.
struct NotificationDraft {
    NotificationEvent event{};
    NotificationType type{};
    Role least = Role::agent;   // people with this role, or a higher one, are told
    std::string title, title_ar;
    std::string message, message_ar;
    std::string link;
    std::string same;
};

/// How people call things; empty when they are gone.
struct NotificationNames {
    std::function<Result<std::string>(Transaction&, WorkspaceId, std::string_view id)> session;
    std::function<Result<std::string>(Transaction&, WorkspaceId, std::string_view id)> campaign;
};

/// The event types that have a rule.
std::vector<std::string> notified_events();

/// Nothing when the event is nothing to tell.
Result<std::optional<NotificationDraft>> notification_for(NotificationNames const& names, Transaction& tx, WorkspaceId workspace,
                                                          StoredEvent const& event);

}   // namespace waqtor
