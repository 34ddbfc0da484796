#pragma once
#include "core/base/database.hpp"
#include "core/base/page.hpp"
#include "core/notifications/notification.hpp"

namespace waqtor {

/// Notifications and preferences of persons. Every method works inside the caller's transaction and sees only what is that
/// person's; "find" answers Code::not_found otherwise.
class NotificationStore {
public:
    virtual ~NotificationStore() = default;

    virtual Result<void> add(Transaction& tx, NotificationRow const& row) = 0;
    virtual Result<NotificationRow> find(Transaction& tx, WorkspaceId workspace, UserId user, NotificationId id) = 0;
    /// The newest unread one that says the same and was there at `since` or later.
    virtual Result<std::optional<NotificationRow>> find_same(Transaction& tx, WorkspaceId workspace, UserId user,
                                                             std::string_view same, Timestamp since) = 0;
    /// Writes times, read_at and updated_at.
    virtual Result<void> save(Transaction& tx, NotificationRow const& row) = 0;
    /// Newest first.
    virtual Result<Page<NotificationRow>> list(Transaction& tx, WorkspaceId workspace, UserId user, bool unread_only,
                                               PageRequest page) = 0;
    virtual Result<NotificationCounts> counts(Transaction& tx, WorkspaceId workspace, UserId user) = 0;
    virtual Result<void> read_all(Transaction& tx, WorkspaceId workspace, UserId user, Timestamp at) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, UserId user, NotificationId id) = 0;
    virtual Result<void> remove_all(Transaction& tx, WorkspaceId workspace, UserId user) = 0;
    /// Those of everybody that were last touched before; returns how many.
    virtual Result<std::int64_t> purge(Transaction& tx, Timestamp before) = 0;

    /// Those that were ever set.
    virtual Result<std::vector<NotificationPreferenceRow>> preferences(Transaction& tx, WorkspaceId workspace, UserId user) = 0;
    virtual Result<void> set_preference(Transaction& tx, NotificationPreferenceRow const& row) = 0;

    /// Workspaces with events after the cursor of the reader called `name`.
    virtual Result<std::vector<WorkspaceId>> behind(Transaction& tx, std::string_view name) = 0;
};

}   // namespace waqtor
