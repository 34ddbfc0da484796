#pragma once
#include "core/sessions/session_service.hpp"

namespace waqtor {

/// A session that runs in this process. Belongs to the service's strand; the client to its own.
struct SessionService::Live {
    SessionRef ref;
    asio::any_io_executor executor;
    std::unique_ptr<WhatsAppClient> client;
    ClientState latest;   // as last applied
    SessionState state = SessionState::STARTING;
    std::string why;
    ClientFigures figures;
    bool noted = true;   // state and why are in the database
    bool ending = false;
};

}   // namespace waqtor
