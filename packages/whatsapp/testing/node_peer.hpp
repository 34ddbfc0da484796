#pragma once
#include <boost/json/object.hpp>

#include <sys/types.h>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor::whatsapp::testing {

/// A foreign library as a separate process that answers JSON lines. Throws, so that the test fails, when it cannot be started or
/// when it ends.
class LinePeer {
public:
    explicit LinePeer(std::vector<std::string> command);
    LinePeer(LinePeer const&) = delete;
    LinePeer& operator=(LinePeer const&) = delete;
    ~LinePeer();

    /// Sends one request, waits for its answer.
    boost::json::object call(boost::json::object request);

private:
    pid_t process_ = -1;
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
};

/// A script of tests/interop/. Throws as well when `npm ci` was not run.
struct NodePeer : LinePeer {
    explicit NodePeer(std::string_view script);
};

/// whatsmeow's Signal library (tests/interop/whatsmeow/signal), spoken to like signal_peer.mjs.
struct WhatsmeowSignalPeer : LinePeer {
    WhatsmeowSignalPeer();
};

}   // namespace waqtor::whatsapp::testing
