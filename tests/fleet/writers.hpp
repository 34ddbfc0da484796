#pragma once
#include "fleet/loop.hpp"

#include <memory>
#include <utility>

namespace waqtor::fleet {

inline constexpr std::size_t kWriters = 16;

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

}   // namespace waqtor::fleet
