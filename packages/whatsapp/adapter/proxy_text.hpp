#pragma once
#include "whatsapp/transport/websocket.hpp"

namespace waqtor::whatsapp {

/// "http://user:password@host:3128" or "socks5://host:1080"; user and password may be percent-encoded. Empty: no proxy.
/// Code::invalid, without repeating the password.
Result<transport::Proxy> read_proxy(std::string_view text);

}   // namespace waqtor::whatsapp
