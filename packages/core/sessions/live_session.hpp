#pragma once
#include "core/sessions/session_service.hpp"

namespace waqtor {

/// A session that runs in this process. Belongs to the service's strand; the client to its own.
struct SessionService::Live {
    Live(SessionRef which, asio::any_io_executor where, asio::any_io_executor service)
        : ref{which}, executor{std::move(where)}, ended{service, asio::steady_timer::time_point::max()}, dispatched{service} {}

    SessionRef ref;
    asio::any_io_executor executor;
    std::unique_ptr<WhatsAppClient> client;
    ClientState latest;   // as last applied
    SessionState state = SessionState::STARTING;
    std::string why;
    ClientFigures figures;
    bool noted = true;     // state and why are in the database
    bool unlink = false;   // log out of WhatsApp when it ends
    bool ending = false;
    asio::steady_timer ended;   // cancelled when it has
    std::stop_source dispatching;
    asio::steady_timer dispatched;   // its end is "never" while the dispatcher runs
};

}   // namespace waqtor
