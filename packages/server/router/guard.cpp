#include "server/router/guard.hpp"

#include "server/router/route.hpp"

#include <algorithm>

namespace waqtor {
namespace {

std::string_view cookie_value(Request const& request, std::string_view name) {
    for (auto const& header : request.headers) {
        if (!same_ignoring_case(header.name, "cookie")) continue;
        auto rest = header.value;
        while (!rest.empty()) {
            auto pair = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
            pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
            if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
                return pair.substr(name.size() + 1);
        }
    }
    return {};
}

std::string_view bearer_token(Request const& request) {
    constexpr std::string_view kScheme = "Bearer ";
    auto const header = request.header("authorization");
    if (header.size() <= kScheme.size() || !same_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return {};
    return header.substr(header.find_first_not_of(' ', kScheme.size()));
}

bool is_own_origin(Request const& request, std::string_view origin) {
    auto const scheme = request.secure ? std::string_view{"https://"} : std::string_view{"http://"};
    return origin.starts_with(scheme) && same_ignoring_case(origin.substr(scheme.size()), request.host);
}

bool is_allowed(std::string_view origin, std::vector<std::string> const& allowed) {
    return std::ranges::any_of(allowed, [&](auto const& one) { return same_ignoring_case(one, origin); });
}

constexpr std::string_view kSecureName = "__Host-waqtor_login";
constexpr std::string_view kPlainName = "waqtor_login";
}   // namespace

std::string_view login_cookie_name(bool secure) { return secure ? kSecureName : kPlainName; }

Header login_cookie(std::string_view token, bool secure, std::chrono::seconds lifetime) {
    return {"Set-Cookie", std::string{login_cookie_name(secure)} + "=" + std::string{token} + "; Path=/; HttpOnly; SameSite=Lax" +
                              (secure ? "; Secure" : "") + "; Max-Age=" + std::to_string(lifetime.count())};
}

Header forget_login_cookie(bool secure) { return login_cookie("", secure, std::chrono::seconds{0}); }

Credentials credentials_of(Request const& request) {
    return {.key = std::string{request.header("x-api-key")},
            .bearer = std::string{bearer_token(request)},
            .cookie = std::string{cookie_value(request, login_cookie_name(request.secure))},
            .address = std::string{request.address},
            .user_agent = std::string{request.header("user-agent").substr(0, 256)},
            .secure = request.secure};
}

bool has_allowed_origin(Request const& request, std::vector<std::string> const& allowed_origins) {
    auto const origin = request.header("origin");
    return is_own_origin(request, origin) || is_allowed(origin, allowed_origins);
}

Result<void> check_cookie_request(Request const& request, std::vector<std::string> const& allowed_origins) {
    auto const origin = request.header("origin");
    auto const ours = origin.empty() ? request.header("sec-fetch-site") == "same-origin"
                                     : is_own_origin(request, origin) || is_allowed(origin, allowed_origins);
    if (!ours) return fail(Code::forbidden, "A request with a login cookie must come from this site's own pages");
    if (request.header("x-waqtor-request") != "1")
        return fail(Code::forbidden, "A request with a login cookie needs the header X-Waqtor-Request: 1");
    return {};
}

void add_cors_headers(Request const& request, std::vector<std::string> const& allowed_origins, std::string_view allowed_methods,
                      Response& response) {
    if (allowed_origins.empty()) return;
    response.headers.push_back({"Vary", "Origin"});
    auto const origin = request.header("origin");
    if (origin.empty() || !is_allowed(origin, allowed_origins)) return;
    response.headers.push_back({"Access-Control-Allow-Origin", std::string{origin}});
    response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
    response.headers.push_back({"Access-Control-Expose-Headers", "X-Request-Id, Retry-After"});
    if (request.method != Method::options) return;
    response.headers.push_back({"Access-Control-Allow-Methods", std::string{allowed_methods}});
    response.headers.push_back({"Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Idempotency-Key, X-API-Key, X-Request-Id, X-Waqtor-Request"});
    response.headers.push_back({"Access-Control-Max-Age", "600"});
}

}   // namespace waqtor
