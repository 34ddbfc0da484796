#pragma once
#include "core/base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor {
namespace asio = boost::asio;

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view method_name(Method method);
Method method_from(std::string_view name);

/// True when both are the same but for the case of ASCII letters, as header names are compared.
bool same_ignoring_case(std::string_view one, std::string_view other);

struct HeaderView {
    std::string_view name;
    std::string_view value;
};

struct Header {
    std::string name;
    std::string value;
};

/// What a handler found out about a request before its body came.
struct Admission {
    virtual ~Admission() = default;
};

/// One request as it came. All text belongs to the connection and lives until the answer is written.
struct Request {
    Method method = Method::get;
    std::string_view method_text;
    std::string_view path;    // decoded: valid UTF-8, starts with '/', no dot segments; "*" for OPTIONS *
    std::string_view query;   // as sent, without '?'
    std::string_view host;
    std::string_view body;
    std::vector<HeaderView> headers;
    std::string_view address;   // of the client, behind trusted proxies the one they name
    bool secure = false;        // the client came over TLS, to us or to a trusted proxy
    std::string request_id;
    std::stop_token stop;                         // fires on the connection's thread when the client is gone or the server drains
    std::shared_ptr<Admission const> admission;   // from Handler::admit(), unless the body took so long that it may be out of date

    /// The first header of this name; empty when there is none.
    std::string_view header(std::string_view name) const;
    bool has_header(std::string_view name) const;
};

/// Gives the next part of a long answer, an empty one at its end. Throwing breaks the connection off, so that the client sees it.
using BodyStream = std::function<asio::awaitable<std::string>()>;

/// A connection that speaks HTTP no more (http/upgraded.hpp).
struct Upgraded;

struct Response {
    unsigned status = 200;
    std::string_view content_type = "application/json";   // with static storage, as all views here
    std::string_view cache_control = "no-store";
    std::string_view content_security_policy = "default-src 'none'; frame-ancestors 'none'";
    std::vector<Header> headers{};   // names and values without control characters
    std::string body{};
    std::string_view fixed_body{};              // instead of `body`: bytes with static storage
    BodyStream stream{};                        // instead of both: sent in chunks
    std::function<void(Upgraded&)> upgrade{};   // with status 101: takes the connection once the head is sent
    bool close = false;                         // end the connection after this answer
    std::string_view route{};                   // the pattern that answered, for logs and metrics
    Code code{};                                // of the error, when status >= 400

    std::string_view bytes() const { return fixed_body.empty() ? std::string_view{body} : fixed_body; }
};

/// The pinned shape: {"success":false,"error":{"code","message","details"?},"requestId"} with the code's status, and Retry-After
/// and WWW-Authenticate where they belong.
Response error_response(Error const& error, std::string_view request_id);
inline Response error_response(Code code, std::string message, std::string_view request_id) {
    return error_response(Error{.code = code, .message = std::move(message)}, request_id);
}

/// The reason phrase of a status: "Not Found".
std::string_view reason(unsigned status);

/// What happened to one request, for logs and metrics. Nothing in it identifies a person.
struct Exchange {
    std::string_view method;
    std::string_view route;   // the pattern, never the path; empty when no route was reached
    unsigned status = 0;
    Code code{};   // when status >= 400
    std::chrono::microseconds took{};
    std::size_t bytes_in = 0;
    std::size_t bytes_out = 0;
    std::string_view request_id;
};

/// Answers requests. Called on many threads at once.
class Handler {
public:
    virtual ~Handler() = default;
    /// `request` lives until the answer is written.
    virtual asio::awaitable<Response> handle(Request const& request) = 0;
    /// Most bytes of body this request may have; asked before the body is read. 0 means the server's default.
    virtual std::size_t body_limit(Request const& head) const = 0;
    /// Asked before a body that may be larger than the server's default: whoever may not send it is refused before any of it is
    /// kept. May leave in `head.admission` what handle() then need not find out again.
    virtual Task<void> admit(Request& head) {
        (void)head;
        co_return Result<void>{};
    }
    /// The answer to a request that got no further than its head: its body may not come, is too large, broken or too late.
    virtual Response refusal(Error const& error, Request const& head) const { return error_response(error, head.request_id); }
};

/// Told what the server does. Called on many threads at once; must be quick.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void connected() = 0;
    virtual void disconnected() = 0;
    virtual void began() = 0;
    virtual void answered(Exchange const& exchange) = 0;
};

}   // namespace waqtor
