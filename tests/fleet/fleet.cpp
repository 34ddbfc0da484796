// A thousand clients of /ws that come back and resume whatever happens to the server, and connections that write events at a steady
// rate meanwhile: tests/api/test_realtime_restart.py. One thread, one epoll.
//   fleet port=N key=API-KEY token=LOGIN clients=N rate=N after=SEQ
// Commands, a line each on stdin; each has one JSON line on stdout as its answer, when it is so:
//   ready N      every client has been welcomed, caught up and subscribed N times
//   write        answers at once: from now on PUT /api/settings, `rate` a second while the server is up
//   written N    N more writes are acknowledged
//   pause        nothing is written any more and nothing under way
//   until SEQ    every client is at that event: the report
#include "fleet/websocket_client.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <utility>

namespace waqtor::fleet {
namespace {

constexpr std::size_t kWriters = 16;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMillisecond;

[[noreturn]] void stop(std::string const& why) {
    std::cerr << "fleet: " << why << '\n';
    std::exit(1);
}

std::map<std::string, std::string> options;
long number(char const* name) { return std::stol(options.at(name)); }

std::int64_t number_after(std::string_view text, std::string_view mark) {
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

bool is_connected(int fd) {
    auto wrong = 0;
    socklen_t size = sizeof wrong;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &wrong, &size) == 0 && wrong == 0;
}

/// One that wants every event of its workspace, once.
class Client final : public Watched {
public:
    explicit Client(Loop& loop) : loop_{loop}, at{number("after")} {}

    void connect() {
        state_ = State::connecting;
        if (!socket_.connect(number("port"))) return come_back();
        loop_.watch(socket_.fd(), this, EPOLLOUT);
    }

    void ready() override {
        if (state_ == State::connecting) return is_connected(socket_.fd()) ? ask() : come_back();
        switch (socket_.receive(loop_.buffer)) {
            case WebSocketClient::Got::nothing: return;
            case WebSocketClient::Got::end: return come_back();
            case WebSocketClient::Got::bytes: break;
        }
        if (state_ == State::upgrading) {
            auto const head = socket_.head();
            if (!head) return socket_.settle();
            if (!head->starts_with("HTTP/1.1 101")) return come_back();   // too early or too late: once more
            state_ = State::open;
        }
        while (auto const frame = socket_.next()) take(*frame);
        socket_.settle();
    }

private:
    enum class State : std::uint8_t { connecting, upgrading, open };
    Loop& loop_;
    WebSocketClient socket_;
    State state_ = State::connecting;
    bool subscribed_ = false, resumed_ = false;
    std::int64_t wait_ = -1;   // as the server said

public:
    std::int64_t at;   // the last event it has
    std::size_t events = 0, repeats = 0, gaps = 0, readied = 0;
    std::map<unsigned, std::size_t> closes;
    std::string trouble;

private:
    /// What is wanted goes along at once: the server reads it when it has switched.
    void ask() {
        state_ = State::upgrading;
        subscribed_ = resumed_ = false;
        loop_.watch(socket_.fd(), this, EPOLLIN);
        socket_.send(
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-API-Key: " +
            options["key"] + "\r\n\r\n" + masked(1, R"({"type":"resume","after":)" + std::to_string(at) + "}") +
            masked(1, R"({"type":"subscribe","topics":["system"],"id":"s"})"));
    }

    /// When the server said, or soon: not all at once.
    void come_back() {
        socket_.close();
        auto const wait = wait_ >= 0 ? wait_ * kMillisecond : static_cast<std::int64_t>(loop_.random() % (kSecond / 2));
        wait_ = -1;
        loop_.at(now() + wait, [this] { connect(); });
    }

