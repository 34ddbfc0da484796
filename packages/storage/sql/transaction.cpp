#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
/// PostgreSQL cannot hold U+0000 in text, so SQLite must not either.
bool has_nul(Argument const& argument) {
    if (auto const* view = std::get_if<std::string_view>(&argument)) return view->contains('\0');
    if (auto const* text = std::get_if<std::string>(&argument)) return text->contains('\0');
    return false;
}
}   // namespace

Result<void> Transaction::check(std::span<Argument const> arguments) {
    if (!failure_ && std::ranges::any_of(arguments, has_nul))
        failure_ = Error{.code = Code::invalid, .message = "A text with the character U+0000 cannot be stored"};
    return failure_ ? Result<void>{std::unexpected(*failure_)} : Result<void>{};
}

Result<std::int64_t> Transaction::run(std::string_view sql, std::span<Argument const> arguments, RowSink sink) {
    TRY_OK(check(arguments));
    auto outcome = connection_.run(sql, arguments, sink);
    if (!outcome) failure_ = outcome.error();
    return outcome;
}

Result<void> Transaction::post_of(std::string_view sql, std::span<Argument const> arguments, std::optional<Error> unless_changing) {
    TRY_OK(check(arguments));
    auto outcome = connection_.post(sql, arguments, std::move(unless_changing));
    if (!outcome) failure_ = outcome.error();
    return outcome;
}

}   // namespace waqtor::sql
