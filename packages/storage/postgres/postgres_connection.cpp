#include "storage/postgres/postgres_connection.hpp"

#include "storage/sql/dialect.hpp"

#include <charconv>
#include <cstdlib>

namespace waqtor::postgres {
namespace {

// One writing transaction at a time, whatever program it comes from, as in SQLite (docs/adr/0010).
constexpr auto kBeginWrite = "BEGIN; SELECT pg_advisory_xact_lock(7234017283807667301)";
// Tables that hold something, of which the server has no statistics.
constexpr auto kNewTables = R"sql(
    SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relpages = 0
       AND pg_relation_size(oid) >= 4 * current_setting('block_size')::bigint)sql";
constexpr auto kLost = "The connection to the database was lost; whether this was stored is not known";

struct Meaning {
    std::string_view sqlstate;   // or its first two characters, the class (PostgreSQL manual, appendix A)
    Code code;
    std::string_view message;
};
constexpr std::array kMeanings{
    Meaning{"23505", Code::conflict, "It exists already"},
    Meaning{"23503", Code::conflict, "It refers to something that does not exist, or is referred to"},
    Meaning{"22021", Code::invalid, "The text is not UTF-8"},
    Meaning{"53100", Code::storage_full, "The disk is full; nothing was written"},
    Meaning{"53", Code::unavailable, "The database server lacks resources"},
    Meaning{"57014", Code::busy, "The database took too long"},
    Meaning{"57P", Code::unavailable, "The database server is shutting down or starting"},
    Meaning{"40", Code::busy, "The database is busy; try again"},
    Meaning{"55P03", Code::busy, "The database is busy; try again"},
    Meaning{"08P01", Code::internal, "The database refused a statement"},   // a wrong number of arguments
    Meaning{"08", Code::unavailable, kLost},
    Meaning{"25P03", Code::unavailable, kLost},
    Meaning{"", Code::internal, "The database refused a statement"},
};

int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/// Rows arrive as text: https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES
class ResultRow final : public sql::Row {
public:
    ResultRow(Libpq const& pq, PGresult const* result) : pq_{pq}, result_{result} {}
    void go_to(int row) { row_ = row; }

    int columns() const override { return pq_.PQnfields(result_); }
    bool is_null(int column) const override { return pq_.PQgetisnull(result_, row_, column) != 0; }
    std::int64_t integer(int column) const override {
        auto const digits = text(column);
        if (digits == "t" || digits == "f") return digits == "t";   // a comparison or EXISTS
        std::int64_t out = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), out);
        return out;
    }
    double real(int column) const override { return std::strtod(pq_.PQgetvalue(result_, row_, column), nullptr); }
    std::string_view text(int column) const override {
        return {pq_.PQgetvalue(result_, row_, column), static_cast<std::size_t>(pq_.PQgetlength(result_, row_, column))};
    }
    Bytes bytes(int column) const override {
        auto hex = text(column);
        if (!hex.starts_with("\\x")) return {};
        hex.remove_prefix(2);
        Bytes out(hex.size() / 2);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<std::uint8_t>(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
        return out;
    }

private:
    Libpq const& pq_;
    PGresult const* result_;
    int row_ = 0;
};

/// Arguments in the shape libpq takes: numbers and texts as text, bytes as they are.
class Parameters {
public:
    explicit Parameters(std::span<sql::Argument const> arguments) {
        texts_.reserve(arguments.size());   // values_ points into it
        for (auto const& argument : arguments) std::visit([this](auto const& value) { add(value); }, argument);
    }
    int count() const { return static_cast<int>(values_.size()); }
    char const* const* values() const { return values_.data(); }
    int const* lengths() const { return lengths_.data(); }
    int const* formats() const { return formats_.data(); }

private:
    void add(std::monostate) { put(nullptr, 0, 0); }
    void add(std::int64_t number) { add(texts_.emplace_back(std::to_string(number))); }
    void add(double number) { add(texts_.emplace_back(fmt::format("{}", number))); }
    void add(std::string const& text) { put(text.c_str(), text.size(), 0); }
    void add(std::string_view text) { add(texts_.emplace_back(text)); }   // libpq wants its texts to end in zero
    void add(BytesView bytes) { put(bytes.empty() ? "" : reinterpret_cast<char const*>(bytes.data()), bytes.size(), 1); }
    void put(char const* value, std::size_t length, int format) {
        values_.push_back(value);
        lengths_.push_back(static_cast<int>(length));
        formats_.push_back(format);
    }
    std::vector<std::string> texts_;
    std::vector<char const*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

}   // namespace

