#pragma once
#include "core/base/result.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

namespace waqtor {

using Milliseconds = std::chrono::milliseconds;
/// A point in UTC, to the millisecond: what is stored (milliseconds since 1970) and shown (ISO-8601).
using Timestamp = std::chrono::sys_time<Milliseconds>;

/// "2026-11-22T19:59:38.123Z".
std::string to_iso(Timestamp at);
void append_iso(std::string& out, Timestamp at);
/// Reads what to_iso writes, also with fewer fraction digits or an offset (+03:00). Code::invalid otherwise.
Result<Timestamp> from_iso(std::string_view text);

/// Where the product takes its time from, so that tests can move it. Safe to call from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    Timestamp now() const override { return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()); }
};

/// Stands still until a test moves it.
class TestClock final : public Clock {
public:
    explicit TestClock(Timestamp start = Timestamp{Milliseconds{1'763'800'000'000}}) : now_{start.time_since_epoch().count()} {}
    Timestamp now() const override { return Timestamp{Milliseconds{now_.load()}}; }
    void advance(Milliseconds by) { now_ += by.count(); }

private:
    std::atomic<std::int64_t> now_;
};

}   // namespace waqtor
