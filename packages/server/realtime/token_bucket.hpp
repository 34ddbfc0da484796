#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>

namespace waqtor::realtime {

/// So many a second, and a burst of so many at once. From any thread, without a lock: what is kept is the moment at which the
/// bucket would be full again.
class TokenBucket {
public:
    using Clock = std::chrono::steady_clock;

    TokenBucket(double per_second, double burst)
        : step_{static_cast<std::int64_t>(1e9 / per_second)}, room_{static_cast<std::int64_t>(1e9 / per_second * burst)} {}

    /// Takes one; false when there is none.
    bool take(Clock::time_point now) {
        auto const at = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
        auto full = full_at_.load(std::memory_order_relaxed);
        while (true) {
            auto const next = std::max(full, at) + step_;
            if (next - at > room_) return false;
            if (full_at_.compare_exchange_weak(full, next, std::memory_order_relaxed)) return true;
        }
    }
    bool full(Clock::time_point now) const {
        auto const at = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
        return full_at_.load(std::memory_order_relaxed) <= at;
    }
    /// Until one is there again.
    std::chrono::milliseconds wait(Clock::time_point now) const {
        auto const at = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
        auto const left = full_at_.load(std::memory_order_relaxed) + step_ - room_ - at;
        return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds{std::max<std::int64_t>(left, 0)});
    }

private:
    std::int64_t step_;
    std::int64_t room_;
    std::atomic<std::int64_t> full_at_ = 0;
};

}   // namespace waqtor::realtime
