#include "core/contacts/import/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// RFC 4180, and what spreadsheets make of it: other delimiters, a `sep=` line, quotes in unquoted cells, any line ending.

namespace waqtor::import {
namespace {

class Reader {
public:
    Reader(std::string_view text, char delimiter) : text_{text}, delimiter_{delimiter} {}

    bool at_end() const { return at_ >= text_.size(); }
    std::int64_t line() const { return line_; }

    Result<std::vector<std::string>> next() {
        std::vector<std::string> cells;
        for (;;) {
            TRY(auto cell, read_cell());
            cells.push_back(std::move(cell));
            if (cells.size() > kMostColumns)
                return invalid("file", fmt::format("line {} has more than {} columns", line_, kMostColumns));
            if (at_end()) return cells;
            auto const c = text_[at_++];
            if (c == delimiter_) continue;
            if (c == '\r' && !at_end() && text_[at_] == '\n') ++at_;
            ++line_;
            return cells;
        }
    }

private:
    Result<std::string> read_cell() {
        std::string out;
        if (!at_end() && text_[at_] == '"') {
            TRY_OK(read_quoted(out));
        }
        while (!at_end() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') {
            out += text_[at_++];
            if (out.size() > kMostCell) return too_long();
        }
        auto const first = out.find_first_not_of(" \t");
        if (first == out.npos) return std::string{};
        return out.substr(first, out.find_last_not_of(" \t") - first + 1);
    }
    Result<void> read_quoted(std::string& out) {
        auto const began = line_;
        ++at_;
        for (;;) {
            if (at_end()) return invalid("file", fmt::format("the quote that opens on line {} is never closed", began));
            auto const c = text_[at_++];
            if (c == '"') {
                if (at_end() || text_[at_] != '"') return {};
                ++at_;
            }
            if (c == '\n') ++line_;
            out += c;
            if (out.size() > kMostCell) return too_long();
        }
    }
    std::unexpected<Error> too_long() const {
        return invalid("file",
                       fmt::format("line {} has a cell of more than {} bytes; is it really a list of people?", line_, kMostCell));
    }

    std::string_view text_;
    char delimiter_;
    std::size_t at_ = 0;
    std::int64_t line_ = 1;
};

/// The one that stands most often in the first line, outside of quotes.
char delimiter_of(std::string_view text) {
    std::array<std::pair<char, std::size_t>, 4> counts{{{',', 0}, {';', 0}, {'\t', 0}, {'|', 0}}};
    auto quoted = false;
    for (auto c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '\n' || c == '\r')) break;
        if (quoted) continue;
        for (auto& [delimiter, count] : counts) count += c == delimiter ? 1 : 0;
    }
    return std::ranges::max_element(counts, {}, &std::pair<char, std::size_t>::second)->first;
}
}   // namespace

Result<Table> read_csv(Utf8 text) {
    auto body = std::string_view{text.text};
    auto skipped = 0;
    auto delimiter = delimiter_of(body);
    if (body.size() > 5 && (body.starts_with("sep=") || body.starts_with("SEP="))) {
        delimiter = body[4];
        body.remove_prefix(std::min(body.find('\n') + 1, body.size()));
        skipped = 1;
    }
    Table out{.format = "csv", .encoding = std::move(text.encoding), .header = {}, .rows = {}};
    Reader reader{body, delimiter};
    while (!reader.at_end()) {
        auto const line = reader.line() + skipped;
        TRY(auto cells, reader.next());
        if (std::ranges::all_of(cells, &std::string::empty)) continue;
        if (out.rows.size() >= kMostRows) return invalid("file", fmt::format("has more than {} rows", kMostRows));
        out.rows.push_back({line, std::move(cells)});
    }
    if (out.rows.empty()) return invalid("file", "has no rows");
    out.header = out.rows.front().cells;   // the columns decide whether it is one
    return out;
}

}   // namespace waqtor::import
