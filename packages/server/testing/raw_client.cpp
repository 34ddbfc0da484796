#include "server/testing/raw_client.hpp"

#include "server/http/message.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace waqtor::server_testing {

std::string RawAnswer::header(std::string_view name) const {
    for (auto rest = std::string_view{head}; !rest.empty();) {
        auto const line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(std::min(line.size() + 2, rest.size()));
        if (auto const colon = line.find(": "); colon != line.npos && same_ignoring_case(line.substr(0, colon), name))
            return std::string{line.substr(colon + 2)};
    }
    return {};
}

RawClient::RawClient(unsigned short port, std::string const& from) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    inet_pton(AF_INET, from.c_str(), &local.sin_addr);
    auto to = local;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    to.sin_port = htons(port);
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0 ||
        ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error{"cannot connect"};
}

RawClient::~RawClient() { close(); }
RawClient::RawClient(RawClient&& other) noexcept : fd_{std::exchange(other.fd_, -1)}, unread_{std::move(other.unread_)} {}

void RawClient::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;   // the server ended it: what it said is still to be read
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::finish() { ::shutdown(fd_, SHUT_WR); }

bool RawClient::read_more() {
    char bytes[16 * 1024];
    auto const got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    unread_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

std::optional<RawAnswer> RawClient::receive(bool no_body) {
    auto const need = [&](std::size_t size) {
        while (unread_.size() < size)
            if (!read_more()) return false;
        return true;
    };
    auto const line_end = [&](std::string_view end) {
        while (true) {
            if (auto const at = unread_.find(end); at != unread_.npos) return at;
            if (!read_more()) return std::string::npos;
        }
    };
    auto const take = [&](std::size_t size) {
        auto out = unread_.substr(0, size);
        unread_.erase(0, size);
        return out;
    };
    auto const end = line_end("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    RawAnswer out;
    out.head = take(end + 4);
    std::from_chars(out.head.data() + 9, out.head.data() + 12, out.status);
    if (no_body || out.status == 100 || out.status == 204 || out.status == 304) return out;
    if (out.header("Transfer-Encoding") == "chunked") {
        while (true) {
            auto const line = line_end("\r\n");
            if (line == std::string::npos) return std::nullopt;
            auto const size = std::stoul(take(line + 2), nullptr, 16);
            if (!need(size + 2)) return std::nullopt;
            out.body += take(size);
            take(2);
            if (size == 0) return out;
        }
    }
    auto const length = out.header("Content-Length");
    if (length.empty()) {
        out.body = receive_all();
        return out;
    }
    if (!need(std::stoul(length))) return std::nullopt;
    out.body = take(std::stoul(length));
    return out;
}

std::string RawClient::receive_all() {
    while (read_more()) {
    }
    return std::exchange(unread_, {});
}

bool RawClient::ended() { return unread_.empty() && !read_more(); }

}   // namespace waqtor::server_testing
