#pragma once
#include "core/base/result.hpp"

namespace waqtor {

/// One request to another WaQtor server.
struct ApiRequest {
    std::string_view method = "GET";
    std::string target;   // "/api/events?after=7"
    std::string body{};
    std::string content_type = "application/json";
};

struct ApiAnswer {
    unsigned status = 0;
    std::string body{};
};

/// Speaks to a server with a key: what the command line does with --server.
class ApiClient {
public:
    /// `url`: http://host:port or https://host. Code::invalid (field "server") for anything else.
    static Result<ApiClient> to(std::string_view url, std::string key);

    /// Code::unavailable when the server cannot be reached or does not answer in time.
    Task<ApiAnswer> ask(ApiRequest request) const;

private:
    ApiClient() = default;
    bool secure_ = false;
    std::string host_;
    std::string port_;
    std::string prefix_;   // a path before /api, without '/' at its end
    std::string key_;
};

}   // namespace waqtor
