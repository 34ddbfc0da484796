#include "storage/sql/value.hpp"

namespace waqtor::sql::detail {

std::unexpected<Error> unreadable(int column, std::string_view why) {
    return fail_with_cause(Code::internal, "A stored value cannot be read", fmt::format("column {} {}", column + 1, why));
}

std::unexpected<Error> wrong_arity(int wanted, int got) {
    return fail_with_cause(Code::internal, "A stored row cannot be read", fmt::format("{} columns wanted, {} found", wanted, got));
}

}   // namespace waqtor::sql::detail
