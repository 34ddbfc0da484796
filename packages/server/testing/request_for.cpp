#include "server/testing/request_for.hpp"

#include "server/http/target.hpp"

#include <boost/asio/detached.hpp>

namespace waqtor::server_testing {

MadeRequest::MadeRequest(std::string method, std::string target, std::vector<std::string> headers, std::string body)
    : method_{std::move(method)}, target_{std::move(target)}, body_{std::move(body)}, lines_{std::move(headers)} {
    request_.method = method_from(method_);
    request_.method_text = method_;
    auto const parsed = parse_target(target_, scratch_).value();
    request_.path = parsed.path;
    request_.query = parsed.query;
    request_.host = "waqtor.test";
    request_.body = body_;
    request_.address = "192.0.2.7";
    request_.request_id = "test-request";
    for (auto const& line : lines_) {
        auto const colon = line.find(": ");
        request_.headers.push_back({std::string_view{line}.substr(0, colon), std::string_view{line}.substr(colon + 2)});
    }
}

Response answer(Handler& handler, Request const& request) {
    asio::io_context io;
    Response out;
    std::exception_ptr thrown;
    asio::co_spawn(io, handler.handle(request), [&](std::exception_ptr error, Response response) {
        thrown = error;
        out = std::move(response);
    });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return out;
}

}   // namespace waqtor::server_testing
