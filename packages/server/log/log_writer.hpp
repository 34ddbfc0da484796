#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace waqtor {

/// Writes lines to a file descriptor on a thread of its own, so that nobody ever waits for whoever reads them: a pipe that is full
/// or a terminal that is held costs lines, not requests. Safe to use from any thread.
class LogWriter {
public:
    /// Keeps at most `most_bytes` that are not written yet; lines beyond that are dropped and counted. `fd` stays open.
    explicit LogWriter(int fd, std::size_t most_bytes = std::size_t{1} << 20);
    /// Writes what is queued, but gives up when for `kPatience` nothing could be written.
    ~LogWriter();
    LogWriter(LogWriter const&) = delete;
    LogWriter& operator=(LogWriter const&) = delete;

    /// Queues a line with its line end. False when it was dropped.
    bool write(std::string_view line);
    /// Waits until what was queued before is written, or until `kPatience` passed without progress.
    void flush();
    /// Lines dropped since the start.
    std::uint64_t dropped() const { return dropped_; }

    static constexpr auto kPatience = std::chrono::seconds{1};

private:
    void run();
    void put(std::string_view bytes);

    int const fd_;
    std::size_t const most_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string queued_;
    std::uint64_t taken_in_ = 0;   // bytes ever queued
    std::uint64_t written_ = 0;    // bytes ever written or given up
    std::atomic<std::uint64_t> dropped_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;   // last: everything it uses is made before it
};

}   // namespace waqtor
