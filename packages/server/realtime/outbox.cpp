#include "server/realtime/outbox.hpp"

#include <algorithm>
#include <array>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kMostParts = 64;          // of one gathered write
constexpr std::size_t kTlsRecord = 16 * 1024;   // what Wire::write tries at once under TLS
constexpr std::size_t kKeepEntries = 64;
}   // namespace

std::ptrdiff_t Outbox::flush(Wire& wire) {
    std::ptrdiff_t total = 0;
    while (!empty()) {
        std::array<iovec, kMostParts> parts;
        auto const count = std::min(kMostParts, frames());
        std::size_t size = 0;
        for (std::size_t i = 0; i < count; ++i) {
            auto const& bytes = *entries_[first_ + i].bytes;
            auto const skip = i == 0 ? offset_ : 0;
            parts[i] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
            size += bytes.size() - skip;
        }
        auto const sent = wire.write({parts.data(), count});
        if (sent == Wire::kGone) return Wire::kGone;
        if (sent == Wire::kWait) {
            if (wire.tls()) held_ = std::min(size, kTlsRecord);
            return Wire::kWait;
        }
        took(static_cast<std::size_t>(sent));
        total += sent;
    }
    return std::max<std::ptrdiff_t>(total, 1);
}

void Outbox::took(std::size_t bytes) {
    held_ = 0;
    bytes_ -= bytes;
    sent_bytes_ += bytes;
    while (bytes > 0) {
        auto& entry = entries_[first_];
        auto const left = entry.bytes->size() - offset_;
        if (bytes < left) {
            offset_ += bytes;
            return;
        }
        bytes -= left;
        offset_ = 0;
        entry.bytes.reset();
        ++first_;
        ++sent_frames_;
    }
    if (!empty()) return;
    first_ = 0;
    if (entries_.capacity() > 8)
        std::vector<Entry>{}.swap(entries_);
    else
        entries_.clear();
}

void Outbox::push(Entry entry) {
    if (first_ > kKeepEntries && first_ > entries_.size() / 2) {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    bytes_ += entry.bytes->size();
    entries_.push_back(std::move(entry));
}

/// Where what may still be changed begins.
std::size_t Outbox::first_untouched() const {
    auto at = first_;
    auto kept = held_ + offset_;
    while (at < entries_.size() && kept > 0) {
        kept -= std::min(kept, entries_[at].bytes->size());
        ++at;
    }
    return at;
}

bool Outbox::replace(Entry entry) {
    for (auto at = first_untouched(); at < entries_.size(); ++at) {
        if (entries_[at].collapse != entry.collapse) continue;
        bytes_ -= entries_[at].bytes->size();
        if (entry.seq > 0) {
            entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
            push(std::move(entry));
        } else {
            bytes_ += entry.bytes->size();
            entries_[at] = std::move(entry);
        }
        return true;
    }
    return false;
}

std::optional<std::int64_t> Outbox::drop_unsent() {
    std::optional<std::int64_t> first;
    auto const from = first_untouched();
    for (auto at = from; at < entries_.size(); ++at) {
        bytes_ -= entries_[at].bytes->size();
        if (!first && entries_[at].seq > 0) first = entries_[at].seq;
    }
    entries_.resize(from);
    return first;
}

}   // namespace waqtor::realtime
