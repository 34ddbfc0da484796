#pragma once
#include "server/http/message.hpp"

namespace waqtor::server_testing {

/// A request made by hand, for tests that call a Handler without a server. `headers` as "Name: value" lines.
class MadeRequest {
public:
    MadeRequest(std::string method, std::string target, std::vector<std::string> headers = {}, std::string body = {});
    Request const& operator*() const { return request_; }
    Request& operator*() { return request_; }

private:
    std::string method_, target_, scratch_, body_;
    std::vector<std::string> lines_;
    Request request_;
};

/// Runs the handler to its end on this thread.
Response answer(Handler& handler, Request const& request);

}   // namespace waqtor::server_testing
