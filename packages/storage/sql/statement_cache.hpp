#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

namespace waqtor::sql {

/// Prepared statements of one connection, by their text. Bounded: the product has a few hundred texts; should something build more,
/// all are dropped and prepared anew.
template <class Prepared> class StatementCache {
public:
    Prepared* find(std::string_view sql) {
        auto const found = statements_.find(sql);
        return found == statements_.end() ? nullptr : &found->second;
    }
    /// The statement stays where it is until the next keep() or clear().
    Prepared& keep(std::string_view sql, Prepared prepared) {
        if (statements_.size() >= kMost) statements_.clear();
        return statements_.insert_or_assign(std::string{sql}, std::move(prepared)).first->second;
    }
    std::size_t size() const { return statements_.size(); }
    void clear() { statements_.clear(); }
    static constexpr std::size_t kMost = 512;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, Prepared, Hash, std::equal_to<>> statements_;
};

}   // namespace waqtor::sql
