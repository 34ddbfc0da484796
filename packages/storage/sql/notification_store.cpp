#include "storage/sql/notification_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kRow = "SELECT " + columns<NotificationRow>() + " FROM notification WHERE workspace = $1 AND user_id = $2";
auto const kPreference = "SELECT " + columns<NotificationPreferenceRow>() + " FROM notification_preference";
constexpr std::string_view kNone = "There is no such notification";
}   // namespace

Result<void> SqlNotificationStore::add(waqtor::Transaction& tx, NotificationRow const& row) {
    return of(tx).insert("notification", row);
}

Result<NotificationRow> SqlNotificationStore::find(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, NotificationId id) {
    TRY(auto found, of(tx).maybe<NotificationRow>(kRow + " AND id = $3", workspace, user, id));
    if (!found) return fail(Code::not_found, std::string{kNone});
    return *std::move(found);
}

Result<std::optional<NotificationRow>> SqlNotificationStore::find_same(waqtor::Transaction& tx, WorkspaceId workspace, UserId user,
                                                                       std::string_view same, Timestamp since) {
    if (same.empty()) return std::optional<NotificationRow>{};
    return of(tx).maybe<NotificationRow>(
        kRow + " AND updated_at >= $4 AND same = $3 AND read_at IS NULL ORDER BY updated_at DESC, id DESC LIMIT 1", workspace, user,
        same, since);
}

Result<void> SqlNotificationStore::save(waqtor::Transaction& tx, NotificationRow const& row) {
    TRY(auto const changed, of(tx).exec(R"sql(
        UPDATE notification SET times = $4, read_at = $5, updated_at = $6 WHERE workspace = $1 AND user_id = $2 AND id = $3)sql",
                                        row.workspace, row.user_id, row.id, row.times, row.read_at, row.updated_at));
    if (changed == 0) return fail(Code::not_found, std::string{kNone});
    return {};
}

Result<Page<NotificationRow>> SqlNotificationStore::list(waqtor::Transaction& tx, WorkspaceId workspace, UserId user,
                                                         bool unread_only, PageRequest page) {
    TRY(auto const counted, counts(tx, workspace, user));
    auto const only = std::string{unread_only ? " AND read_at IS NULL" : ""};
    TRY(auto rows, of(tx).all<NotificationRow>(kRow + only + " ORDER BY updated_at DESC, id DESC LIMIT $3 OFFSET $4", workspace,
                                               user, page.limit, page.offset));
    return Page<NotificationRow>{std::move(rows), unread_only ? counted.unread : counted.total, page.limit, page.offset};
}

Result<NotificationCounts> SqlNotificationStore::counts(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) {
    return of(tx).one<NotificationCounts>(R"sql(
        SELECT coalesce(sum(CASE WHEN read_at IS NULL THEN 1 ELSE 0 END), 0), count(*) FROM notification
         WHERE workspace = $1 AND user_id = $2)sql",
                                          workspace, user);
}

Result<void> SqlNotificationStore::read_all(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, Timestamp at) {
    TRY_OK(of(tx).exec("UPDATE notification SET read_at = $3 WHERE workspace = $1 AND user_id = $2 AND read_at IS NULL", workspace,
                       user, at));
    return {};
}

Result<void> SqlNotificationStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, NotificationId id) {
    TRY(auto const removed,
        of(tx).exec("DELETE FROM notification WHERE workspace = $1 AND user_id = $2 AND id = $3", workspace, user, id));
    if (removed == 0) return fail(Code::not_found, std::string{kNone});
    return {};
}

Result<void> SqlNotificationStore::remove_all(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) {
    TRY_OK(of(tx).exec("DELETE FROM notification WHERE workspace = $1 AND user_id = $2", workspace, user));
    return {};
}

Result<std::int64_t> SqlNotificationStore::purge(waqtor::Transaction& tx, Timestamp before) {
    return of(tx).exec("DELETE FROM notification WHERE updated_at < $1", before);
}

Result<std::vector<NotificationPreferenceRow>> SqlNotificationStore::preferences(waqtor::Transaction& tx, WorkspaceId workspace,
                                                                                 UserId user) {
    return of(tx).all<NotificationPreferenceRow>(kPreference + " WHERE workspace = $1 AND user_id = $2 ORDER BY event", workspace,
                                                 user);
}

Result<void> SqlNotificationStore::set_preference(waqtor::Transaction& tx, NotificationPreferenceRow const& row) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO notification_preference (workspace, user_id, event, inbox, realtime) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (user_id, event) DO UPDATE SET inbox = excluded.inbox, realtime = excluded.realtime)sql",
                       row.workspace, row.user_id, row.event, row.inbox, row.realtime));
    return {};
}

Result<std::vector<WorkspaceId>> SqlNotificationStore::behind(waqtor::Transaction& tx, std::string_view name) {
    return of(tx).all<WorkspaceId>(R"sql(
        SELECT event_counter.workspace FROM event_counter
          LEFT JOIN event_cursor ON event_cursor.workspace = event_counter.workspace AND event_cursor.name = $1
         WHERE event_counter.last_seq > coalesce(event_cursor.seq, 0) ORDER BY event_counter.workspace)sql",
                                   name);
}

}   // namespace waqtor::sql
