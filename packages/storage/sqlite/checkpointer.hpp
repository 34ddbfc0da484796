#pragma once
#include "storage/sqlite/handle.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace waqtor::sqlite {

/// Moves what stands in the WAL into the database file, on a thread and a connection of its own: a commit that did it would keep
/// its caller, and all behind it, waiting for the disk. The writer itself only moves the last few pages, so that the WAL begins
/// anew; while it goes on writing nobody else can.
class Checkpointer {
public:
    Checkpointer(std::filesystem::path path, std::chrono::milliseconds busy) : path_{std::move(path)}, busy_{busy} {}
    /// Before the writer's connection is closed.
    ~Checkpointer() = default;
    Checkpointer(Checkpointer const&) = delete;
    Checkpointer& operator=(Checkpointer const&) = delete;

    /// From now on each commit of `writer` tells how long the WAL is.
    void follow(sqlite3* writer);

private:
    // In pages of 4 KiB.
    static constexpr int kWorthIt = 1000;
    static constexpr int kLong = 8000;        // when the WAL should begin anew
    static constexpr int kTooLong = 64'000;   // when the writer must help, whatever is left to move
    static constexpr int kFew = 250;

    std::filesystem::path path_;
    std::chrono::milliseconds busy_;
    // Of the writer's thread.
    int asked_at_ = 0;
    int helped_at_ = 0;
    // Of both.
    std::atomic<int> moved_ = 0;
    std::mutex mutex_;
    std::condition_variable_any wish_;
    bool wished_ = false;
    std::jthread thread_{};   // begins with the first wish; last: it uses the rest

    void committed(sqlite3* writer, int pages);
    void run(std::stop_token stop);
};

}   // namespace waqtor::sqlite
