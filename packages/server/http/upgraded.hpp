#pragma once
#include <boost/asio/ip/tcp.hpp>

#include <openssl/types.h>

#include <memory>
#include <string>

namespace waqtor {
namespace asio = boost::asio;

/// What is left of an HTTP connection whose client was promised another protocol with status 101. Take everything out of it, on the
/// thread it is given on: the socket stays on that thread's io_context.
struct Upgraded {
    asio::ip::tcp::socket socket;
    std::shared_ptr<SSL> tls;   // after its handshake; nullptr without TLS. Its way to the socket (BIO) is to be set anew
    std::string early;          // bytes that came after the request
    std::shared_ptr<void>
        place;   // among the server's connections: given back when this goes, which must be before the server goes
};

}   // namespace waqtor
