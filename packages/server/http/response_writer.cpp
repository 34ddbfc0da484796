#include "server/http/connection.hpp"

#include <fmt/format.h>

#include <ctime>

namespace waqtor {
namespace {

/// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second and thread.
std::string_view date_now() {
    static thread_local std::time_t made = 0;
    static thread_local std::array<char, 40> text{};
    static thread_local std::size_t size = 0;
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != made) {
        std::tm parts{};
        gmtime_r(&now.tv_sec, &parts);
        size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        made = now.tv_sec;
    }
    return {text.data(), size};
}

void add(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += value;
    out += "\r\n";
}

void add_number(std::string& out, std::size_t number) {
    auto const text = fmt::format_int{number};
    out.append(text.data(), text.size());
}
}   // namespace

void append_head(std::string& out, Request const& request, Response const& response, bool keep_alive, bool old) {
    out += "HTTP/1.1 ";
    add_number(out, response.status);
    out += ' ';
    add(out, reason(response.status), "");
    add(out, "Date: ", date_now());
    auto const bodiless = response.status == 101 || response.status == 204 || response.status == 304;
    if (!bodiless) add(out, "Content-Type: ", response.content_type);
    if (response.stream) {
        if (!old) out += "Transfer-Encoding: chunked\r\n";
    } else if (!bodiless) {
        out += "Content-Length: ";
        add_number(out, response.bytes().size());
        out += "\r\n";
    }
    add(out, "Cache-Control: ", response.cache_control);
    add(out, "Content-Security-Policy: ", response.content_security_policy);
    out +=
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Cross-Origin-Opener-Policy: same-origin\r\n";
    if (request.secure) out += "Strict-Transport-Security: max-age=31536000\r\n";
    add(out, "X-Request-Id: ", request.request_id);
    for (auto const& [name, value] : response.headers) {
        out += name;
        out += ": ";
        // A value of ours never holds a line end; if one slipped in, it must not become a header of its own.
        for (auto c : value) out += c == '\r' || c == '\n' ? ' ' : c;
        out += "\r\n";
    }
    if (!keep_alive)
        out += "Connection: close\r\n";
    else if (old)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
}

}   // namespace waqtor
