#include "server/routes/realtime_routes.hpp"

namespace waqtor {

void declare_realtime_routes(Router& api, realtime::Hub& hub) {
    // The hub asks who it is itself: a WebSocket has more ways to say so than a request.
    api.raw("/ws", {.access = Access::open}, "application/json",
            [&](Caller, Request const& request) { return hub.accept(request); });
    api.post<Nothing, realtime::Ticket>(
        "/api/ws/ticket",
        {.id = "realtime.ticket",
         .summary = "Get a one-time ticket for the WebSocket",
         .description = "For pages that cannot send a key with a WebSocket: connect to /ws?ticket=… (or with the subprotocol "
                        "waqtor.ticket.…) within half a minute. It works once and may do what you may.",
         .tag = "Real time",
         .success = 201,
         .errors = {Code::rate_limited}},
        [&](Caller who, Nothing) -> Task<realtime::Ticket> { co_return hub.make_ticket(std::move(who)); });
}

}   // namespace waqtor
