#include "core/messages/governor_service.hpp"

#include "core/base/json.hpp"

namespace waqtor {

Result<void> GovernorService::require(Transaction& tx, Caller const& who, SessionId session) {
    auto const allowed = who.sessions.empty() || std::ranges::find(who.sessions, session) != who.sessions.end();
    if (!allowed || !messages_.sessions()) return fail(Code::not_found, "There is no such session");
    return messages_.sessions()->require(tx, {who.workspace, session});
}

Result<void> GovernorService::lay_over(Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session,
                                       ChangeLimits const& wish) {
    TRY(auto chosen, parts_.governor.chosen(tx, workspace, session));
    auto const wishes = write_json(wish);
    for (auto const& [name, value] : wishes.as_object()) chosen[name] = value;
    return parts_.governor.choose(tx, workspace, session, chosen, parts_.clock.now());
}

Result<GovernorState> GovernorService::read(Transaction& tx, SessionRef session) {
    TRY(auto const limits, messages_.limits(tx, session));
    TRY(auto const pace, messages_.pace(tx, session));
    auto const now = parts_.clock.now();
    auto const today = pace.day == day_of(now);
    GovernorState out{.limits = limits,
                      .pacing = parts_.pacing == Pacing::on,
                      .daily_limit = daily_limit(limits, pace, now),
                      .sent_today = today ? pace.sent_today : 0,
                      .new_today = today ? pace.new_today : 0};
    if (limits.warm_up) out.warm_up_from = pace.warm_up_from;
    if (pace.hold_until && *pace.hold_until > now) {
        out.hold_until = pace.hold_until;
        out.hold_reason = pace.hold_reason;
    }
    if (pace.new_hold_until && *pace.new_hold_until > now) out.new_hold_until = pace.new_hold_until;
    return out;
}

Task<GovernorLimits> GovernorService::limits(WorkspaceId workspace) {
    return parts_.db.read([this, workspace](Transaction& tx) { return messages_.limits(tx, {workspace, SessionId{}}); });
}

Task<GovernorLimits> GovernorService::change(Caller who, ChangeLimits wish) {
    return parts_.db.write([this, who = std::move(who), wish](Transaction& tx) -> Result<GovernorLimits> {
        TRY_OK(lay_over(tx, who.workspace, std::nullopt, wish));
        return messages_.limits(tx, {who.workspace, SessionId{}});
    });
}

Task<GovernorState> GovernorService::state(Caller who, SessionId session) {
    return parts_.db.read([this, who = std::move(who), session](Transaction& tx) -> Result<GovernorState> {
        TRY_OK(require(tx, who, session));
        return read(tx, {who.workspace, session});
    });
}

Task<GovernorState> GovernorService::change(Caller who, SessionId session, ChangeLimits wish) {
    return parts_.db.write([this, who = std::move(who), session, wish](Transaction& tx) -> Result<GovernorState> {
        TRY_OK(require(tx, who, session));
        TRY_OK(lay_over(tx, who.workspace, session, wish));
        return read(tx, {who.workspace, session});
    });
}

}   // namespace waqtor
