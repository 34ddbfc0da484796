#pragma once
#include <cstdint>
#include <type_traits>
#include <utility>
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

/// The same part of the list with every item turned into what `show` makes of it: rows into what the API shows.
template <class T, class F> auto map_page(Page<T> page, F const& show) -> Page<std::invoke_result_t<F const&, T>> {
    Page<std::invoke_result_t<F const&, T>> out{{}, page.total, page.limit, page.offset};
    out.items.reserve(page.items.size());
    for (auto& item : page.items) out.items.push_back(show(std::move(item)));
    return out;
}

}   // namespace waqtor
