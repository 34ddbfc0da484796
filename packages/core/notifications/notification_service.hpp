#pragma once
#include "core/accounts/account_store.hpp"
#include "core/events/event_bus.hpp"
#include "core/notifications/notification_api.hpp"
#include "core/notifications/notification_rules.hpp"
#include "core/notifications/notification_store.hpp"

#include <stop_token>
#include <unordered_map>

namespace waqtor {

/// Told to one person at once; the WebSocket implements it. From any thread.
class NotificationPush {
public:
    virtual ~NotificationPush() = default;
    virtual void told(WorkspaceId workspace, UserId user, Notification const& notification) = 0;
    virtual void counted(WorkspaceId workspace, UserId user, NotificationCounts counts) = 0;
};

/// What notifications work with; all of it outlives them.
struct NotificationParts {
    Database& db;
    NotificationStore& store;
    UserStore& users;
    EventLog& events;
    EventBus& bus;
    Clock const& clock;
    NotificationNames names;
    NotificationPush* push = nullptr;   // set by the composition root before anything runs
};

/// One person's notifications.
class NotificationService {
public:
    explicit NotificationService(NotificationParts& parts) : parts_{parts} {}

    Task<Page<Notification>> list(WorkspaceId workspace, UserId user, NotificationFilter filter, PageRequest page);
    Task<NotificationCounts> count(WorkspaceId workspace, UserId user);
    /// A note to oneself. Code::invalid without title and message.
    Task<Notification> create(WorkspaceId workspace, UserId user, CreateNotification wish);
    Task<Notification> mark(WorkspaceId workspace, UserId user, NotificationId id, bool read);
    Task<NotificationCounts> read_all(WorkspaceId workspace, UserId user);
    Task<NotificationCounts> remove(WorkspaceId workspace, UserId user, NotificationId id);
    Task<NotificationCounts> remove_all(WorkspaceId workspace, UserId user);
    /// Every kind of event, also those that were never set.
    Task<NotificationPreferences> preferences(WorkspaceId workspace, UserId user);
    /// Only what is named changes.
    Task<NotificationPreferences> set_preferences(WorkspaceId workspace, UserId user, NotificationPreferences wish);

    /// Tells everybody in the workspace who has the role, or in every workspace.
    Task<void> tell(WorkspaceId workspace, NotificationDraft draft);
    Task<void> tell_everywhere(NotificationDraft draft);

    /// Removes those that were last touched before. Returns how many.
    Task<std::int64_t> purge(Milliseconds age);

private:
    Task<NotificationCounts> change(WorkspaceId workspace, UserId user, std::function<Result<void>(Transaction&)> work);
    NotificationParts& parts_;
};

/// Makes notifications of events. It reads the log with a cursor of its own, which moves in the transaction that writes what it
/// made: a crash neither loses one nor makes it twice.
class NotificationRunner {
public:
    explicit NotificationRunner(NotificationParts& parts) : parts_{parts} {}

    /// Works until `stop` fires (from any thread). Started once by the composition root.
    asio::awaitable<void> run(std::stop_token stop);
    /// Reads what is new in every workspace. True when there is more at once.
    Task<bool> step();

    static constexpr std::string_view kCursor = "notifications";

private:
    Task<bool> catch_up(WorkspaceId workspace);
    /// Passes over events that are nothing to tell without a write for each: most are.
    Task<std::optional<bool>> pass_over(WorkspaceId workspace);

    NotificationParts& parts_;
    std::unordered_map<WorkspaceId, std::int64_t> seen_;   // nothing up to it is to be told; ahead of the stored cursor
};

/// What was written in a transaction, to be pushed once it is on disk.
struct Told {
    WorkspaceId workspace;
    UserId user;
    std::optional<Notification> notification{};
    NotificationCounts counts{};
};
void push_all(NotificationParts const& parts, std::vector<Told> const& told);
/// What the person wants of these events.
Result<NotificationPreferenceRow> preference(NotificationParts const& parts, Transaction& tx, WorkspaceId workspace, UserId user,
                                             NotificationEvent event);
/// Writes the draft for everybody it is for, as they prefer.
Result<void> write_for_all(NotificationParts const& parts, Transaction& tx, WorkspaceId workspace, NotificationDraft const& draft,
                           std::vector<Told>& out);

}   // namespace waqtor
