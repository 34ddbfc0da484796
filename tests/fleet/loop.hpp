#pragma once
#include "fleet/websocket_client.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <random>

namespace waqtor::fleet {

inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1000 * kMillisecond;

[[noreturn]] inline void stop(std::string const& why) {
    std::cerr << "fleet: " << why << '\n';
    std::exit(1);
}

/// As given on the command line.
inline std::map<std::string, std::string> options;
inline long number(char const* name) { return std::stol(options.at(name)); }

inline std::int64_t number_after(std::string_view text, std::string_view mark) {
    auto const at = text.find(mark);
    return at == text.npos ? -1 : std::strtoll(text.data() + at + mark.size(), nullptr, 10);
}

/// Whatever epoll watches.
struct Watched {
    virtual void ready() = 0;

protected:
    ~Watched() = default;
};

/// Sockets and what is to be done later.
class Loop {
public:
    void watch(int fd, Watched* one, unsigned what) {
        epoll_event event{.events = what, .data = {.ptr = one}};
        if (epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event) < 0) epoll_ctl(poll_, EPOLL_CTL_MOD, fd, &event);
    }
    void at(std::int64_t when, std::function<void()> what) { later_.emplace(when, std::move(what)); }
    void turn() {
        std::array<epoll_event, 512> events;
        auto const wait = later_.empty() ? kSecond : later_.begin()->first - now();
        auto const count = epoll_wait(poll_, events.data(), events.size(),
                                      static_cast<int>(std::clamp<std::int64_t>(wait / kMillisecond, 0, 1000)));
        for (auto i = 0; i < count; ++i) static_cast<Watched*>(events[static_cast<std::size_t>(i)].data.ptr)->ready();
        while (!later_.empty() && later_.begin()->first <= now()) later_.extract(later_.begin()).mapped()();
    }

    std::vector<char> buffer = std::vector<char>(1 << 20);
    std::mt19937_64 random{std::random_device{}()};

private:
    int poll_ = epoll_create1(0);
    std::multimap<std::int64_t, std::function<void()>> later_;
};

inline bool is_connected(int fd) {
    auto wrong = 0;
    socklen_t size = sizeof wrong;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &wrong, &size) == 0 && wrong == 0;
}

}   // namespace waqtor::fleet