    void take(Frame const& frame) {
        if (frame.opcode() == 9) socket_.send(masked(10, frame.payload));
        if (frame.opcode() == 8) {
            ++closes[frame.close_code()];
            wait_ = number_after(frame.payload, "retry in ");
            socket_.send(masked(8, frame.payload.substr(0, 2)));
        }
        if (frame.opcode() != 1) return;
        auto const is = [&](std::string_view type) { return frame.payload.starts_with(R"({"type":")" + std::string{type} + '"'); };
        if (is("settings.updated")) return take_event(number_after(frame.payload, R"("seq":)"));
        if (is("ack"))
            subscribed_ = true;
        else if (is("resumed"))
            resumed_ = true;
        else if (!is("welcome") && !is("slow") && trouble.empty())
            trouble = frame.payload;
        if (subscribed_ && resumed_) {
            ++readied;
            resumed_ = false;
        }
    }

    void take_event(std::int64_t seq) {
        ++events;
        if (seq <= at)
            ++repeats;
        else if (seq != at + 1)
            ++gaps;
        at = std::max(at, seq);
    }
};

class Writers;

/// One connection that writes when it is told to.
class Writer final : public Watched {
public:
    Writer(Loop& loop, Writers& all) : loop_{loop}, all_{all} {}
    enum class State : std::uint8_t { away, connecting, idle, busy };
    State state = State::away;

    void connect();
    void write(std::size_t which);
    void ready() override;

private:
    void lose();

    Loop& loop_;
    Writers& all_;
    int fd_ = -1;
    std::string answer_;
};

/// While the server was there: how long, and how many writes it acknowledged.
struct Stretch {
    std::int64_t begin = 0, end = 0;
    std::size_t written = 0;
};

class Writers {
public:
    explicit Writers(Loop& loop) : loop_{loop} {
        for (auto i = 0U; i < kWriters; ++i) all_.push_back(std::make_unique<Writer>(loop, *this));
    }

    void begin() {
        running_ = true;
        if (there_since_ != 0) there_since_ = next_ = now();
        for (auto& one : all_)
            if (one->state == Writer::State::away) one->connect();
        due();
    }
    void pause() {
        running_ = false;
        end_stretch();
    }
    bool quiet() const {
        return std::ranges::none_of(all_, [](auto const& one) { return one->state == Writer::State::busy; });
    }
    std::vector<Stretch> stretches;
    std::size_t written = 0;
    std::map<std::string, std::size_t> refusals;   // answers that were not 200, of which a stopping server may give some

    void connected() {
        if (there_since_ == 0) there_since_ = next_ = now();
    }
    void acknowledged() {
        ++written;
        if (!up_ && running_ && there_since_ != 0) {
            stretches.push_back({.begin = there_since_});
            up_ = true;
        }
        if (up_) ++stretches.back().written;
    }
    void lost(Writer& one) {
        end_stretch();
        there_since_ = 0;
        loop_.at(now() + 50 * kMillisecond, [this, &one] {
            if (running_ && one.state == Writer::State::away) one.connect();
        });
    }

private:
    /// Writes what is due. What waited too long for a free connection goes as soon as one is free: the average is what was asked
    /// for.
    void due() {
        if (!running_) return;
        while (there_since_ != 0 && next_ <= now()) {
            auto const idle = std::ranges::find_if(all_, [](auto const& one) { return one->state == Writer::State::idle; });
            if (idle == all_.end()) break;
            (*idle)->write(count_++);
            next_ += kSecond / number("rate");
        }
        loop_.at(now() + kMillisecond, [this] { due(); });
    }
    void end_stretch() {
        if (std::exchange(up_, false)) stretches.back().end = now();
    }

    Loop& loop_;
    std::vector<std::unique_ptr<Writer>> all_;
    bool running_ = false, up_ = false;
    std::int64_t there_since_ = 0, next_ = 0;
    std::size_t count_ = 0;
};

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

std::string text_of(std::map<unsigned, std::size_t> const& counts) {
    std::string out;
    for (auto const& [code, count] : counts)
        out += (out.empty() ? "\"" : ", \"") + std::to_string(code) + "\": " + std::to_string(count);
    return "{" + out + "}";
}

/// Reads the commands and answers each when it is so.
class Talk final : public Watched {
public:
    Talk() : writers_{loop_} {
        for (auto i = 0L; i < number("clients"); ++i) clients_.push_back(std::make_unique<Client>(loop_));
        for (auto& client : clients_)
            loop_.at(now() + static_cast<std::int64_t>(loop_.random() % (kSecond / 2)), [&client] { client->connect(); });
        ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
        loop_.watch(STDIN_FILENO, this, EPOLLIN);
    }

