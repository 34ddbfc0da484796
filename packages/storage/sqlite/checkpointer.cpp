#include "storage/sqlite/checkpointer.hpp"

#include <pthread.h>

namespace waqtor::sqlite {

void Checkpointer::follow(sqlite3* writer) {
    auto const told = [](void* self, sqlite3* handle, char const*, int pages) {
        static_cast<Checkpointer*>(self)->committed(handle, pages);
        return SQLITE_OK;
    };
    sqlite3_wal_hook(writer, told, this);
}

void Checkpointer::committed(sqlite3* writer, int pages) {
    if (pages < asked_at_) {   // the WAL has begun anew
        asked_at_ = helped_at_ = 0;
        moved_ = 0;
    }
    auto const left = pages - moved_;
    if (pages >= kLong && pages - helped_at_ >= kFew && (left <= kFew || pages >= kTooLong)) {
        helped_at_ = pages;
        sqlite3_wal_checkpoint_v2(writer, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);   // busy: the thread is at it
        return;
    }
    if (pages - asked_at_ < kWorthIt) return;
    asked_at_ = pages;
    if (!thread_.joinable()) thread_ = std::jthread{[this](std::stop_token stop) { run(std::move(stop)); }};
    auto const lock = std::lock_guard{mutex_};
    wished_ = true;
    wish_.notify_one();
}

void Checkpointer::run(std::stop_token stop) {
    pthread_setname_np(pthread_self(), "db-checkpoint");
    Handle handle;
    while (!stop.stop_requested()) {
        {
            auto lock = std::unique_lock{mutex_};
            if (!wish_.wait(lock, stop, [this] { return wished_; })) return;
            wished_ = false;
        }
        if (!handle) {
            auto opened = open(path_, SQLITE_OPEN_READWRITE, busy_);
            if (!opened) continue;   // asked again after as many pages; in the end the writer does it
            handle = *std::move(opened);
            // As the writer's: what is moved must not be lost, and closing must not make it wait for everything.
            if (!execute(handle.get(), "PRAGMA synchronous = FULL; PRAGMA cache_size = -256")) handle.reset();
        }
        int moved = 0;
        if (handle && sqlite3_wal_checkpoint_v2(handle.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, &moved) == SQLITE_OK)
            moved_ = moved;
    }
}

}   // namespace waqtor::sqlite
