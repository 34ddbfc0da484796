#pragma once
#include "core/notifications/notification.hpp"

namespace waqtor {

/// As the API and the WebSocket show it.
struct Notification {
    NotificationId id;
    UserId user_id;
    NotificationEvent event{};
    NotificationType type{};
    std::string title;
    std::string title_ar;
    std::string message;
    std::string message_ar;
    std::optional<std::string> icon{};
    std::optional<std::string> link{};
    std::int64_t times = 1;
    bool read = false;
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Notification, (),
                      (id, user_id, event, type, title, title_ar, message, message_ar, icon, link, times, read, created_at,
                       updated_at))
template <>
inline constexpr std::array kFields<Notification>{
    Field{"id", "The notification"},
    Field{"user_id", "Whom it is for"},
    Field{"event", "What it is about"},
    Field{"type", "How serious it is"},
    Field{"title", "In a few words"},
    Field{"title_ar", "The same in Arabic"},
    Field{"message", "What happened, and what to do"},
    Field{"message_ar", "The same in Arabic"},
    Field{"icon", "Name of a picture"},
    Field{"link", "Where to look, a path of the dashboard"},
    Field{"times", "How often it happened since it was last read"},
    Field{"read", "True once it was read"},
    Field{"created_at", "When it happened first"},
    Field{"updated_at", "When it happened last"},
};
Notification shown(NotificationRow const& row);

enum class NotificationFilter : std::uint8_t { all, unread };
BOOST_DESCRIBE_ENUM(NotificationFilter, all, unread)

struct ListNotifications {
    std::optional<NotificationFilter> filter{};
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
};
BOOST_DESCRIBE_STRUCT(ListNotifications, (), (filter, limit, offset))
template <>
inline constexpr std::array kFields<ListNotifications>{
    Field{"filter", "all by default"},
    Field{"limit", "At most this many; 50 by default", 1, 1000},
    Field{"offset", "Skip this many", 0, 1'000'000'000},
};

/// A note to oneself, or WaQtor 2.3's way to read everything: {"action":"mark-all-read"}.
struct CreateNotification {
    std::optional<std::string> action{};
    std::optional<NotificationType> type{};
    std::optional<std::string> title{};
    std::optional<std::string> message{};
    std::optional<std::string> icon{};
    std::optional<std::string> link{};
};
BOOST_DESCRIBE_STRUCT(CreateNotification, (), (action, type, title, message, icon, link))
template <>
inline constexpr std::array kFields<CreateNotification>{
    Field{"action", "mark-all-read: marks all as read instead of making one", 1, 32, Format::token},
    Field{"type", "info by default"},
    Field{"title", "In a few words", 1, 200, Format::single_line},
    Field{"message", "What it says", 1, 2000},
    Field{"icon", "Name of a picture", 1, 64, Format::token},
    Field{"link", "Where to look, a path of the dashboard", 1, 500, Format::single_line},
};

struct ReadNotification {
    NotificationId id;
    std::optional<bool> read{};
};
BOOST_DESCRIBE_STRUCT(ReadNotification, (), (id, read))
template <>
inline constexpr std::array kFields<ReadNotification>{Field{"id", "The notification"},
                                                      Field{"read", "False makes it unread again; true by default"}};

/// What is told of one kind of event, and how.
struct NotificationPreference {
    NotificationEvent event{};
    bool inbox = true;
    bool realtime = true;
};
BOOST_DESCRIBE_STRUCT(NotificationPreference, (), (event, inbox, realtime))
template <>
inline constexpr std::array kFields<NotificationPreference>{
    Field{"event", "What happens"},
    Field{"inbox", "Keep it in the list"},
    Field{"realtime", "Push it over the WebSocket at once"},
};

struct NotificationPreferences {
    std::vector<NotificationPreference> preferences;
};
BOOST_DESCRIBE_STRUCT(NotificationPreferences, (), (preferences))
template <> inline constexpr std::array kFields<NotificationPreferences>{Field{"preferences", "One for each event", 0, 32}};

}   // namespace waqtor
