#include "storage/sql/value.hpp"

namespace waqtor::sql::detail {

std::unexpected<Error> unreadable(int column, std::string_view why) {
    return fail_with_cause(Code::internal, "A stored value cannot be read", fmt::format("column {} {}", column, why));
}

std::unexpected<Error> wrong_arity(int wanted, int got) {
    return fail_with_cause(Code::internal, "A stored row cannot be read", fmt::format("{} columns wanted, {} found", wanted, got));
}

std::size_t count_plain_texts(std::string_view list) {
    return list == "[]" ? 0 : static_cast<std::size_t>(std::ranges::count(list, '"')) / 2;
}

bool read_plain_list(std::string_view text, std::vector<std::string>& out) {
    std::vector<std::string> found;
    found.reserve(count_plain_texts(text));
    if (!each_plain_text(text, [&](std::string_view item) { found.emplace_back(item); })) return false;
    out = std::move(found);
    return true;
}

}   // namespace waqtor::sql::detail
