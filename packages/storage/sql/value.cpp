#include "storage/sql/value.hpp"

namespace waqtor::sql::detail {

std::unexpected<Error> unreadable(int column, std::string_view why) {
    return fail_with_cause(Code::internal, "A stored value cannot be read", fmt::format("column {} {}", column + 1, why));
}

std::unexpected<Error> wrong_arity(int wanted, int got) {
    return fail_with_cause(Code::internal, "A stored row cannot be read", fmt::format("{} columns wanted, {} found", wanted, got));
}

bool read_plain_list(std::string_view text, std::vector<std::string>& out) {
    if (text == "[]") return out.clear(), true;
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
    std::vector<std::string> found;
    found.reserve(static_cast<std::size_t>(std::ranges::count(text, '"')) / 2);
    auto rest = text.substr(1, text.size() - 2);
    while (!rest.empty()) {
        if (!found.empty() && rest.front() != ',') return false;
        rest.remove_prefix(found.empty() ? 0 : 1);
        if (!rest.starts_with('"')) return false;
        std::size_t end = 1;
        for (; end < rest.size() && rest[end] != '"'; ++end)
            if (rest[end] == '\\' || static_cast<unsigned char>(rest[end]) < 0x20) return false;
        if (end == rest.size()) return false;
        found.emplace_back(rest.substr(1, end - 1));
        rest.remove_prefix(end + 1);
    }
    out = std::move(found);
    return true;
}

}   // namespace waqtor::sql::detail
