#include "fleet/websocket_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace waqtor::fleet {

std::int64_t now() {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1'000'000'000LL + at.tv_nsec;
}

int connect_to(long port, bool blocking) {
    auto const fd = ::socket(AF_INET, SOCK_STREAM | (blocking ? 0 : SOCK_NONBLOCK), 0);
    if (fd < 0) return -1;
    sockaddr_in to{.sin_family = AF_INET,
                   .sin_port = htons(static_cast<std::uint16_t>(port)),
                   .sin_addr = {htonl(INADDR_LOOPBACK)},
                   .sin_zero = {}};
    auto const one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 || errno == EINPROGRESS) return fd;
    ::close(fd);
    return -1;
}

namespace {
bool send_whole(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}
}   // namespace

void send_all(int fd, std::string_view bytes) { send_whole(fd, bytes); }

std::string masked(unsigned opcode, std::string_view payload) {
    std::string out;
    out += static_cast<char>(0x80U | opcode);
    out += static_cast<char>(0x80U | payload.size());
    out.append(4, '\0');
    return out.append(payload);
}

unsigned Frame::close_code() const {
    if (payload.size() < 2) return 1005;
    return static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
}

bool WebSocketClient::connect(long port) {
    fd_ = connect_to(port, false);
    return fd_ >= 0;
}

void WebSocketClient::close() {
    if (tls_) SSL_free(std::exchange(tls_, nullptr));
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    rest_.clear();
    unread_ = {};
}

WebSocketClient::Shaken WebSocketClient::shake_hands(SSL_CTX* context) {
    if (!tls_) {
        tls_ = SSL_new(context);
        SSL_set_fd(tls_, fd_);
    }
    auto const done = SSL_connect(tls_);
    if (done == 1) return Shaken::done;
    return SSL_get_error(tls_, done) == SSL_ERROR_WANT_READ ? Shaken::more : Shaken::failed;
}

bool WebSocketClient::send(std::string_view bytes) {
    if (!tls_) return send_whole(fd_, bytes);
    return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

WebSocketClient::Got WebSocketClient::receive(std::vector<char>& buffer) {
    auto got = ssize_t{0};
    if (tls_) {
        auto const read = SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()));
        if (read <= 0) return SSL_get_error(tls_, read) == SSL_ERROR_WANT_READ ? Got::nothing : Got::end;
        got = read;
    } else {
        got = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EAGAIN) return Got::nothing;
        if (got <= 0) return Got::end;
    }
    auto const bytes = std::string_view{buffer.data(), static_cast<std::size_t>(got)};
    unread_ = rest_.empty() ? bytes : std::string_view{rest_ += bytes};
    return Got::bytes;
}

std::optional<std::string_view> WebSocketClient::head() {
    auto const end = unread_.find("\r\n\r\n");
    if (end == unread_.npos) return {};
    auto const head = unread_.substr(0, end);
    unread_.remove_prefix(end + 4);
    return head;
}

std::optional<Frame> WebSocketClient::next() {
    if (unread_.size() < 2) return {};
    std::size_t head = 2;
    std::uint64_t size = static_cast<unsigned char>(unread_[1]);
    if (size >= 126) {
        auto const extra = size == 126 ? 2U : 8U;
        if (unread_.size() < head + extra) return {};
        size = 0;
        for (auto i = 0U; i < extra; ++i) size = size << 8U | static_cast<unsigned char>(unread_[2 + i]);
        head += extra;
    }
    if (unread_.size() < head + size) return {};
    auto const frame = Frame{static_cast<unsigned char>(unread_[0]), unread_.substr(head, size)};
    unread_.remove_prefix(head + size);
    return frame;
}

void WebSocketClient::settle() {
    if (unread_.empty())
        std::string{}.swap(rest_);
    else if (rest_.empty())
        rest_.assign(unread_);
    else
        rest_.erase(0, rest_.size() - unread_.size());
    unread_ = {};
}

}   // namespace waqtor::fleet
