// A thousand clients of /ws that come back and resume whatever happens to the server, and connections that write events at a steady
// rate meanwhile: tests/api/test_realtime_restart.py. One thread, one epoll.
//   fleet port=N key=API-KEY token=LOGIN clients=N rate=N after=SEQ
// Commands, a line each on stdin; each has one JSON line on stdout as its answer, when it is so:
//   ready N      every client has been welcomed, caught up and subscribed N times
//   write        answers at once: from now on PUT /api/settings, `rate` a second while the server is up
//   written N    N more writes are acknowledged: how many a second since the server came back
//   pause        nothing is written any more and nothing under way
//   until SEQ    every client is at that event: the report
#include "fleet/client.hpp"
#include "fleet/writers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <iomanip>
#include <sstream>

namespace waqtor::fleet {
namespace {

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
        if (asked_ == "until")
            std::cout << report() << std::endl;
        else if (asked_ == "written")
            std::cout << R"({"rate": )" << writers_.rate() << "}" << std::endl;
        else
            std::cout << "{}" << std::endl;
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
        out << std::quoted(trouble) << R"(, "refusals": {)";
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
