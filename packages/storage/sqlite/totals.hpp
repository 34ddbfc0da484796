#pragma once
#include "storage/sql/value.hpp"
#include "storage/sqlite/handle.hpp"

#include <unordered_map>

namespace waqtor::sqlite {

/// What a reading connection has counted, for as long as nobody writes: a page shows how many rows there are beside it, and
/// counting them can cost more than reading the page. SQLite says whether the file has changed, whoever changed it.
class Totals {
public:
    /// The same answer as counting now; `count` counts. Within a transaction.
    template <class F>
    Result<std::int64_t> of(sqlite3* handle, std::string_view sql, std::span<sql::Argument const> arguments, F const& count) {
        TRY_OK(notice(handle));
        auto name = name_of(sql, arguments);
        if (auto const found = known_.find(name); found != known_.end()) return found->second;
        TRY(auto const counted, count());
        if (known_.size() >= kMost) known_.clear();
        known_.emplace(std::move(name), counted);
        return counted;
    }

private:
    static constexpr std::size_t kMost = 256;

    /// Forgets everything if the database is not the one that was counted.
    Result<void> notice(sqlite3* handle);
    static std::string name_of(std::string_view sql, std::span<sql::Argument const> arguments);

    unsigned version_ = 0;
    std::unordered_map<std::string, std::int64_t> known_;
};

}   // namespace waqtor::sqlite
