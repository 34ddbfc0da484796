// From the event log to people's notifications.
#include "core/events/follow_log.hpp"
#include "core/notifications/notification_service.hpp"

namespace waqtor {
namespace {
constexpr std::size_t kBatch = 100;
constexpr std::int64_t kUnstored = 1'000;   // events that may be looked at again after a restart
constexpr std::int64_t kMostPeople = 1'000;
constexpr auto kSameWithin = std::chrono::hours{1};
constexpr auto kNewsWithin = std::chrono::hours{24};   // what happened before is not told any more

NotificationRow row_of(NotificationDraft const& draft, WorkspaceId workspace, UserId user, Timestamp now) {
    return {.id = NotificationId::make(now),
            .workspace = workspace,
            .user_id = user,
            .event = draft.event,
            .type = draft.type,
            .title = draft.title,
            .title_ar = draft.title_ar,
            .message = draft.message,
            .message_ar = draft.message_ar,
            .icon = std::string{enum_name(draft.type)},
            .link = draft.link,
            .same = draft.same,
            .created_at = now,
            .updated_at = now};
}

Result<void> write_for(NotificationParts const& parts, Transaction& tx, UserRow const& user, NotificationDraft const& draft,
                       std::vector<Told>& out) {
    TRY(auto const wants, preference(parts, tx, user.workspace, user.id, draft.event));
    if (!wants.inbox && !wants.realtime) return {};
    auto const now = parts.clock.now();
    auto row = row_of(draft, user.workspace, user.id, now);
    if (wants.inbox) {
        TRY(auto const same, parts.store.find_same(tx, user.workspace, user.id, draft.same, now - kSameWithin));
        if (same) {
            row = *same;
            ++row.times;
            row.updated_at = now;
            TRY_OK(parts.store.save(tx, row));
        } else {
            TRY_OK(parts.store.add(tx, row));
        }
    }
    TRY(auto const counts, parts.store.counts(tx, user.workspace, user.id));
    out.push_back({user.workspace, user.id, wants.realtime ? std::optional{shown(row)} : std::nullopt, counts});
    return {};
}

struct Batch {
    std::vector<Told> told;
    bool more = false;
};

Result<Batch> read_some(NotificationParts const& parts, Transaction& tx, WorkspaceId workspace, std::size_t limit, bool skip) {
    Batch out;
    TRY(auto const after, parts.events.cursor(tx, workspace, NotificationRunner::kCursor));
    TRY(auto const page, parts.events.read(tx, workspace, {.after = after, .limit = limit, .types = notified_events()}));
    auto const oldest = parts.clock.now() - kNewsWithin;
    for (auto const& event : page.events) {
        if (skip || event.at < oldest) continue;
        TRY(auto const draft, notification_for(parts.names, tx, workspace, event));
        if (draft) TRY_OK(write_for_all(parts, tx, workspace, *draft, out.told));
    }
    TRY_OK(parts.events.set_cursor(tx, workspace, NotificationRunner::kCursor, page.last));
    out.more = page.more;
    return out;
}
}   // namespace

Result<NotificationPreferenceRow> preference(NotificationParts const& parts, Transaction& tx, WorkspaceId workspace, UserId user,
                                             NotificationEvent event) {
    TRY(auto const rows, parts.store.preferences(tx, workspace, user));
    for (auto const& row : rows)
        if (row.event == event) return row;
    return NotificationPreferenceRow{workspace, user, event};
}

Result<void> write_for_all(NotificationParts const& parts, Transaction& tx, WorkspaceId workspace, NotificationDraft const& draft,
                           std::vector<Told>& out) {
    TRY(auto const people, parts.users.list(tx, workspace, {.limit = kMostPeople}));
    for (auto const& user : people.items)
        if (user.is_active && user.role <= draft.least) TRY_OK(write_for(parts, tx, user, draft, out));
    return {};
}

asio::awaitable<void> NotificationRunner::run(std::stop_token stop) {
    return follow_log(parts_.bus, std::move(stop), [this] { return step(); });
}

Task<bool> NotificationRunner::step() {
    CO_TRY(auto const behind, co_await parts_.db.read([this](Transaction& tx) { return parts_.store.behind(tx, kCursor); }));
    auto more = false;
    for (auto const& workspace : behind) {
        auto const outcome = co_await catch_up(workspace);
        more = more || (outcome && *outcome);
    }
    co_return more;
}

Task<std::optional<bool>> NotificationRunner::pass_over(WorkspaceId workspace) {
    struct Look {
        std::int64_t stored = 0;
        EventPage page;
    };
    auto const seen = seen_[workspace];
    CO_TRY(auto const look, co_await parts_.db.read([this, workspace, seen](Transaction& tx) -> Result<Look> {
        Look out;
        TRY(out.stored, parts_.events.cursor(tx, workspace, kCursor));
        EventFilter const filter{.after = std::max(out.stored, seen), .limit = 1, .types = notified_events()};
        TRY(out.page, parts_.events.read(tx, workspace, filter));
        return out;
    }));
    if (!look.page.events.empty()) co_return std::optional<bool>{};
    seen_[workspace] = look.page.last;
    if (look.page.last - look.stored >= kUnstored)
        CO_TRY_OK(co_await parts_.db.write([this, workspace, last = look.page.last](Transaction& tx) {
            return parts_.events.set_cursor(tx, workspace, kCursor, last);
        }));
    co_return std::optional{look.page.more};
}

/// An event on which the batch fails for a reason of its own is found by reading one at a time, and passed over.
Task<bool> NotificationRunner::catch_up(WorkspaceId workspace) {
    CO_TRY(auto const passed, co_await pass_over(workspace));
    if (passed) co_return *passed;
    auto const read = [this, workspace](std::size_t limit, bool skip) {
        return parts_.db.write(
            [this, workspace, limit, skip](Transaction& tx) { return read_some(parts_, tx, workspace, limit, skip); });
    };
    auto batch = co_await read(kBatch, false);
    if (!batch && !row(batch.error().code).retryable) batch = co_await read(1, false);
    if (!batch && !row(batch.error().code).retryable) batch = co_await read(1, true);
    if (!batch) co_return std::unexpected(std::move(batch).error());
    push_all(parts_, batch->told);
    co_return batch->more;
}

}   // namespace waqtor
