#include "storage/sqlite/statement.hpp"

namespace waqtor::sqlite {
namespace {

/// Asks SQLite for each value once: its sqlite3_column_* functions take the connection's mutex every time, its sqlite3_value_* ones
/// do not, and a connection belongs to one thread here.
class StatementRow final : public sql::Row {
public:
    explicit StatementRow(sqlite3_stmt* statement) : statement_{statement} {}
    int columns() const override { return sqlite3_column_count(statement_); }
    bool is_null(int column) const override { return sqlite3_value_type(at(column)) == SQLITE_NULL; }
    std::int64_t integer(int column) const override { return sqlite3_value_int64(at(column)); }
    double real(int column) const override { return sqlite3_value_double(at(column)); }
    std::string_view text(int column) const override {
        auto const* text = reinterpret_cast<char const*>(sqlite3_value_text(at(column)));
        return text ? std::string_view{text, size(column)} : std::string_view{};
    }
    Bytes bytes(int column) const override {
        auto const* data = static_cast<std::uint8_t const*>(sqlite3_value_blob(at(column)));
        return data ? Bytes(data, data + size(column)) : Bytes{};
    }
    /// Another row is there.
    void moved() { column_ = -1; }

private:
    sqlite3_value* at(int column) const {
        if (std::exchange(column_, column) != column) value_ = sqlite3_column_value(statement_, column);
        return value_;
    }
    std::size_t size(int column) const { return static_cast<std::size_t>(sqlite3_value_bytes(at(column))); }

    sqlite3_stmt* statement_;
    mutable int column_ = -1;
    mutable sqlite3_value* value_ = nullptr;
};

struct Binder {
    sqlite3_stmt* statement;
    int place;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, place); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, place, number); }
    int operator()(double number) const { return sqlite3_bind_double(statement, place, number); }
    // SQLITE_STATIC: the arguments outlive the run, and bindings are cleared after it. An empty view may have no address, which
    // SQLite would take for NULL.
    int operator()(std::string_view text) const {
        return sqlite3_bind_text64(statement, place, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(BytesView bytes) const {
        return sqlite3_bind_blob64(statement, place, bytes.data() ? static_cast<void const*>(bytes.data()) : "", bytes.size(),
                                   SQLITE_STATIC);
    }
    int operator()(std::string const& text) const { return (*this)(std::string_view{text}); }
};

std::unexpected<Error> wrong_statement(std::string why) {
    return fail_with_cause(Code::internal, "The database refused a statement", std::move(why));
}

}   // namespace

Result<Statement> Statement::prepare(sqlite3* handle, std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    auto const code =
        sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    Statement out{StatementHandle{raw}};
    if (code != SQLITE_OK) return error_of(handle, code);
    if (!raw) return wrong_statement("empty statement");
    auto const count = sqlite3_bind_parameter_count(raw);
    for (int i = 1; i <= count; ++i) {
        auto const place = sqlite3_bind_parameter_index(raw, fmt::format("${}", i).c_str());
        if (place == 0) return wrong_statement(fmt::format("placeholders are $1 to ${}, without gaps", count));
        out.place_of_.push_back(place);
    }
    return out;
}

Result<std::int64_t> Statement::run(std::span<sql::Argument const> arguments, sql::RowSink sink) {
    Result<std::int64_t> outcome = 0;
    if (auto bound = bind(arguments); !bound)
        outcome = std::unexpected(std::move(bound).error());
    else
        outcome = step_all(sink);
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    return outcome;
}

Result<void> Statement::bind(std::span<sql::Argument const> arguments) {
    if (arguments.size() != place_of_.size())
        return wrong_statement(fmt::format("{} arguments for {} placeholders", arguments.size(), place_of_.size()));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        auto const code = std::visit(Binder{statement_.get(), place_of_[i]}, arguments[i]);
        if (code != SQLITE_OK) return error_of(sqlite3_db_handle(statement_.get()), code);
    }
    return {};
}

Result<std::int64_t> Statement::step_all(sql::RowSink sink) {
    auto* const handle = sqlite3_db_handle(statement_.get());
    StatementRow row{statement_.get()};
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement_.get())) == SQLITE_ROW) {
        row.moved();
        if (sink.take) TRY_OK(sink.take(sink.state, row));
    }
    if (code != SQLITE_DONE) return error_of(handle, code);
    return sqlite3_stmt_readonly(statement_.get()) ? 0 : sqlite3_changes64(handle);
}

}   // namespace waqtor::sqlite
