#pragma once
#include "core/base/json.hpp"

// What people are told in the dashboard. A notification belongs to one person.

namespace waqtor {

using NotificationId = Id<struct NotificationTag>;

/// What it is about; preferences are kept for each.
enum class NotificationEvent : std::uint8_t {
    session_trouble,
    session_linked,
    campaign_completed,
    campaign_paused,
    campaign_failed,
    message_failed,
    handover,
    import_finished,
    system_alert,
    custom,
};
BOOST_DESCRIBE_ENUM(NotificationEvent, session_trouble, session_linked, campaign_completed, campaign_paused, campaign_failed,
                    message_failed, handover, import_finished, system_alert, custom)

enum class NotificationType : std::uint8_t { info, success, warning, error };
BOOST_DESCRIBE_ENUM(NotificationType, info, success, warning, error)

/// As stored: member order is column order.
struct NotificationRow {
    NotificationId id;
    WorkspaceId workspace;
    UserId user_id;
    NotificationEvent event = NotificationEvent::custom;
    NotificationType type = NotificationType::info;
    std::string title;
    std::string title_ar;
    std::string message;
    std::string message_ar;
    std::string icon;
    std::string link;
    std::string same;         // what happens again with the same text here is counted, not told again
    std::int64_t times = 1;   // how often it happened
    std::optional<Timestamp> read_at{};
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(NotificationRow, (),
                      (id, workspace, user_id, event, type, title, title_ar, message, message_ar, icon, link, same, times, read_at,
                       created_at, updated_at))

struct NotificationPreferenceRow {
    WorkspaceId workspace;
    UserId user_id;
    NotificationEvent event{};
    bool inbox = true;
    bool realtime = true;
};
BOOST_DESCRIBE_STRUCT(NotificationPreferenceRow, (), (workspace, user_id, event, inbox, realtime))

struct NotificationCounts {
    std::int64_t unread = 0;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(NotificationCounts, (), (unread, total))
template <>
inline constexpr std::array kFields<NotificationCounts>{Field{"unread", "Not read yet"}, Field{"total", "All there are"}};

}   // namespace waqtor
