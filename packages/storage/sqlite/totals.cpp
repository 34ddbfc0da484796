#include "storage/sqlite/totals.hpp"

namespace waqtor::sqlite {
namespace {
void append(std::string& out, std::string_view bytes) { out += std::to_string(bytes.size()) + ':' + std::string{bytes}; }

struct Writer {
    std::string& out;
    void operator()(std::monostate) const { out += 'n'; }
    void operator()(std::int64_t number) const { out += 'i' + std::to_string(number); }
    void operator()(double number) const { append(out += 'd', {reinterpret_cast<char const*>(&number), sizeof number}); }
    void operator()(std::string_view text) const { append(out += 't', text); }
    void operator()(std::string const& text) const { append(out += 't', text); }
    void operator()(BytesView bytes) const { append(out += 'b', {reinterpret_cast<char const*>(bytes.data()), bytes.size()}); }
};
}   // namespace

Result<void> Totals::notice(sqlite3* handle) {
    // BEGIN alone does not read yet, and the version is that of the last time something was read.
    if (sqlite3_txn_state(handle, "main") == SQLITE_TXN_NONE) TRY_OK(execute(handle, "SELECT 1 FROM sqlite_schema LIMIT 1"));
    unsigned version = 0;
    if (auto const code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_DATA_VERSION, &version); code != SQLITE_OK)
        return error_of(handle, code);
    if (std::exchange(version_, version) != version) known_.clear();
    return {};
}

std::string Totals::name_of(std::string_view sql, std::span<sql::Argument const> arguments) {
    std::string out;
    append(out, sql);
    for (auto const& argument : arguments) std::visit(Writer{out}, argument);
    return out;
}

}   // namespace waqtor::sqlite
