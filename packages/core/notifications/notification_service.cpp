#include "core/notifications/notification_service.hpp"

namespace waqtor {
namespace {
std::optional<std::string> unless_empty(std::string const& text) { return text.empty() ? std::nullopt : std::optional{text}; }

NotificationRow note_of(CreateNotification const& wish, WorkspaceId workspace, UserId user, Timestamp now) {
    return {.id = NotificationId::make(now),
            .workspace = workspace,
            .user_id = user,
            .event = NotificationEvent::custom,
            .type = wish.type.value_or(NotificationType::info),
            .title = *wish.title,
            .title_ar = *wish.title,
            .message = *wish.message,
            .message_ar = *wish.message,
            .icon = wish.icon.value_or(""),
            .link = wish.link.value_or(""),
            .same = {},
            .created_at = now,
            .updated_at = now};
}
}   // namespace

Notification shown(NotificationRow const& row) {
    return {.id = row.id,
            .user_id = row.user_id,
            .event = row.event,
            .type = row.type,
            .title = row.title,
            .title_ar = row.title_ar,
            .message = row.message,
            .message_ar = row.message_ar,
            .icon = unless_empty(row.icon),
            .link = unless_empty(row.link),
            .times = row.times,
            .read = row.read_at.has_value(),
            .created_at = row.created_at,
            .updated_at = row.updated_at};
}

void push_all(NotificationParts const& parts, std::vector<Told> const& told) {
    if (!parts.push) return;
    for (auto const& one : told) {
        if (one.notification) parts.push->told(one.workspace, one.user, *one.notification);
        parts.push->counted(one.workspace, one.user, one.counts);
    }
}

Task<Page<Notification>> NotificationService::list(WorkspaceId workspace, UserId user, NotificationFilter filter,
                                                   PageRequest page) {
    auto const unread = filter == NotificationFilter::unread;
    CO_TRY(auto rows, co_await parts_.db.read([this, workspace, user, unread, page](Transaction& tx) {
        return parts_.store.list(tx, workspace, user, unread, page);
    }));
    co_return map_page(std::move(rows), shown);
}

Task<NotificationCounts> NotificationService::count(WorkspaceId workspace, UserId user) {
    return parts_.db.read([this, workspace, user](Transaction& tx) { return parts_.store.counts(tx, workspace, user); });
}

Task<Notification> NotificationService::create(WorkspaceId workspace, UserId user, CreateNotification wish) {
    if (user.empty()) co_return fail(Code::forbidden, "The fixed API key is nobody's: use a login, or a key that a person made");
    if (!wish.title) co_return invalid("title", "is required");
    if (!wish.message) co_return invalid("message", "is required");
    auto const row = note_of(wish, workspace, user, parts_.clock.now());
    CO_TRY(auto const told, co_await parts_.db.write([this, row](Transaction& tx) -> Result<Told> {
        TRY(auto const wants, preference(parts_, tx, row.workspace, row.user_id, row.event));
        if (wants.inbox) TRY_OK(parts_.store.add(tx, row));
        TRY(auto const counts, parts_.store.counts(tx, row.workspace, row.user_id));
        return Told{row.workspace, row.user_id, wants.realtime ? std::optional{shown(row)} : std::nullopt, counts};
    }));
    push_all(parts_, {told});
    co_return shown(row);
}

Task<Notification> NotificationService::mark(WorkspaceId workspace, UserId user, NotificationId id, bool read) {
    struct Done {
        NotificationRow row;
        NotificationCounts counts;
    };
    auto const now = parts_.clock.now();
    CO_TRY(auto const done, co_await parts_.db.write([this, workspace, user, id, read, now](Transaction& tx) -> Result<Done> {
        TRY(auto row, parts_.store.find(tx, workspace, user, id));
        if (read != row.read_at.has_value()) {
            row.read_at = read ? std::optional{now} : std::nullopt;
            TRY_OK(parts_.store.save(tx, row));
        }
        TRY(auto const counts, parts_.store.counts(tx, workspace, user));
        return Done{std::move(row), counts};
    }));
    push_all(parts_, {{workspace, user, {}, done.counts}});
    co_return shown(done.row);
}

Task<NotificationCounts> NotificationService::change(WorkspaceId workspace, UserId user,
                                                     std::function<Result<void>(Transaction&)> work) {
    CO_TRY(auto const counts,
           co_await parts_.db.write([this, workspace, user, work = std::move(work)](Transaction& tx) -> Result<NotificationCounts> {
               TRY_OK(work(tx));
               return parts_.store.counts(tx, workspace, user);
           }));
    push_all(parts_, {{workspace, user, {}, counts}});
    co_return counts;
}

Task<NotificationCounts> NotificationService::read_all(WorkspaceId workspace, UserId user) {
    auto const now = parts_.clock.now();
    return change(workspace, user,
                  [this, workspace, user, now](Transaction& tx) { return parts_.store.read_all(tx, workspace, user, now); });
}

Task<NotificationCounts> NotificationService::remove(WorkspaceId workspace, UserId user, NotificationId id) {
    return change(workspace, user,
                  [this, workspace, user, id](Transaction& tx) { return parts_.store.remove(tx, workspace, user, id); });
}

Task<NotificationCounts> NotificationService::remove_all(WorkspaceId workspace, UserId user) {
    return change(workspace, user,
                  [this, workspace, user](Transaction& tx) { return parts_.store.remove_all(tx, workspace, user); });
}

Task<NotificationPreferences> NotificationService::preferences(WorkspaceId workspace, UserId user) {
    CO_TRY(auto const rows, co_await parts_.db.read([this, workspace, user](Transaction& tx) {
        return parts_.store.preferences(tx, workspace, user);
    }));
    NotificationPreferences out;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<NotificationEvent>>([&](auto d) {
        NotificationPreference one{.event = d.value};
        for (auto const& row : rows)
            if (row.event == d.value) one = {row.event, row.inbox, row.realtime};
        out.preferences.push_back(one);
    });
    co_return out;
}

Task<NotificationPreferences> NotificationService::set_preferences(WorkspaceId workspace, UserId user,
                                                                   NotificationPreferences wish) {
    if (user.empty()) co_return fail(Code::forbidden, "The fixed API key is nobody's: use a login, or a key that a person made");
    CO_TRY_OK(co_await parts_.db.write([this, workspace, user, wish = std::move(wish)](Transaction& tx) -> Result<void> {
        for (auto const& one : wish.preferences)
            TRY_OK(parts_.store.set_preference(tx, {workspace, user, one.event, one.inbox, one.realtime}));
        return {};
    }));
    co_return co_await preferences(workspace, user);
}

Task<void> NotificationService::tell(WorkspaceId workspace, NotificationDraft draft) {
    CO_TRY(auto const told,
           co_await parts_.db.write([this, workspace, draft = std::move(draft)](Transaction& tx) -> Result<std::vector<Told>> {
               std::vector<Told> out;
               TRY_OK(write_for_all(parts_, tx, workspace, draft, out));
               return out;
           }));
    push_all(parts_, told);
    co_return Result<void>{};
}

Task<void> NotificationService::tell_everywhere(NotificationDraft draft) {
    CO_TRY(auto const all, co_await parts_.db.read([this](Transaction& tx) { return parts_.users.workspaces(tx); }));
    for (auto const& workspace : all) CO_TRY_OK(co_await tell(workspace.id, draft));
    co_return Result<void>{};
}

Task<std::int64_t> NotificationService::purge(Milliseconds age) {
    auto const before = parts_.clock.now() - age;
    return parts_.db.write([this, before](Transaction& tx) { return parts_.store.purge(tx, before); });
}

}   // namespace waqtor