    void run() {
        while (!ended_) {
            loop_.turn();
            if (!asked_.empty()) answer();
        }
    }

    void ready() override {
        std::array<char, 256> bytes;
        auto const got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
        if (got == 0) ended_ = true;
        if (got <= 0) return;
        line_.append(bytes.data(), static_cast<std::size_t>(got));
        auto const end = line_.find('\n');
        if (end == line_.npos) return;
        std::istringstream{line_.substr(0, end)} >> asked_ >> argument_;
        line_.erase(0, end + 1);
        if (asked_ == "write") writers_.begin();
        if (asked_ == "pause") writers_.pause();
        if (asked_ == "written") argument_ += static_cast<std::int64_t>(writers_.written);
    }

private:
    bool is_so() const {
        auto const all = [&](auto const& done) {
            return std::ranges::all_of(clients_, [&](auto const& one) { return done(*one); });
        };
        if (asked_ == "ready") return all([&](Client const& one) { return static_cast<std::int64_t>(one.readied) >= argument_; });
        if (asked_ == "until") return all([&](Client const& one) { return one.at >= argument_; });
        if (asked_ == "written") return static_cast<std::int64_t>(writers_.written) >= argument_;
        if (asked_ == "pause") return writers_.quiet();
        if (asked_ == "write") return true;
        stop("no such command: " + asked_);
    }

    void answer() {
        if (!is_so()) return;
        std::cout << (asked_ == "until" ? report() : "{}") << std::endl;
        asked_.clear();
    }

    std::string report() const {
        std::map<unsigned, std::size_t> closed;   // clients that heard this code at least once
        std::size_t repeats = 0, gaps = 0;
        auto least = clients_.front()->events, most = least;
        std::string trouble;
        for (auto const& one : clients_) {
            repeats += one->repeats;
            gaps += one->gaps;
            least = std::min(least, one->events);
            most = std::max(most, one->events);
            if (!one->trouble.empty()) trouble = one->trouble;
            for (auto const& [code, count] : one->closes) ++closed[code];
        }
        std::ostringstream out;
        out << R"({"leastEvents": )" << least << R"(, "mostEvents": )" << most << R"(, "repeats": )" << repeats << R"(, "gaps": )"
            << gaps << R"(, "written": )" << writers_.written << R"(, "clientsClosedWith": )" << text_of(closed)
            << R"(, "trouble": )";
        out << std::quoted(trouble) << R"(, "stretches": [)";
        for (auto const& one : writers_.stretches)
            out << (&one == writers_.stretches.data() ? "" : ", ") << R"({"seconds": )"
                << static_cast<double>(one.end - one.begin) / kSecond << R"(, "written": )" << one.written << "}";
        out << R"(], "refusals": {)";
        for (auto first = true; auto const& [status, count] : writers_.refusals)
            out << (std::exchange(first, false) ? "" : ", ") << std::quoted(status) << ": " << count;
        out << "}}";
        return out.str();
    }

    Loop loop_;
    std::vector<std::unique_ptr<Client>> clients_;
    Writers writers_;
    std::string line_, asked_;
    std::int64_t argument_ = 0;
    bool ended_ = false;
};

}   // namespace
}   // namespace waqtor::fleet

int main(int argc, char** argv) {
    using namespace waqtor::fleet;
    for (auto i = 1; i < argc; ++i) {
        auto const text = std::string{argv[i]};
        auto const mark = text.find('=');
        if (mark == text.npos) stop("options are name=value");
        options[text.substr(0, mark)] = text.substr(mark + 1);
    }
    Talk{}.run();
    std::_Exit(0);
}
