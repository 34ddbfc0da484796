#pragma once
#include "whatsapp/transport/websocket.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace waqtor::whatsapp::transport {

/// The parts of a ws:// or wss:// address.
struct Url {
    bool secure = true;
    std::string host;
    std::uint16_t port = 0;
    std::string target = "/";

    /// Code::invalid for other schemes and what cannot be an address.
    static Result<Url> parse(std::string_view text);
    /// Host, with the port when it is not the scheme's own.
    std::string authority() const;
};

/// A TCP connection to host and port, through the proxy if there is one.
Task<asio::ip::tcp::socket> dial(std::string host, std::uint16_t port, Proxy proxy);

}   // namespace waqtor::whatsapp::transport
