#include "server/routes/notification_routes.hpp"

namespace waqtor {

struct WhichNotification {
    NotificationId id;
};
BOOST_DESCRIBE_STRUCT(WhichNotification, (), (id))
template <> inline constexpr std::array kFields<WhichNotification>{Field{"id", "The notification"}};

/// What a POST did: made one, or read all.
struct NotificationOutcome {
    std::optional<Notification> notification{};
    NotificationCounts counts;
};
BOOST_DESCRIBE_STRUCT(NotificationOutcome, (), (notification, counts))
template <>
inline constexpr std::array kFields<NotificationOutcome>{Field{"notification", "What was made; absent for mark-all-read"},
                                                         Field{"counts", "How many there are now"}};

namespace {
/// Personal things need no scope of their own; every role and a key with events_read may.
RouteDoc about(std::string_view id, std::string_view summary, std::vector<Code> errors = {}) {
    return {.id = id, .summary = summary, .tag = "Notifications", .scope = Scope::events_read, .errors = std::move(errors)};
}

Task<NotificationOutcome> create(NotificationService& notifications, Caller who, CreateNotification wish) {
    if (wish.action && *wish.action != "mark-all-read") co_return invalid("action", "must be mark-all-read");
    NotificationOutcome out;
    if (wish.action) {
        CO_TRY(out.counts, co_await notifications.read_all(who.workspace, who.user));
        co_return out;
    }
    CO_TRY(out.notification, co_await notifications.create(who.workspace, who.user, std::move(wish)));
    CO_TRY(out.counts, co_await notifications.count(who.workspace, who.user));
    co_return out;
}
}   // namespace

void declare_notification_routes(Router& api, NotificationService& notifications) {
    api.get<ListNotifications, Page<Notification>>(
        "/api/notifications", about("notifications.list", "List your notifications, newest first"),
        [&](Caller who, ListNotifications wish) {
            return notifications.list(who.workspace, who.user, wish.filter.value_or(NotificationFilter::all),
                                      {wish.limit.value_or(50), wish.offset.value_or(0)});
        });
    api.get<Nothing, NotificationCounts>("/api/notifications/count", about("notifications.count", "How many are unread"),
                                         [&](Caller who, Nothing) { return notifications.count(who.workspace, who.user); });
    api.post<CreateNotification, NotificationOutcome>(
        "/api/notifications",
        about("notifications.create", "Make a note to yourself, or mark all as read as in WaQtor 2.3", {Code::invalid}),
        [&](Caller who, CreateNotification wish) { return create(notifications, std::move(who), std::move(wish)); });
    api.post<Nothing, NotificationCounts>("/api/notifications/read-all", about("notifications.readAll", "Mark all as read"),
                                          [&](Caller who, Nothing) { return notifications.read_all(who.workspace, who.user); });
    api.patch<ReadNotification, Notification>(
        "/api/notifications/{id}", about("notifications.mark", "Mark one as read, or as unread again", {Code::not_found}),
        [&](Caller who, ReadNotification wish) {
            return notifications.mark(who.workspace, who.user, wish.id, wish.read.value_or(true));
        });
    api.del<WhichNotification, NotificationCounts>(
        "/api/notifications/{id}", about("notifications.remove", "Delete one", {Code::not_found}),
        [&](Caller who, WhichNotification which) { return notifications.remove(who.workspace, who.user, which.id); });
    api.del<Nothing, NotificationCounts>("/api/notifications", about("notifications.removeAll", "Delete all of yours"),
                                         [&](Caller who, Nothing) { return notifications.remove_all(who.workspace, who.user); });
    api.get<Nothing, NotificationPreferences>(
        "/api/notifications/preferences", about("notifications.preferences", "What you are told of, and how"),
        [&](Caller who, Nothing) { return notifications.preferences(who.workspace, who.user); });
    api.put<NotificationPreferences, NotificationPreferences>(
        "/api/notifications/preferences", about("notifications.setPreferences", "Change that; what is not named stays"),
        [&](Caller who, NotificationPreferences wish) {
            return notifications.set_preferences(who.workspace, who.user, std::move(wish));
        });
}

}   // namespace waqtor
