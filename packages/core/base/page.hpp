#pragma once
#include <cstdint>
#include <vector>

namespace waqtor {

/// Which part of a list is wanted.
struct PageRequest {
    std::int64_t limit = 50;
    std::int64_t offset = 0;
};

/// A part of a list. The API shows it as `data` with `pagination` {total, limit, offset, hasMore}.
template <class T> struct Page {
    std::vector<T> items;
    std::int64_t total = 0;
    std::int64_t limit = 0;
    std::int64_t offset = 0;

    bool has_more() const { return offset + static_cast<std::int64_t>(items.size()) < total; }
};

}   // namespace waqtor
