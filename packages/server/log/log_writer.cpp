#include "server/log/log_writer.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace waqtor {
namespace {

/// A pipe that poll(2) calls writable takes this many bytes without blocking (pipe(7)). The descriptor is not made non-blocking:
/// that would also change it for every other program that writes there.
constexpr std::size_t kPiece = PIPE_BUF;
constexpr auto kLook = std::chrono::milliseconds{100};   // how often a writer that waits looks whether it should stop

/// As many whole lines as fit a piece, so that lines of several writers stay whole.
std::string_view piece_of(std::string_view bytes) {
    if (bytes.size() <= kPiece) return bytes;
    auto const line_end = bytes.rfind('\n', kPiece - 1);
    return bytes.substr(0, line_end == bytes.npos ? kPiece : line_end + 1);
}

bool writable(int fd) {
    pollfd one{.fd = fd, .events = POLLOUT, .revents = 0};
    return ::poll(&one, 1, static_cast<int>(kLook.count())) > 0;
}
}   // namespace

LogWriter::LogWriter(int fd, std::size_t most_bytes) : fd_{fd}, most_{most_bytes}, thread_{[this] { run(); }} {}

LogWriter::~LogWriter() {
    {
        auto lock = std::lock_guard{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool LogWriter::write(std::string_view line) {
    {
        auto lock = std::lock_guard{mutex_};
        if (queued_.size() + line.size() > most_) {
            ++dropped_;
            return false;
        }
        queued_ += line;
        taken_in_ += line.size();
    }
    changed_.notify_all();
    return true;
}

void LogWriter::flush() {
    auto lock = std::unique_lock{mutex_};
    auto const wanted = taken_in_;
    for (auto before = written_; written_ < wanted; before = written_)
        if (!changed_.wait_for(lock, kPatience, [&] { return written_ >= wanted || written_ > before; })) return;
}

void LogWriter::run() {
    pthread_setname_np(pthread_self(), "log");
    std::string batch;
    auto lock = std::unique_lock{mutex_};
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !queued_.empty(); });
        if (queued_.empty()) return;
        batch.clear();
        batch.swap(queued_);
        lock.unlock();
        put(batch);
        lock.lock();
    }
}

void LogWriter::put(std::string_view bytes) {
    auto progress = std::chrono::steady_clock::now();
    while (!bytes.empty()) {
        auto done = ssize_t{0};
        if (writable(fd_)) {
            done = ::write(fd_, bytes.data(), piece_of(bytes).size());
            // Nobody will ever read it (EPIPE, EIO, EBADF) or the disk is full: these lines are lost, later ones may not be.
            if (done < 0 && errno != EINTR && errno != EAGAIN) done = static_cast<ssize_t>(bytes.size());
        }
        auto const now = std::chrono::steady_clock::now();
        if (done <= 0) {
            if (!stopping_ || now - progress < kPatience) continue;
            done = static_cast<ssize_t>(bytes.size());
        }
        progress = now;
        bytes.remove_prefix(static_cast<std::size_t>(done));
        {
            auto lock = std::lock_guard{mutex_};
            written_ += static_cast<std::uint64_t>(done);
        }
        changed_.notify_all();
    }
}

}   // namespace waqtor
