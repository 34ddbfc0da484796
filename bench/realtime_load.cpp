// Clients of realtime.py, on one thread: connects and subscribes, has messages published (a plain socket, a line each), counts
// every delivery and its latency, and prints one JSON object.
//   realtime_load port=N publish=N pid=N kind=waqtor|ws|bun|socketio clients=N [rate=N] [burst=N] [seconds=N] [size=N] [deflate=1]
//                 [stalled=N] [events=1]
//                 [key=API-KEY] [tls=1]
// rate=0: the next burst is published as soon as everybody has the last one. events=1: through the event log, latency from the
// commit. stalled: so many clients stop reading, until the end. seconds=0: only connects.
#include "fleet/websocket_client.hpp"
#include "process_figures.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {
using waqtor::bench::cpu_seconds;
using waqtor::bench::forget_peak;
using waqtor::bench::peak_rss_kb;
using waqtor::bench::rss_kb;
using waqtor::fleet::connect_to;
using waqtor::fleet::Frame;
using waqtor::fleet::masked;
using waqtor::fleet::now;
using waqtor::fleet::send_all;
using waqtor::fleet::WebSocketClient;

constexpr std::size_t kAtOnce = 200;   // handshakes under way
constexpr double kPatience = 60;       // seconds for what was published to arrive

[[noreturn]] void stop(std::string const& why) {
    std::fprintf(stderr, "realtime_load: %s\n", why.c_str());
    std::exit(1);
}

std::map<std::string, std::string> options;
long number(char const* name, long otherwise = 0) {
    auto const found = options.find(name);
    return found == options.end() ? otherwise : std::stol(found->second);
}

struct Client {
    enum class State : std::uint8_t { connecting, securing, upgrading, opening, ready, ended };
    WebSocketClient socket;
    State state = State::connecting;
    bool stalled = false;
    unsigned close_code = 0;
    std::size_t deliveries = 0;
};

void send_to(Client& client, std::string_view bytes) {
    if (!client.socket.send(bytes) && client.state != Client::State::ready) stop("cannot send");
}

class Load {
public:
    Load() : poll_{epoll_create1(0)}, clients_(static_cast<std::size_t>(number("clients"))), buffer_(1 << 20) {}

    void connect() {
        auto const start = now();
        auto const stalled = static_cast<std::size_t>(number("stalled"));
        while (ready_ < clients_.size()) {
            while (begun_ < clients_.size() && begun_ - ready_ < kAtOnce) begin(clients_[begun_++]);
            turn(1000);
            if (now() - start > 120'000'000'000LL) stop("clients do not become ready");
        }
        connect_seconds_ = static_cast<double>(now() - start) / 1e9;
        for (auto i = clients_.size() - stalled; i < clients_.size(); ++i) {
            clients_[i].stalled = true;
            epoll_ctl(poll_, EPOLL_CTL_DEL, clients_[i].socket.fd(), nullptr);
        }
        healthy_ = clients_.size() - stalled;
    }

    void publish() {
        control_ = connect_to(number("publish"), true);
        if (control_ < 0) stop("cannot connect");
        ::fcntl(control_, F_SETFL, O_NONBLOCK);
        watch(control_, nullptr, EPOLLIN);
        run(1.0);   // caches, just-in-time compilers
        latencies_.clear();
        seen_.clear();
        wire_ = 0;
        auto const cpu = cpu_seconds(number("pid"));
        auto const start = now();
        auto const before = delivered_;
        run(static_cast<double>(number("seconds")));
        wall_ = static_cast<double>(now() - start) / 1e9;
        cpu_ = cpu_seconds(number("pid")) - cpu;
        counted_ = delivered_ - before;
    }

    /// The stalled ones read on: each must be told that it was too slow, or have everything.
    void come_back() {
        for (auto& client : clients_)
            if (client.stalled) watch(client.socket.fd(), &client, EPOLLIN);
        auto const until = now() + 20'000'000'000LL;
        auto const all = [&] {
            told_ = static_cast<std::size_t>(std::ranges::count_if(clients_, [&](Client const& one) {
                return one.stalled && (one.close_code == 1013 || one.deliveries == published_);
            }));
            return told_ == clients_.size() - healthy_;
        };
        while (!all() && now() < until) turn(100);
    }

    void print(long rss_before, long rss_connected, long rss_after, long rss_peak) {
        match_events();
        std::ranges::sort(latencies_);
        auto const at = [&](double share) {
            return latencies_.empty()
                       ? 0.0
                       : static_cast<double>(
                             latencies_[static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1))]) /
                             1e6;
        };
        std::printf(
            R"({"connectSeconds": %.4f, "deliveries": %zu, "lost": %zd, "seconds": %.3f, "cpuSeconds": %.3f, "p50Ms": %.3f, "p99Ms": %.3f, )"
            R"("wireBytes": %zu, "rssBeforeKb": %ld, "rssConnectedKb": %ld, "rssAfterKb": %ld, "rssPeakKb": %ld, "stalledTold": %zu})"
            "\n",
            connect_seconds_, counted_, static_cast<ssize_t>(published_ * healthy_) - static_cast<ssize_t>(delivered_), wall_, cpu_,
            at(0.5), at(0.99), wire_, rss_before, rss_connected, rss_after, rss_peak, told_);
    }

