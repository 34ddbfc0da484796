#include "storage/sql/dialect.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace waqtor::sql {
namespace {

struct Word {
    std::string_view sqlite;
    std::string_view postgres;
};
constexpr std::array kWords{
    Word{"INTEGER", "BIGINT"},
    Word{"BLOB", "BYTEA"},
    Word{"REAL", "DOUBLE PRECISION"},
    Word{"TEXT", "TEXT COLLATE \"C\""},
    Word{"STRICT", ""},
    Word{"WITHOUT", ""},
    Word{"ROWID", ""},
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// "STRICT, WITHOUT ROWID" leaves a lone comma behind the table's closing parenthesis.
void drop_comma_after_table(std::string& out) {
    auto const last = out.find_last_not_of(" \n");
    if (last != out.npos && out[last] == ',' && out.find_last_not_of(" \n", last - 1) != out.npos &&
        out[out.find_last_not_of(" \n", last - 1)] == ')')
        out.erase(last, 1);
}

std::string to_postgres(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    while (!text.empty()) {
        auto const length = text.starts_with("--") ? std::min(text.find('\n'), text.size())
                            : is_word(text.front())
                                ? static_cast<std::size_t>(std::ranges::find_if_not(text, is_word) - text.begin())
                                : std::size_t{1};
        auto const token = text.substr(0, length);
        auto const word = std::ranges::find(kWords, token, &Word::sqlite);
        if (token == "WITHOUT") drop_comma_after_table(out);
        out += word == kWords.end() ? token : word->postgres;
        text.remove_prefix(length);
    }
    return out;
}

std::string unchanged(std::string_view text) { return std::string{text}; }

}   // namespace

Dialect const kSqlite{
    .name = "sqlite",
    .count_tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1",
    .list_columns = R"sql(
        SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' ORDER BY tables.name, columns.cid)sql",
    .lock_migrations = "",
    .translate = unchanged,
};

Dialect const kPostgres{
    .name = "postgresql",
    .count_tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1",
    .list_columns = R"sql(
        SELECT table_name, column_name FROM information_schema.columns
         WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position)sql",
    .lock_migrations = "SELECT pg_advisory_xact_lock(7234017283807667300)",
    .translate = to_postgres,
};

}   // namespace waqtor::sql
