#pragma once
#include <algorithm>
#include <chrono>

namespace waqtor::realtime {

/// What speaks for a client being there.
struct Liveness {
    using Time = std::chrono::steady_clock::time_point;

    Time heard{};    // last byte from it
    Time pinged{};   // the ping that has no pong yet
    Time took{};     // when it last made room in a socket that was full

    /// False when the answer to a ping is overdue. The ping of a client that reads slowly waits behind what was sent before: while
    /// it takes bytes it is there.
    bool answers(Time now, std::chrono::milliseconds limit) const {
        return pinged == Time{} || heard >= pinged || now - std::max(pinged, took) <= limit;
    }
};

}   // namespace waqtor::realtime
