#include "server/http/listen.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace waqtor {
namespace {

std::unexpected<Error> cannot(std::string const& host, unsigned short port) {
    return fail(Code::unavailable, "Cannot listen on " + host + ":" + std::to_string(port) + ": " + std::strerror(errno));
}

std::optional<int> number_from(char const* name) {
    auto const* text = std::getenv(name);
    if (!text) return std::nullopt;
    int out = 0;
    auto const* const last = text + std::strlen(text);
    auto const [end, error] = std::from_chars(text, last, out);
    return error == std::errc{} && end == last ? std::optional{out} : std::nullopt;
}
}   // namespace

Result<int> open_listener(std::string const& host, unsigned short port) {
    boost::system::error_code wrong;
    auto const address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, wrong);
    if (wrong) return fail(Code::invalid, host + " is no IP address");
    auto const endpoint = asio::ip::tcp::endpoint{address, port};
    auto const fd = ::socket(address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return cannot(host, port);
    auto const on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);   // a restart need not wait for old connections to fade
    if (::bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 || ::listen(fd, SOMAXCONN) != 0) {
        auto out = cannot(host, port);
        ::close(fd);
        return out;
    }
    return fd;
}

std::vector<int> inherited_listeners() {
    constexpr int kFirst = 3;   // SD_LISTEN_FDS_START
    auto const pid = number_from("LISTEN_PID");
    auto const count = number_from("LISTEN_FDS");
    for (auto const* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
    std::vector<int> out;
    if (pid != static_cast<int>(::getpid()) || !count || *count < 0 || *count > 64) return out;
    for (int fd = kFirst; fd < kFirst + *count; ++fd) {
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        int listening = 0;
        socklen_t size = sizeof listening;
        if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening) out.push_back(fd);
    }
    return out;
}

Result<std::string> address_of(int socket) {
    asio::ip::tcp::endpoint name;
    auto size = static_cast<socklen_t>(name.capacity());
    auto const known = ::getsockname(socket, name.data(), &size) == 0;
    auto const family = name.data()->sa_family;
    if (!known || (family != AF_INET && family != AF_INET6))
        return fail(Code::unavailable, "The inherited socket is no TCP socket");
    return name.address().to_string();
}

bool notify_manager(std::string_view state) {
    auto const* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un to{};
    if (!path || std::strlen(path) >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@')) return false;
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path, std::strlen(path));
    if (path[0] == '@') to.sun_path[0] = '\0';   // an abstract socket
    auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    auto const fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    auto const sent = ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr const*>(&to), size);
    ::close(fd);
    return sent == static_cast<ssize_t>(state.size());
}

}   // namespace waqtor
