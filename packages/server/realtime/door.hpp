#pragma once
#include "server/realtime/client.hpp"
#include "server/realtime/handshake.hpp"
#include "server/realtime/hub_parts.hpp"

#include <boost/json/fwd.hpp>

#include <map>

namespace waqtor::realtime {

/// A way in for browsers that cannot send a key: asked for over HTTP, used once within half a minute.
struct Ticket {
    std::string ticket;
    Timestamp expires_at{};
};
BOOST_DESCRIBE_STRUCT(Ticket, (), (ticket, expires_at))

}   // namespace waqtor::realtime

namespace waqtor {
template <>
inline constexpr std::array kFields<realtime::Ticket>{
    Field{"ticket", "For /ws?ticket=… or the subprotocol waqtor.ticket.…; works once"},
    Field{"expires_at", "When it stops working"},
};
}   // namespace waqtor

namespace waqtor::realtime {

/// Decides who comes in, before the upgrade: address, origin, proof, how many. Every refusal is counted. From any thread.
class Door {
public:
    explicit Door(HubParts& parts) : parts_{parts}, places_{parts.settings} {}

    struct Admission {
        Arrival arrival;
        Response answer;   // 101
    };
    /// Code::malformed for what is no WebSocket request; Code::forbidden for address and origin; Code::unauthenticated;
    /// Code::rate_limited when there are too many connections.
    Task<Admission> admit(Request const& request);
    Result<Ticket> make_ticket(Caller caller);

private:
    struct Waiting {
        Caller caller;
        Timestamp until{};
    };
    Result<void> check_place(Request const& request);
    Task<Caller> prove(Request const& request, std::string_view ticket);
    Result<Caller> redeem(std::string_view ticket);
    Task<Caller> check_signature(Request const& request, std::map<std::string, std::string, std::less<>> query);
    Result<void> once(std::string const& signature, Timestamp until, std::string_view address);

    HubParts& parts_;
    Places places_;
    std::mutex mutex_;                         // of the two below
    std::map<std::string, Waiting> tickets_;   // by SHA-256
    std::map<std::string, Timestamp> used_;    // signatures, until their time window is over
};

}   // namespace waqtor::realtime
