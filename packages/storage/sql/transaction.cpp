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

Result<std::int64_t> Transaction::run(std::string_view sql, std::span<Argument const> arguments, RowSink sink) {
    if (failure_) return std::unexpected(*failure_);
    Result<std::int64_t> outcome = 0;
    if (std::ranges::any_of(arguments, has_nul))
        outcome = fail(Code::invalid, "A text with the character U+0000 cannot be stored");
    else
        outcome = connection_.run(sql, arguments, sink);
    if (!outcome) failure_ = outcome.error();
    return outcome;
}

Result<void> Transaction::insert(std::string_view table, std::string_view columns, std::string_view values,
                                 std::span<Argument const> arguments) {
    TRY_OK(run(fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, values), arguments, {}));
    return {};
}

}   // namespace waqtor::sql
