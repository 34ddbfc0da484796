#pragma once
#include "core/notifications/notification_store.hpp"

namespace waqtor::sql {

/// Notifications in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here.
class SqlNotificationStore final : public NotificationStore {
public:
    Result<void> add(waqtor::Transaction& tx, NotificationRow const& row) override;
    Result<NotificationRow> find(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, NotificationId id) override;
    Result<std::optional<NotificationRow>> find_same(waqtor::Transaction& tx, WorkspaceId workspace, UserId user,
                                                     std::string_view same, Timestamp since) override;
    Result<void> save(waqtor::Transaction& tx, NotificationRow const& row) override;
    Result<Page<NotificationRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, bool unread_only,
                                       PageRequest page) override;
    Result<NotificationCounts> counts(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) override;
    Result<void> read_all(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, Timestamp at) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, UserId user, NotificationId id) override;
    Result<void> remove_all(waqtor::Transaction& tx, WorkspaceId workspace, UserId user) override;
    Result<std::int64_t> purge(waqtor::Transaction& tx, Timestamp before) override;

    Result<std::vector<NotificationPreferenceRow>> preferences(waqtor::Transaction& tx, WorkspaceId workspace,
                                                               UserId user) override;
    Result<void> set_preference(waqtor::Transaction& tx, NotificationPreferenceRow const& row) override;

    Result<std::vector<WorkspaceId>> behind(waqtor::Transaction& tx, std::string_view name) override;
};

}   // namespace waqtor::sql
