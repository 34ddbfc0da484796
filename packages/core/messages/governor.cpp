#include "core/messages/governor.hpp"

#include <algorithm>
#include <cmath>

namespace waqtor {
namespace {
using namespace std::chrono;

constexpr Milliseconds kConversation = hours{24};   // who wrote within it is being answered, not approached

Timestamp start_of_day(std::int64_t day) { return Timestamp{days{day}}; }

bool in_conversation(Addressee const& to, Timestamp now) {
    return to.last_received_at && now - *to.last_received_at < kConversation;
}

bool is_new(Addressee const& to) { return !to.group && !to.last_received_at && !to.last_sent_at; }

double refilled(GovernorLimits const& limits, SessionPace const& session, Timestamp now) {
    auto const passed = duration<double>(now - session.tokens_at).count();
    auto const tokens = session.tokens + std::max(passed, 0.0) * static_cast<double>(limits.per_minute) / 60.0;
    return std::min(tokens, static_cast<double>(limits.burst));
}

/// The end of the quiet hours `now` falls into, if it does.
std::optional<Timestamp> quiet_end(GovernorLimits const& limits, Addressee const& to, Timestamp now) {
    if (limits.quiet_from == limits.quiet_until) return std::nullopt;
    auto const local = now + to.offset;
    auto const midnight = floor<days>(local);
    auto const minute = duration_cast<minutes>(local - midnight).count();
    auto const overnight = limits.quiet_from > limits.quiet_until;
    auto const quiet = overnight ? minute >= limits.quiet_from || minute < limits.quiet_until
                                 : minute >= limits.quiet_from && minute < limits.quiet_until;
    if (!quiet) return std::nullopt;
    auto end = midnight + minutes{limits.quiet_until};
    if (overnight && minute >= limits.quiet_from) end += days{1};
    return Timestamp{end - to.offset};
}

Decision alone(WaitReason reason, Timestamp until) { return {Verdict::wait_alone, reason, until}; }
Decision all(WaitReason reason, Timestamp until) { return {Verdict::wait_all, reason, until}; }

std::optional<Decision> locks(SessionPace const& session, Addressee const& to, Timestamp now) {
    if (session.hold_until && *session.hold_until > now) return all(WaitReason::whatsapp_lock, *session.hold_until);
    if (is_new(to) && session.new_hold_until && *session.new_hold_until > now)
        return alone(WaitReason::new_contact_lock, *session.new_hold_until);
    return std::nullopt;
}

std::optional<Decision> of_person(GovernorLimits const& limits, Addressee const& to, Origin origin, Timestamp now) {
    if (limits.quiet_for == QuietFor::everyone || (limits.quiet_for == QuietFor::campaigns && origin == Origin::campaign))
        if (auto const end = quiet_end(limits, to, now)) return alone(WaitReason::quiet_hours, *end);
    if (to.last_sent_at && now < *to.last_sent_at + seconds{limits.person_gap_seconds})
        return alone(WaitReason::person_gap, *to.last_sent_at + seconds{limits.person_gap_seconds});
    if (to.group || in_conversation(to, now)) return std::nullopt;
    auto const today = day_of(now);
    auto const sent = to.sent_day == today ? to.sent_today : 0;
    if (sent >= limits.person_per_day) return alone(WaitReason::person_per_day, start_of_day(today + 1));
    if (!to.last_received_at && sent >= limits.unanswered_per_day)
        return alone(WaitReason::unanswered_per_day, start_of_day(today + 1));
    return std::nullopt;
}

std::optional<Decision> of_day(GovernorLimits const& limits, SessionPace const& session, Addressee const& to, Timestamp now) {
    if (in_conversation(to, now)) return std::nullopt;
    auto const today = day_of(now);
    auto const fresh = session.day != today;
    if (is_new(to) && (fresh ? 0 : session.new_today) >= limits.new_per_day)
        return alone(WaitReason::new_per_day, start_of_day(today + 1));
    auto const limit = daily_limit(limits, session, now);
    if ((fresh ? 0 : session.sent_today) >= limit)
        return alone(limit < limits.per_day ? WaitReason::warm_up : WaitReason::per_day, start_of_day(today + 1));
    return std::nullopt;
}

std::optional<Decision> of_pace(GovernorLimits const& limits, SessionPace const& session, Timestamp now) {
    auto until = session.next_at;
    if (auto const tokens = refilled(limits, session, now); tokens < 1) {
        auto const wait = (1 - tokens) * 60'000.0 / static_cast<double>(limits.per_minute);
        until = std::max(until, now + Milliseconds{static_cast<std::int64_t>(std::ceil(wait))});
    }
    return until > now ? std::optional{all(WaitReason::pace, until)} : std::nullopt;
}
}   // namespace

std::int64_t day_of(Timestamp at) { return floor<days>(at).time_since_epoch().count(); }

std::int64_t daily_limit(GovernorLimits const& limits, SessionPace const& session, Timestamp now) {
    if (!limits.warm_up || session.warm_up_from == Timestamp{}) return limits.per_day;
    auto const day = std::max<std::int64_t>(day_of(now) - day_of(session.warm_up_from), 0);
    if (day >= limits.warm_up_days || limits.warm_up_first >= limits.per_day) return limits.per_day;
    // The same factor from each day to the next, from the first day's number to the full one.
    auto const factor = static_cast<double>(limits.per_day) / static_cast<double>(limits.warm_up_first);
    auto const share = static_cast<double>(day) / static_cast<double>(limits.warm_up_days);
    return static_cast<std::int64_t>(static_cast<double>(limits.warm_up_first) * std::pow(factor, share));
}

Decision decide(GovernorLimits const& limits, Pacing pacing, SessionPace const& session, Addressee const& to, Origin origin,
                Timestamp now) {
    if (to.blocked) return {Verdict::refuse, WaitReason::blocked, {}};
    if (to.opted_out && origin == Origin::campaign) return {Verdict::refuse, WaitReason::opted_out, {}};
    if (auto const wait = locks(session, to, now)) return *wait;
    if (pacing == Pacing::off) return {};
    if (auto const wait = of_person(limits, to, origin, now)) return *wait;
    if (auto const wait = of_day(limits, session, to, now)) return *wait;
    if (auto const wait = of_pace(limits, session, now)) return *wait;
    return {};
}

void spend(GovernorLimits const& limits, SessionPace& session, Addressee const& to, Timestamp now, double dice) {
    session.tokens = refilled(limits, session, now) - 1;
    session.tokens_at = now;
    // A person needs a moment between two messages: a tenth of the average pause while the burst lasts, varied.
    auto const average = 60'000.0 / static_cast<double>(limits.per_minute);
    auto const pause =
        (session.tokens >= 1 ? average / 10 : average) * (1 + (2 * dice - 1) * static_cast<double>(limits.jitter_percent) / 100.0);
    session.next_at =
        now +
        Milliseconds{static_cast<std::int64_t>(session.tokens >= 1 ? pause : pause - average * std::max(session.tokens, 0.0))};
    auto const today = day_of(now);
    if (session.day != today) {
        session.day = today;
        session.sent_today = session.new_today = 0;
    }
    if (in_conversation(to, now)) return;
    ++session.sent_today;
    if (is_new(to)) ++session.new_today;
}

}   // namespace waqtor
