#pragma once
#include "whatsapp/transport/websocket.hpp"

#include <boost/asio/ssl/context.hpp>

namespace waqtor::whatsapp::transport {

/// What Tls hides from those that only pass it on.
struct Tls::State {
    asio::ssl::context context{asio::ssl::context::tls_client};
};

}   // namespace waqtor::whatsapp::transport