/// The server's main message names constraints, never values; its DETAIL would show the row, so it is left out.
Result<void> PostgresConnection::expect(PGresult const* result) const {
    if (auto const status = pq_.PQresultStatus(result); status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    if (!usable()) return fail_with_cause(Code::unavailable, kLost, pq_.PQerrorMessage(handle_.get()));
    auto const field = [&](int code) {
        auto const* text = pq_.PQresultErrorField(result, code);
        return std::string_view{text ? text : ""};
    };
    auto const state = field(PG_DIAG_SQLSTATE);
    auto const& meaning = *std::ranges::find_if(kMeanings, [&](auto const& row) { return state.starts_with(row.sqlstate); });
    return fail_with_cause(meaning.code, std::string{meaning.message},
                           fmt::format("postgresql {}: {}", state, field(PG_DIAG_MESSAGE_PRIMARY)));
}

Result<std::string> PostgresConnection::prepared(std::string_view text) {
    if (auto const* name = names_.find(text)) return *name;
    TRY_OK(settle());   // PQprepare waits, which pipeline mode does not allow
    // Dropped names stay in the server: rare, and bounded by the number of texts built at run time.
    auto name = fmt::format("w{}", next_name_++);
    TRY_OK(expect(own(pq_.PQprepare(handle_.get(), name.c_str(), std::string{text}.c_str(), 0, nullptr)).get()));
    return names_.keep(text, std::move(name));
}

Result<void> PostgresConnection::post(std::string_view text, std::span<sql::Argument const> arguments,
                                      std::optional<Error> unless_changing) {
    TRY(auto const name, prepared(text));
    Parameters const parameters{arguments};
    if (posted_.empty()) pq_.PQenterPipelineMode(handle_.get());
    if (pq_.PQsendQueryPrepared(handle_.get(), name.c_str(), parameters.count(), parameters.values(), parameters.lengths(),
                                parameters.formats(), 0) == 0)
        return fail_with_cause(Code::unavailable, kLost, pq_.PQerrorMessage(handle_.get()));
    posted_.push_back(std::move(unless_changing));
    return {};
}

/// Takes the answers to what was posted and gives the last one. After a failure the server passes over what follows it.
/// https://www.postgresql.org/docs/15/libpq-pipeline-mode.html
Result<ResultHandle> PostgresConnection::answers() {
    Result<void> outcome;
    auto last = own(nullptr);
    auto* const handle = handle_.get();
    if (pq_.PQpipelineSync(handle) == 0) outcome = fail_with_cause(Code::unavailable, kLost, pq_.PQerrorMessage(handle));
    for (auto& unless_changing : std::exchange(posted_, {})) {
        last = own(pq_.PQgetResult(handle));
        if (outcome) outcome = expect(last.get());
        if (outcome && unless_changing && std::string_view{pq_.PQcmdTuples(last.get())} == "0")
            outcome = std::unexpected(*std::move(unless_changing));
        if (last) own(pq_.PQgetResult(handle));   // none: where this statement's answers end
    }
    own(pq_.PQgetResult(handle));   // that of the sync
    pq_.PQexitPipelineMode(handle);
    if (!outcome) return std::unexpected(std::move(outcome).error());
    return last;
}

Result<void> PostgresConnection::settle() {
    if (!posted_.empty()) TRY_OK(answers());
    return {};
}

Result<std::int64_t> PostgresConnection::run(std::string_view text, std::span<sql::Argument const> arguments, sql::RowSink sink) {
    TRY_OK(post(text, arguments, {}));
    TRY(auto const result, answers());
    if (sink.take) {
        ResultRow row{pq_, result.get()};
        for (int i = 0, count = pq_.PQntuples(result.get()); i < count; ++i) {
            row.go_to(i);
            TRY_OK(sink.take(sink.state, row));
        }
    }
    auto const changed = std::string_view{pq_.PQcmdTuples(result.get())};
    std::int64_t rows = 0;
    if (pq_.PQresultStatus(result.get()) == PGRES_COMMAND_OK || text.contains("RETURNING"))
        std::from_chars(changed.data(), changed.data() + changed.size(), rows);
    return rows;
}

Result<void> PostgresConnection::script(std::string const& text) {
    TRY_OK(settle());
    return expect(own(pq_.PQexec(handle_.get(), text.c_str())).get());
}

/// As long as the server has no statistics of a table it takes a workspace for one row or two, and of the indexes that begin with
/// it the smallest: looking for one contact then reads all of them. It would count the table by itself a minute later, when a
/// shop's first import is over. Should this fail, it still does.
void PostgresConnection::count_new_tables() {
    auto const now = std::chrono::steady_clock::now();
    if (now < counted_ + new_tables_) return;
    counted_ = now;
    std::optional<std::string> tables;
    auto take = [](void* state, sql::Row const& row) {
        return sql::read_row(row, *static_cast<std::optional<std::string>*>(state));
    };
    if (run(kNewTables, {}, {&tables, take}) && tables) std::ignore = script("ANALYZE (SKIP_LOCKED) " + *tables);
}

Result<void> PostgresConnection::begin(sql::Access access) {
    if (access == sql::Access::read) return script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    count_new_tables();
    auto begun = script(kBeginWrite);
    if (!begun) rollback();   // it may have begun, and waited in vain for its turn
    return begun;
}

Result<void> PostgresConnection::keep_part() {
    // Once it is released it cannot be undone: what the server would not take for a failure has to be known before.
    if (std::ranges::any_of(posted_, [](auto const& unless_changing) { return unless_changing.has_value(); })) TRY_OK(settle());
    TRY_OK(run("RELEASE part", {}, {}));
    return {};
}

Result<void> PostgresConnection::undo_part() {
    std::ignore = settle();   // its failure is known, or is undone as well
    if (!in_transaction()) return fail(Code::unavailable, kLost);
    return script("ROLLBACK TO part; RELEASE part");
}

/// COMMIT of a transaction that had an error is answered with ROLLBACK, and no error.
Result<void> PostgresConnection::commit() {
    TRY_OK(settle());
    if (pq_.PQtransactionStatus(handle_.get()) == PQTRANS_INERROR)
        return fail(Code::internal, "The transaction had failed before it was committed");
    return script("COMMIT");
}

void PostgresConnection::rollback() {
    std::ignore = settle();
    if (in_transaction()) std::ignore = script("ROLLBACK");
}

bool PostgresConnection::in_transaction() const {
    auto const status = pq_.PQtransactionStatus(handle_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

sql::Dialect const& PostgresConnection::dialect() const { return sql::kPostgres; }

Result<void> PostgresConnection::backup(std::filesystem::path const&) {
    return fail(Code::not_implemented, "A PostgreSQL database is backed up with pg_dump, not by WaQtor");
}

Result<void> PostgresConnection::quick_check() {
    return fail(Code::not_implemented, "A PostgreSQL database is checked with pg_amcheck, not by WaQtor");
}

}   // namespace waqtor::postgres
