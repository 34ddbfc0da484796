#include "server/http/message.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace waqtor {
namespace json = boost::json;

namespace {
constexpr std::array<std::string_view, 8> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
}   // namespace

std::string_view method_name(Method method) { return kMethods[static_cast<std::size_t>(method)]; }

Method method_from(std::string_view name) {
    for (std::size_t i = 0; i + 1 < kMethods.size(); ++i)
        if (kMethods[i] == name) return static_cast<Method>(i);
    return Method::other;
}

bool same_ignoring_case(std::string_view one, std::string_view other) { return std::ranges::equal(one, other, {}, lower, lower); }

std::string_view Request::header(std::string_view name) const {
    for (auto const& header : headers)
        if (same_ignoring_case(header.name, name)) return header.value;
    return {};
}

bool Request::has_header(std::string_view name) const {
    return std::ranges::any_of(headers, [&](auto const& header) { return same_ignoring_case(header.name, name); });
}

Response error_response(Error const& error, std::string_view request_id) {
    auto const& entry = row(error.code);
    json::object body{{"code", entry.name}, {"message", error.message}};
    if (!error.details.empty()) {
        json::array details;
        for (auto const& [field, problem] : error.details) details.push_back({{"field", field}, {"problem", problem}});
        body["details"] = std::move(details);
    }
    Response out;
    out.status = entry.http;
    out.code = error.code;
    out.body = json::serialize(json::object{{"success", false}, {"error", std::move(body)}, {"requestId", request_id}});
    if (error.retry_after)
        out.headers.push_back({"Retry-After", std::to_string(error.retry_after->count())});
    else if (entry.http == 429 || entry.http == 503)
        out.headers.push_back({"Retry-After", "1"});
    if (error.code == Code::unauthenticated) out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"waqtor\""});
    return out;
}

std::string_view reason(unsigned status) {
    switch (status) {
        case 100: return "Continue";
        case 101: return "Switching Protocols";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        default: return "Status";
    }
}

}   // namespace waqtor