private:
    void watch(int fd, Client* client, unsigned what) {
        epoll_event event{.events = what, .data = {.ptr = client}};
        if (epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event) < 0) epoll_ctl(poll_, EPOLL_CTL_MOD, fd, &event);
    }

    void begin(Client& client) {
        if (!client.socket.connect(number("port"))) stop("cannot connect, or no more sockets: raise ulimit -n");
        watch(client.socket.fd(), &client, EPOLLOUT);
    }

    void turn(int milliseconds) {
        std::array<epoll_event, 512> events;
        auto const count = epoll_wait(poll_, events.data(), events.size(), milliseconds);
        for (auto i = 0; i < count; ++i) {
            auto* const client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (!client)
                read_commits();
            else if (client->state == Client::State::securing || (client->state == Client::State::connecting && tls_))
                shake_hands(*client);
            else if (client->state == Client::State::connecting)
                upgrade(*client);
            else
                read(*client);
        }
    }

    void shake_hands(Client& client) {
        client.state = Client::State::securing;
        switch (client.socket.shake_hands(tls_)) {
            case WebSocketClient::Shaken::done: return upgrade(client);
            case WebSocketClient::Shaken::more: return watch(client.socket.fd(), &client, EPOLLIN);
            case WebSocketClient::Shaken::failed: stop("no TLS");
        }
    }

    void upgrade(Client& client) {
        auto const& kind = options["kind"];
        std::string request =
            kind == "socketio" ? "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" : "GET /ws HTTP/1.1\r\n";
        request +=
            "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        if (!options["key"].empty()) request += "X-API-Key: " + options["key"] + "\r\n";
        if (number("deflate"))
            request += "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";
        send_to(client, request + "\r\n");
        client.state = Client::State::upgrading;
        watch(client.socket.fd(), &client, EPOLLIN);
    }

    void read(Client& client) {
        switch (client.socket.receive(buffer_)) {
            case WebSocketClient::Got::nothing: return;
            case WebSocketClient::Got::bytes: return take(client);
            case WebSocketClient::Got::end: break;
        }
        epoll_ctl(poll_, EPOLL_CTL_DEL, client.socket.fd(), nullptr);
        if (!client.stalled) stop("the server ended a connection, close code " + std::to_string(client.close_code));
        client.state = Client::State::ended;
    }

    void take(Client& client) {
        if (client.state == Client::State::upgrading) {
            auto const head = client.socket.head();
            if (!head) return client.socket.settle();
            if (!head->starts_with("HTTP/1.1 101")) stop(std::string{head->substr(0, 200)});
            if (number("deflate") && head->find("permessage-deflate") == head->npos) stop("no deflate");
            upgraded(client);
        }
        while (auto const frame = client.socket.next()) on_frame(client, *frame);
        client.socket.settle();
    }

    void upgraded(Client& client) {
        auto const& kind = options["kind"];
        client.state = Client::State::opening;
        if (kind == "ws" || kind == "bun") return opened(client);
        if (kind == "waqtor") send_to(client, masked(1, R"({"type":"subscribe","topics":["messages"],"id":"s"})"));
    }

    void opened(Client& client) {
        client.state = Client::State::ready;
        ++ready_;
    }

    void on_frame(Client& client, Frame const& frame) {
        auto const payload = frame.payload;
        if (frame.opcode() == 9) return send_to(client, masked(10, payload));
        if (frame.opcode() == 8) {
            client.close_code = frame.close_code();
            return send_to(client, masked(8, payload.substr(0, 2)));
        }
        if (frame.opcode() > 2) return;
        if (client.state == Client::State::opening) {
            if (payload.starts_with("0{")) return send_to(client, masked(1, "40"));
            if (payload.starts_with("40") || payload.find("\"ack\"") != payload.npos) opened(client);
            return;
        }
        delivery(client, frame.compressed(), payload);
    }

    void delivery(Client& client, bool packed, std::string_view payload) {
        auto const mark = packed ? payload.npos : payload.find("t=");
        if (!packed && mark == payload.npos) return;
        ++client.deliveries;
        if (client.stalled) return;
        ++delivered_;
        wire_ += payload.size();
        if (packed) return;
        if (number_events_) {
            auto const seq = payload.find("\"seq\":");
            if (seq != payload.npos) seen_.emplace_back(std::strtoll(payload.data() + seq + 6, nullptr, 10), now());
        } else
            latencies_.push_back(now() - std::strtoll(payload.data() + mark + 2, nullptr, 10));
    }

    void run(double seconds) {
        auto const rate = number("rate", 20);
        auto const burst = std::max(1L, number("burst", 1));
        auto const start = now();
        auto const end = start + static_cast<std::int64_t>(seconds * 1e9);
        auto next = start;
        while (now() < end) {
            if (rate ? now() >= next : delivered_ == published_ * healthy_) {
                say(burst);
                if (rate) next += burst * 1'000'000'000LL / rate;
            }
            turn(rate ? static_cast<int>(std::clamp<std::int64_t>((next - now()) / 1'000'000, 0, 10)) : 10);
        }
        auto const patience = now() + static_cast<std::int64_t>(kPatience * 1e9);
        while (delivered_ < published_ * healthy_ && now() < patience) turn(10);
    }

    void say(long burst) {
        static constexpr std::string_view kWords = "chat:15550100,name:Amal,text:your order is on its way,state:delivered,count:";
        std::string lines;
        auto const size = static_cast<std::size_t>(number("size", 512));
        for (auto i = 0L; i < burst; ++i) {
            auto line = (number_events_ ? "!t=" : "t=") + std::to_string(now()) + " ";
            while (line.size() < size) (line += kWords) += std::to_string(published_ * 7919 + line.size());
            line.resize(size);
            lines += line + "\n";
            ++published_;
        }
        send_all(control_, lines);
    }

    void read_commits() {
        auto const got = ::recv(control_, buffer_.data(), buffer_.size(), 0);
        if (got > 0) commits_.append(buffer_.data(), static_cast<std::size_t>(got));
    }

    void match_events() {
        if (!number_events_) return;
        std::map<std::int64_t, std::int64_t> at;
        for (auto const* text = commits_.c_str(); *text != '\0';) {
            char* end = nullptr;
            auto const seq = std::strtoll(text, &end, 10);
            at[seq] = std::strtoll(end, &end, 10);
            text = *end == '\n' ? end + 1 : end;
        }
        for (auto const& [seq, when] : seen_)
            if (auto const found = at.find(seq); found != at.end())
                latencies_.push_back(std::max<std::int64_t>(when - found->second, 0));
    }

    int poll_;
    int control_ = -1;
    SSL_CTX* tls_ = number("tls") ? SSL_CTX_new(TLS_client_method()) : nullptr;
    std::vector<Client> clients_;
    std::vector<char> buffer_;
    std::vector<std::int64_t> latencies_;
    std::vector<std::pair<std::int64_t, std::int64_t>> seen_;
    std::string commits_;
    std::size_t begun_ = 0, ready_ = 0, healthy_ = 0, published_ = 0, delivered_ = 0, counted_ = 0, wire_ = 0, told_ = 0;
    double connect_seconds_ = 0, wall_ = 0, cpu_ = 0;
    bool number_events_ = number("events") != 0;
};
}   // namespace

int main(int argc, char** argv) {
    for (auto i = 1; i < argc; ++i) {
        auto const text = std::string{argv[i]};
        auto const mark = text.find('=');
        if (mark == text.npos) stop("options are name=value");
        options[text.substr(0, mark)] = text.substr(mark + 1);
    }
    auto const pid = number("pid");
    auto const before = rss_kb(pid);
    Load load;
    load.connect();
    usleep(500'000);   // the server frees what the handshakes needed
    auto const connected = rss_kb(pid);
    forget_peak(pid);
    if (number("seconds", 5) > 0) load.publish();
    auto const after = rss_kb(pid);
    auto const peak = peak_rss_kb(pid);
    if (number("stalled")) load.come_back();
    load.print(before, connected, after, peak);
    std::_Exit(std::fflush(stdout));
}
