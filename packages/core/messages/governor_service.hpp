#pragma once
#include "core/accounts/caller.hpp"
#include "core/messages/message_service.hpp"

namespace waqtor {

/// What a session may still do today.
struct GovernorState {
    GovernorLimits limits;
    bool pacing = true;
    std::int64_t daily_limit = 0;
    std::int64_t sent_today = 0;
    std::int64_t new_today = 0;
    std::optional<Timestamp> warm_up_from{};
    std::optional<Timestamp> hold_until{};
    std::optional<std::string> hold_reason{};
    std::optional<Timestamp> new_hold_until{};
};
BOOST_DESCRIBE_STRUCT(GovernorState, (),
                      (limits, pacing, daily_limit, sent_today, new_today, warm_up_from, hold_until, hold_reason, new_hold_until))
template <>
inline constexpr std::array kFields<GovernorState>{
    Field{"limits", "The limits that count for this number"},
    Field{"pacing", "False when the server runs without pace (governor.pacing)"},
    Field{"daily_limit", "Messages today to people who did not write within 24 hours"},
    Field{"sent_today", "Of those, sent"},
    Field{"new_today", "Of those, to people who never wrote and were never written to"},
    Field{"warm_up_from", "When the number's warm-up began"},
    Field{"hold_until", "WhatsApp has locked the number until then"},
    Field{"hold_reason", "Why"},
    Field{"new_hold_until", "WhatsApp lets the number write to nobody new until then"},
};

struct ChangeLimits {
    std::optional<std::int64_t> per_minute{}, burst{}, per_day{}, new_per_day{};
    std::optional<bool> warm_up{};
    std::optional<std::int64_t> warm_up_days{}, warm_up_first{}, person_gap_seconds{}, person_per_day{}, unanswered_per_day{};
    std::optional<QuietFor> quiet_for{};
    std::optional<std::int64_t> quiet_from{}, quiet_until{}, jitter_percent{};
    std::optional<bool> check_numbers{};
};
BOOST_DESCRIBE_STRUCT(ChangeLimits, (),
                      (per_minute, burst, per_day, new_per_day, warm_up, warm_up_days, warm_up_first, person_gap_seconds,
                       person_per_day, unanswered_per_day, quiet_for, quiet_from, quiet_until, jitter_percent, check_numbers))
template <> inline constexpr auto kFields<ChangeLimits> = kFields<GovernorLimits>;

/// The limits people choose. Those of a session lie over those of the workspace.
class GovernorService {
public:
    explicit GovernorService(MessageService& messages) : messages_{messages}, parts_{messages.parts()} {}

    Task<GovernorLimits> limits(WorkspaceId workspace);
    Task<GovernorLimits> change(Caller who, ChangeLimits wish);
    /// Code::not_found when the caller has no such session.
    Task<GovernorState> state(Caller who, SessionId session);
    Task<GovernorState> change(Caller who, SessionId session, ChangeLimits wish);

private:
    Result<void> require(Transaction& tx, Caller const& who, SessionId session);
    Result<void> lay_over(Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session, ChangeLimits const& wish);
    Result<GovernorState> read(Transaction& tx, SessionRef session);

    MessageService& messages_;
    MessageParts const& parts_;
};

}   // namespace waqtor
