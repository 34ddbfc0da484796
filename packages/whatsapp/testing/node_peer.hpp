#pragma once
#include <boost/json/object.hpp>

#include <sys/types.h>
#include <cstdio>
#include <string_view>

namespace waqtor::whatsapp::testing {

/// A script of tests/interop/ as a separate Node process that answers JSON lines. Throws, so that the test fails, when Node is
/// missing, when `npm ci` was not run, or when the process ends.
class NodePeer {
public:
    explicit NodePeer(std::string_view script);
    NodePeer(NodePeer const&) = delete;
    NodePeer& operator=(NodePeer const&) = delete;
    ~NodePeer();

    /// Sends one request, waits for its answer.
    boost::json::object call(boost::json::object request);

private:
    pid_t process_ = -1;
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
};

}   // namespace waqtor::whatsapp::testing
