#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>

namespace waqtor::whatsapp {

/// When the sessions of one process may dial: a few at once, then one after the other, so that thousands which lost their
/// connections in the same moment neither come back in the same second nor keep a core busy with handshakes. Any thread.
class DialQueue {
public:
    using Moment = std::chrono::steady_clock::time_point;
    using Span = std::chrono::steady_clock::duration;

    /// 1,000 sessions in 15 seconds; who dials alone never waits.
    explicit DialQueue(Span apart = std::chrono::milliseconds{15}, int at_once = 20)
        : apart_{apart}, saved_{apart * (at_once - 1)} {}

    /// Takes a place; the moment has come already when nobody else has dialled lately.
    Moment place(Moment now = std::chrono::steady_clock::now()) {
        auto const earliest = (now - saved_).time_since_epoch().count();
        auto last = next_.load();
        auto mine = std::max(last, earliest);
        while (!next_.compare_exchange_weak(last, mine + apart_.count())) mine = std::max(last, earliest);
        return Moment{Span{mine}};
    }

private:
    Span apart_;
    Span saved_;   // the places that a quiet time leaves for those who come together
    std::atomic<Span::rep> next_{Span::min().count()};
};

}   // namespace waqtor::whatsapp
