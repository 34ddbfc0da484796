#pragma once
#include "server/realtime/wire.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waqtor::realtime {

/// The frames that wait for one client, sent together. Holds no memory while nothing waits.
class Outbox {
public:
    using Bytes = std::shared_ptr<std::string const>;   // a frame; often shared with other clients
    struct Entry {
        Bytes bytes;
        std::int64_t seq = 0;       // of the event log; 0 for others
        std::size_t collapse = 0;   // not 0: replaces one that waits with the same number
    };

    /// Sends what the socket takes now. kWait: the rest when the socket can be written; kGone: the client is gone; else how many
    /// bytes went.
    std::ptrdiff_t flush(Wire& wire);
    void push(Entry entry);
    /// True when a frame with the same collapse number waited and gave its place up. An event of the log goes to the end all the
    /// same, so that what the client reads stays in order.
    bool replace(Entry entry);
    /// Drops what was not begun and returns the seq of the first event among it.
    std::optional<std::int64_t> drop_unsent();

    std::size_t bytes() const { return bytes_; }
    std::size_t frames() const { return entries_.size() - first_; }
    bool empty() const { return first_ == entries_.size(); }
    std::uint64_t sent_bytes() const { return sent_bytes_; }
    std::uint64_t sent_frames() const { return sent_frames_; }

private:
    std::size_t first_untouched() const;
    void took(std::size_t bytes);

    std::vector<Entry> entries_;
    std::size_t first_ = 0;    // entries before it are sent
    std::size_t offset_ = 0;   // bytes of the first that are sent
    std::size_t held_ = 0;     // bytes that TLS has encrypted and not sent: they must come again as they are
    std::size_t bytes_ = 0;    // waiting
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t sent_frames_ = 0;
};

}   // namespace waqtor::realtime
