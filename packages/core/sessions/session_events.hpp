#pragma once
#include "core/sessions/session.hpp"

#include <boost/mp11.hpp>

// Events carry ids, never numbers, names or QR codes.

namespace waqtor {

struct SessionCreated {
    static constexpr std::string_view kName = "session.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A session was made";
    SessionId session;
};
BOOST_DESCRIBE_STRUCT(SessionCreated, (), (session))
template <> inline constexpr std::array kFields<SessionCreated>{Field{"session", "The session"}};

struct SessionStateChanged {
    static constexpr std::string_view kName = "session.state_changed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A session went into another state";
    SessionId session;
    SessionState state{};
    std::string why;
};
BOOST_DESCRIBE_STRUCT(SessionStateChanged, (), (session, state, why))
template <>
inline constexpr std::array kFields<SessionStateChanged>{Field{"session", "The session"}, Field{"state", "What it is doing now"},
                                                         Field{"why", "Reason; empty when all is well"}};

struct SessionQrChanged {
    static constexpr std::string_view kName = "session.qr_changed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "There is a new QR code to scan; read it from /api/sessions/{id}/qr";
    SessionId session;
    std::int64_t attempt = 1;
};
BOOST_DESCRIBE_STRUCT(SessionQrChanged, (), (session, attempt))
template <>
inline constexpr std::array kFields<SessionQrChanged>{Field{"session", "The session"}, Field{"attempt", "Which of six", 1, 6}};

struct SessionLinked {
    static constexpr std::string_view kName = "session.linked";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A number was linked to the session";
    SessionId session;
};
BOOST_DESCRIBE_STRUCT(SessionLinked, (), (session))
template <> inline constexpr std::array kFields<SessionLinked>{Field{"session", "The session"}};

struct SessionRemoved {
    static constexpr std::string_view kName = "session.removed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A session was removed with its keys";
    SessionId session;
};
BOOST_DESCRIBE_STRUCT(SessionRemoved, (), (session))
template <> inline constexpr std::array kFields<SessionRemoved>{Field{"session", "The session"}};

using SessionEvents = boost::mp11::mp_list<SessionCreated, SessionStateChanged, SessionQrChanged, SessionLinked, SessionRemoved>;

}   // namespace waqtor
