#pragma once
#include "core/accounts/caller.hpp"
#include "core/base/described.hpp"
#include "core/base/page.hpp"
#include "server/http/message.hpp"

namespace waqtor {

enum class Access : std::uint8_t {
    guarded,   // needs a login or a key, and the route's scope if it names one
    login,     // needs a person's login; a key will not do
    open,      // anybody
    local,     // guarded, but programs on this machine need no proof
};

/// What is said of a route besides its types. Texts have static storage.
struct RouteDoc {
    std::string_view id;   // "keys.create": operationId, also the name in SDKs
    std::string_view summary;
    std::string_view description{};
    std::string_view tag{};
    std::optional<Scope> scope{};
    Access access = Access::guarded;
    unsigned success = 200;
    std::vector<Code> errors{};   // those the handler itself gives; what the router gives is known
    std::size_t body_limit = 0;   // bytes; 0 means the server's default
    bool idempotent = false;      // takes an Idempotency-Key
    bool body = false;            // a DELETE that takes its fields from a JSON body, as WaQtor 2.3 has them
};

/// No input, or no output. As output: {"success":true}, or no body when the route's success is 204.
struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

/// Output whose fields stand beside "success" instead of under "data", as WaQtor 2.3 answers in places.
template <class T> struct Merged {
    T fields;
};

/// Output under "data" and further fields beside it.
template <class D, class T> struct DataAnd {
    D data;
    T fields;
};

/// What a handler may return instead of its output, to choose the status or add headers.
template <class Out> struct Reply {
    Out value;
    std::vector<Header> headers{};
    std::optional<unsigned> status{};
};

/// What a handler may take as a third argument.
struct Context {
    std::string request_id;
    std::string host;                // as the client named it
    std::stop_token stop{};          // fires when the client is gone or the server drains: long waits end (see until_stopped)
    std::string idempotency_key{};   // Idempotency-Key, where the route is idempotent
};

/// The login cookie: HttpOnly, SameSite=Lax, and over TLS `__Host-` with Secure.
Header login_cookie(std::string_view token, bool secure, std::chrono::seconds lifetime);
/// Makes the browser forget it.
Header forget_login_cookie(bool secure);
std::string_view login_cookie_name(bool secure);

}   // namespace waqtor
