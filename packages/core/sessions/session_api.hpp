#pragma once
#include "core/sessions/session.hpp"

namespace waqtor {

struct CreateSession {
    std::optional<std::string> client_id{};
    std::optional<std::string> name{};
    std::optional<Secret> proxy{};
    std::optional<bool> start{};
};
BOOST_DESCRIBE_STRUCT(CreateSession, (), (client_id, name, proxy, start))
template <>
inline constexpr std::array kFields<CreateSession>{
    Field{"client_id", "A name of your own for it, unique in the workspace; made up when absent", 1, 64, Format::token},
    Field{"name", "What people call it", 1, 80, Format::single_line},
    Field{"proxy", "Proxy to WhatsApp: http://user:password@host:port or socks5://…", 0, 512, Format::single_line},
    Field{"start", "Start linking at once; true when absent"},
};

struct UpdateSession {
    std::string id;
    std::optional<std::string> name{};
    std::optional<Secret> proxy{};
};
BOOST_DESCRIBE_STRUCT(UpdateSession, (), (id, name, proxy))
template <>
inline constexpr std::array kFields<UpdateSession>{
    Field{"id", "Its id or client id", 1, 64},
    Field{"name", "What people call it", 1, 80, Format::single_line},
    Field{"proxy", "Proxy to WhatsApp; empty removes it. Used from the next start on", 0, 512, Format::single_line},
};

/// A sentence for people, in both languages.
struct Advice {
    std::string en;
    std::string ar;
};
BOOST_DESCRIBE_STRUCT(Advice, (), (en, ar))
template <> inline constexpr std::array kFields<Advice>{Field{"en", "In English"}, Field{"ar", "In Arabic"}};

/// What a session's state rests on.
struct SessionHealth {
    std::optional<Timestamp> last_frame_at{};
    std::optional<std::int64_t> keepalive_ms{};
    std::optional<std::int64_t> ack_ms{};
    std::int64_t unacknowledged = 0;
    std::optional<Timestamp> oldest_unacknowledged_at{};
};
BOOST_DESCRIBE_STRUCT(SessionHealth, (), (last_frame_at, keepalive_ms, ack_ms, unacknowledged, oldest_unacknowledged_at))
template <>
inline constexpr std::array kFields<SessionHealth>{
    Field{"last_frame_at", "When WhatsApp was last heard"},
    Field{"keepalive_ms", "Round trip of the last keepalive, milliseconds"},
    Field{"ack_ms", "From write to WhatsApp's acknowledgement of the last message, milliseconds"},
    Field{"unacknowledged", "Messages written and not yet acknowledged"},
    Field{"oldest_unacknowledged_at", "When the oldest of them was written"},
};

struct Session {
    SessionId id;
    std::string client_id;
    std::string name;
    SessionState state{};
    std::optional<std::string> why{};
    std::optional<Advice> advice{};
    std::optional<std::string> phone_number{};
    std::optional<std::string> lid{};
    std::optional<std::string> push_name{};
    bool is_active = false;
    bool is_ready = false;
    bool has_qr = false;   // JSON "hasQr"
    bool has_proxy = false;
    Timestamp created_at{};
    std::optional<Timestamp> linked_at{};
    std::optional<Timestamp> last_active_at{};
    std::optional<SessionHealth> health{};
};
BOOST_DESCRIBE_STRUCT(Session, (),
                      (id, client_id, name, state, why, advice, phone_number, lid, push_name, is_active, is_ready, has_qr,
                       has_proxy, created_at, linked_at, last_active_at, health))
template <>
inline constexpr std::array kFields<Session>{
    Field{"id", "The session"},
    Field{"client_id", "The name chosen for it"},
    Field{"name", "What people call it"},
    Field{"state", "What it is doing"},
    Field{"why", "Reason of DEGRADED, LOGGED_OUT and FAILED"},
    Field{"advice", "What to do about it"},
    Field{"phone_number", "The linked number, once linked"},
    Field{"lid", "The number's other identity on WhatsApp"},
    Field{"push_name", "How WhatsApp calls the account"},
    Field{"is_active", "True when it should run"},
    Field{"is_ready", "True when WORKING"},
    Field{"has_qr", "True when there is a QR code to scan"},
    Field{"has_proxy", "True when it connects through a proxy"},
    Field{"created_at", "When it was made"},
    Field{"linked_at", "When the number was linked"},
    Field{"last_active_at", "When it was last WORKING, as of its last change"},
    Field{"health", "Evidence of its state, while it runs in this process"},
};

struct SessionQr {
    std::string client_id;
    std::string qr;
    std::int64_t attempt = 1;
    std::int64_t seconds_left = 0;
    Timestamp expires_at{};
};
BOOST_DESCRIBE_STRUCT(SessionQr, (), (client_id, qr, attempt, seconds_left, expires_at))
template <>
inline constexpr std::array kFields<SessionQr>{
    Field{"client_id", "The session's name"},
    Field{"qr", "Text to show as a QR code"},
    Field{"attempt", "Which of the six codes this is", 1, 6},
    Field{"seconds_left", "Until the next one replaces it", 0},
    Field{"expires_at", "When the next one replaces it"},
};

struct PairingCode {
    std::string code;
};
BOOST_DESCRIBE_STRUCT(PairingCode, (), (code))
template <> inline constexpr std::array kFields<PairingCode>{Field{"code", "Eight characters to type on the phone"}};

/// The words of a trouble; nothing for an unknown one.
std::optional<Advice> advice_for(std::string_view why);

}   // namespace waqtor
