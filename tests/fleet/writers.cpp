#include "fleet/writers.hpp"

#include <unistd.h>

#include <cerrno>

namespace waqtor::fleet {

void Writer::connect() {
    state = State::connecting;
    fd_ = connect_to(number("port"), false);
    if (fd_ < 0) return lose();
    loop_.watch(fd_, this, EPOLLOUT);
}

void Writer::write(std::size_t which) {
    state = State::busy;
    auto const body = R"({"name":"Shop )" + std::to_string(which) + "\"}";
    send_all(fd_, "PUT /api/settings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
                      options["token"] + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void Writer::ready() {
    if (state == State::connecting) {
        if (!is_connected(fd_)) return lose();
        state = State::idle;
        loop_.watch(fd_, this, EPOLLIN);
        return all_.connected();
    }
    auto const got = ::recv(fd_, loop_.buffer.data(), loop_.buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return lose();
    answer_.append(loop_.buffer.data(), static_cast<std::size_t>(got));
    auto const head = answer_.find("\r\n\r\n");
    if (head == answer_.npos || answer_.size() < head + 4 + static_cast<std::size_t>(number_after(answer_, "Content-Length: ")))
        return;
    if (!answer_.starts_with("HTTP/1.1 200")) {
        ++all_.refusals[answer_.substr(9, 3)];
        return lose();
    }
    answer_.clear();
    state = State::idle;
    all_.acknowledged();
}

void Writer::lose() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    answer_.clear();
    state = State::away;
    all_.lost(*this);
}

}   // namespace waqtor::fleet
