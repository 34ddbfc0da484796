#pragma once
#include "core/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

/// A socket that listens on an IP address ("127.0.0.1", "::1", "localhost"); port 0 takes a free one. Code::unavailable says why
/// not.
Result<int> open_listener(std::string const& host, unsigned short port);

/// The listening sockets that systemd (or a process like it) opened for us: sd_listen_fds(3). Each is returned once.
std::vector<int> inherited_listeners();

/// The IP address a listening socket is bound to. Code::unavailable when it is no TCP socket.
Result<std::string> address_of(int socket);

/// Tells systemd how we are: "READY=1", "STOPPING=1", "RELOADING=1"; sd_notify(3). False when nobody asked to be told.
bool notify_manager(std::string_view state);

}   // namespace waqtor
