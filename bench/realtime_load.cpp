// Clients of realtime.py, on one thread: connects and subscribes, has messages published (a plain socket, a line each), counts
// every delivery and its latency, and prints one JSON object.
//   realtime_load port=N publish=N pid=N kind=waqtor|ws|bun|socketio clients=N [rate=N] [burst=N] [seconds=N] [size=N] [deflate=1]
//                 [stalled=N] [events=1]
//                 [key=API-KEY] [tls=1]
// rate=0: the next burst is published as soon as everybody has the last one. events=1: through the event log, latency from the
// commit. stalled: so many clients stop reading, until the end. seconds=0: only connects.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {
constexpr std::size_t kAtOnce = 200;   // handshakes under way
constexpr double kPatience = 60;       // seconds for what was published to arrive

std::int64_t now() {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1'000'000'000LL + at.tv_nsec;
}

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
    int fd = -1;
    SSL* tls = nullptr;
    State state = State::connecting;
    bool stalled = false;
    unsigned close_code = 0;
    std::string rest;
    std::size_t deliveries = 0;
};

double cpu_seconds(long pid) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    text.erase(0, text.rfind(')') + 2);
    long user = 0;
    long system = 0;
    if (std::sscanf(text.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2) stop("no CPU time");
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

long rss_kb(long pid) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/statm"};
    long all = 0;
    long resident = 0;
    in >> all >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

long peak_rss_kb(long pid) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    return 0;
}

/// From now on the peak is of what follows.
void forget_peak(long pid) { std::ofstream{"/proc/" + std::to_string(pid) + "/clear_refs"} << 5; }

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) continue;
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void send_to(Client& client, std::string_view bytes) {
    if (!client.tls) return send_all(client.fd, bytes);
    if (SSL_write(client.tls, bytes.data(), static_cast<int>(bytes.size())) <= 0) stop("cannot send over TLS");
}

/// As recv() does.
ssize_t receive(Client& client, std::vector<char>& into) {
    if (!client.tls) return ::recv(client.fd, into.data(), into.size(), 0);
    auto const got = SSL_read(client.tls, into.data(), static_cast<int>(into.size()));
    if (got > 0) return got;
    auto const again = SSL_get_error(client.tls, got) == SSL_ERROR_WANT_READ;
    if (again) errno = EAGAIN;
    return again ? -1 : 0;
}

/// A small frame with a mask of zeros: masked, and the same bytes.
std::string masked(unsigned opcode, std::string_view payload) {
    std::string out;
    out += static_cast<char>(0x80U | opcode);
    out += static_cast<char>(0x80U | payload.size());
    out.append(4, '\0');
    return out.append(payload);
}

int connect_to(long port, bool blocking) {
    auto const fd = ::socket(AF_INET, SOCK_STREAM | (blocking ? 0 : SOCK_NONBLOCK), 0);
    if (fd < 0) stop("no more sockets: raise ulimit -n");
    sockaddr_in to{.sin_family = AF_INET,
                   .sin_port = htons(static_cast<std::uint16_t>(port)),
                   .sin_addr = {htonl(INADDR_LOOPBACK)},
                   .sin_zero = {}};
    auto const one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) < 0 && errno != EINPROGRESS) stop("cannot connect");
    return fd;
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
            epoll_ctl(poll_, EPOLL_CTL_DEL, clients_[i].fd, nullptr);
        }
        healthy_ = clients_.size() - stalled;
    }

    void publish() {
        control_ = connect_to(number("publish"), true);
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
            if (client.stalled) watch(client.fd, &client, EPOLLIN);
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
        client.fd = connect_to(number("port"), false);
        watch(client.fd, &client, EPOLLOUT);
    }

    void turn(int milliseconds) {
        std::array<epoll_event, 512> events;
        auto const count = epoll_wait(poll_, events.data(), events.size(), milliseconds);
        for (auto i = 0; i < count; ++i) {
            auto* const client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (!client)
                read_commits();
            else if (client->state == Client::State::connecting && tls_)
                begin_tls(*client);
            else if (client->state == Client::State::connecting)
                upgrade(*client);
            else if (client->state == Client::State::securing)
                shake_hands(*client);
            else
                read(*client);
        }
    }

    void begin_tls(Client& client) {
        client.tls = SSL_new(tls_);
        SSL_set_fd(client.tls, client.fd);
        client.state = Client::State::securing;
        shake_hands(client);
    }

    void shake_hands(Client& client) {
        auto const done = SSL_connect(client.tls);
        if (done == 1) return upgrade(client);
        if (SSL_get_error(client.tls, done) != SSL_ERROR_WANT_READ) stop("no TLS");
        watch(client.fd, &client, EPOLLIN);
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
        watch(client.fd, &client, EPOLLIN);
    }

    void read(Client& client) {
        auto const got = receive(client, buffer_);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            epoll_ctl(poll_, EPOLL_CTL_DEL, client.fd, nullptr);
            if (!client.stalled) stop("the server ended a connection, close code " + std::to_string(client.close_code));
            client.state = Client::State::ended;
            return;
        }
        auto const bytes = std::string_view{buffer_.data(), static_cast<std::size_t>(got)};
        if (client.rest.empty()) {
            auto const used = take(client, bytes);
            if (used < bytes.size()) client.rest.assign(bytes.substr(used));
            return;
        }
        client.rest += bytes;
        client.rest.erase(0, take(client, client.rest));
        if (client.rest.empty()) std::string{}.swap(client.rest);
    }

    std::size_t take(Client& client, std::string_view bytes) {
        std::size_t used = 0;
        if (client.state == Client::State::upgrading) {
            auto const end = bytes.find("\r\n\r\n");
            if (end == bytes.npos) return 0;
            if (!bytes.starts_with("HTTP/1.1 101")) stop(std::string{bytes.substr(0, 200)});
            if (number("deflate") && bytes.substr(0, end).find("permessage-deflate") == bytes.npos) stop("no deflate");
            used = end + 4;
            upgraded(client);
        }
        while (true) {
            auto const rest = bytes.substr(used);
            if (rest.size() < 2) return used;
            std::size_t head = 2;
            std::uint64_t size = static_cast<unsigned char>(rest[1]);
            if (size >= 126) {
                auto const extra = size == 126 ? 2U : 8U;
                if (rest.size() < head + extra) return used;
                size = 0;
                for (auto i = 0U; i < extra; ++i) size = size << 8U | static_cast<unsigned char>(rest[2 + i]);
                head += extra;
            }
            if (rest.size() < head + size) return used;
            used += head + size;
            on_frame(client, static_cast<unsigned char>(rest[0]), rest.substr(head, size));
        }
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

    void on_frame(Client& client, unsigned first, std::string_view payload) {
        auto const opcode = first & 15U;
        if (opcode == 9) return send_to(client, masked(10, payload));
        if (opcode == 8) {
            client.close_code =
                payload.size() < 2 ? 1005U : static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
            return send_to(client, masked(8, payload.substr(0, 2)));
        }
        if (opcode > 2) return;
        if (client.state == Client::State::opening) {
            if (payload.starts_with("0{")) return send_to(client, masked(1, "40"));
            if (payload.starts_with("40") || payload.find("\"ack\"") != payload.npos) opened(client);
            return;
        }
        delivery(client, (first & 0x40U) != 0, payload);
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
