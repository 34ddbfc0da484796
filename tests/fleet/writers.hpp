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
    void pause() { running_ = false; }
    bool quiet() const {
        return std::ranges::none_of(all_, [](auto const& one) { return one->state == Writer::State::busy; });
    }
    std::size_t written = 0;
    /// Writes acknowledged a second since the server came back.
    double rate() const {
        return static_cast<double>(written - written_before_) * kSecond / static_cast<double>(now() - there_since_);
    }
    std::map<std::string, std::size_t> refusals;   // answers that were not 200, of which a stopping server may give some

    void connected() {
        if (there_since_ != 0) return;
        there_since_ = next_ = now();
        written_before_ = written;
    }
    void acknowledged() { ++written; }
    void lost(Writer& one) {
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

    Loop& loop_;
    std::vector<std::unique_ptr<Writer>> all_;
    bool running_ = false;
    std::int64_t there_since_ = 0, next_ = 0;
    std::size_t count_ = 0, written_before_ = 0;
};

}   // namespace waqtor::fleet
