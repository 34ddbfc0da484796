#pragma once
#include "core/messages/message.hpp"

// When may a message leave? Functions of limits, state and time only: nothing here waits, stores or asks anybody. The limits serve
// consent and WhatsApp's rules; they are no way round them.

namespace waqtor {

enum class QuietFor : std::uint8_t { nobody, campaigns, everyone };
BOOST_DESCRIBE_ENUM(QuietFor, nobody, campaigns, everyone)

/// What a session may do. The defaults suit a number that a shop uses.
struct GovernorLimits {
    std::int64_t per_minute = 20;
    std::int64_t burst = 5;
    std::int64_t per_day = 1000;
    std::int64_t new_per_day = 50;
    bool warm_up = true;
    std::int64_t warm_up_days = 14;
    std::int64_t warm_up_first = 20;
    std::int64_t person_gap_seconds = 1;
    std::int64_t person_per_day = 20;
    std::int64_t unanswered_per_day = 3;
    QuietFor quiet_for = QuietFor::campaigns;
    std::int64_t quiet_from = std::int64_t{21} * 60;
    std::int64_t quiet_until = std::int64_t{8} * 60;
    std::int64_t jitter_percent = 30;
    bool check_numbers = true;
};
BOOST_DESCRIBE_STRUCT(GovernorLimits, (),
                      (per_minute, burst, per_day, new_per_day, warm_up, warm_up_days, warm_up_first, person_gap_seconds,
                       person_per_day, unanswered_per_day, quiet_for, quiet_from, quiet_until, jitter_percent, check_numbers))
template <>
inline constexpr std::array kFields<GovernorLimits>{
    Field{"per_minute", "Messages a minute, on average", 1, 6000},
    Field{"burst", "Messages that may follow each other without that pace", 1, 1000},
    Field{"per_day", "Messages a day to people who did not write within 24 hours", 1, 1000000},
    Field{"new_per_day", "First messages a day to people who never wrote", 0, 1000000},
    Field{"warm_up", "A newly linked number starts with few messages a day and grows to per_day"},
    Field{"warm_up_days", "How long that takes", 1, 90},
    Field{"warm_up_first", "Messages on its first day", 1, 10000},
    Field{"person_gap_seconds", "Seconds between two messages to one person", 0, 86400},
    Field{"person_per_day", "Messages a day to one person", 1, 10000},
    Field{"unanswered_per_day", "Messages a day to a person who never wrote", 1, 1000},
    Field{"quiet_for", "Whose messages wait during quiet hours"},
    Field{"quiet_from", "Quiet hours begin: minutes after midnight where the person lives", 0, 1439},
    Field{"quiet_until", "Quiet hours end: minutes after midnight; the same as quietFrom: none", 0, 1439},
    Field{"jitter_percent", "How much the pause between messages varies", 0, 100},
    Field{"check_numbers", "Ask WhatsApp whether a number exists before its first message"},
};

/// What a session has used up. A row of governor_session.
struct SessionPace {
    SessionId session;
    WorkspaceId workspace;
    double tokens = 0;
    Timestamp tokens_at{};   // the epoch: never used, so the bucket is full
    Timestamp next_at{};     // the pause after the last message ends
    std::int64_t day = 0;    // days since 1970 that the next two count
    std::int64_t sent_today = 0;
    std::int64_t new_today = 0;
    Timestamp warm_up_from{};
    std::optional<Timestamp> hold_until{};   // WhatsApp's own lock on everything
    std::string hold_reason;
    std::optional<Timestamp> new_hold_until{};   // WhatsApp's own lock on new contacts
};
BOOST_DESCRIBE_STRUCT(SessionPace, (),
                      (session, workspace, tokens, tokens_at, next_at, day, sent_today, new_today, warm_up_from, hold_until,
                       hold_reason, new_hold_until))

/// To whom.
struct Addressee {
    bool group = false;
    bool opted_out = false;
    bool blocked = false;
    std::optional<Timestamp> last_received_at{};
    std::optional<Timestamp> last_sent_at{};
    std::int64_t sent_day = 0;
    std::int64_t sent_today = 0;
    std::chrono::seconds offset{};   // of the person's time zone from UTC, now
};

enum class WaitReason : std::uint8_t {
    none,
    opted_out,          // never
    blocked,            // never
    whatsapp_lock,      // WhatsApp holds the whole number
    new_contact_lock,   // WhatsApp lets the number write to nobody new
    quiet_hours,
    person_gap,
    person_per_day,
    unanswered_per_day,
    new_per_day,
    warm_up,
    per_day,
    pace,
};
BOOST_DESCRIBE_ENUM(WaitReason, none, opted_out, blocked, whatsapp_lock, new_contact_lock, quiet_hours, person_gap, person_per_day,
                    unanswered_per_day, new_per_day, warm_up, per_day, pace)

enum class Verdict : std::uint8_t {
    allow,
    wait_alone,   // this message waits; others may pass it
    wait_all,     // nothing of this session may leave before
    refuse,       // it may never leave
};

struct Decision {
    Verdict verdict = Verdict::allow;
    WaitReason reason = WaitReason::none;
    Timestamp until{};
};

enum class Pacing : std::uint8_t { on, off };   // off: only opt-out, blocks and WhatsApp's own locks count

Decision decide(GovernorLimits const& limits, Pacing pacing, SessionPace const& session, Addressee const& to, Origin origin,
                Timestamp now);

/// Takes what one message uses. `dice` in [0, 1) varies the pause.
void spend(GovernorLimits const& limits, SessionPace& session, Addressee const& to, Timestamp now, double dice);

/// Messages the number may send on the day of `now`: per_day, or less while it warms up.
std::int64_t daily_limit(GovernorLimits const& limits, SessionPace const& session, Timestamp now);

/// Days since 1970, UTC.
std::int64_t day_of(Timestamp at);

}   // namespace waqtor
