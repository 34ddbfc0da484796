#include "core/contacts/import/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// RFC 4180, and what spreadsheets make of it: other delimiters, a `sep=` line, quotes in unquoted cells, any line ending.

namespace waqtor::import {
namespace {

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

std::string trimmed(std::string text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    text.erase(text.find_last_not_of(" \t") + 1);
    text.erase(0, first);
    return text;
}

class CsvRows final : public Rows {
public:
    explicit CsvRows(std::string text) : text_{std::move(text)} {
        if (text_.size() > 5 && (text_.starts_with("sep=") || text_.starts_with("SEP="))) {
            delimiter_ = text_[4];
            at_ = std::min(text_.find('\n'), text_.size() - 1) + 1;
            line_ = 2;
        } else
            delimiter_ = delimiter_of(text_);
    }

    Result<bool> next(Row& row) override {
        while (at_ < text_.size()) {
            read(row);
            if (row.problem.empty() && std::ranges::all_of(row.cells, &std::string::empty)) continue;
            if (++count_ > kMostRows) return too_many_rows();
            return true;
        }
        return false;
    }

private:
    void read(Row& row) {
        row = {line_, {}, {}};
        auto const began = at_;
        for (auto more = true; more; more = passes_delimiter()) {
            if (!read_cell(row)) return give_up_line(row, began);
            if (row.cells.size() <= kMostColumns) continue;
            row.cells.pop_back();
            row.problem = fmt::format("has more than {} columns", kMostColumns);
        }
    }
    /// Behind a delimiter there is another cell; behind the end of a line there is not.
    bool passes_delimiter() {
        if (at_ == text_.size()) return false;
        if (text_[at_] == delimiter_) {
            ++at_;
            return true;
        }
        passes_line_end();
        return false;
    }
    void passes_line_end() {
        auto const c = text_[at_++];
        if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
        ++line_;
    }
    bool ends_cell(std::size_t at) const {
        return at >= text_.size() || text_[at] == delimiter_ || text_[at] == '\n' || text_[at] == '\r';
    }

    /// False when its quote is never closed.
    bool read_cell(Row& row) {
        std::string cell;
        auto long_one = false;
        auto const take = [&](char c) {
            long_one = long_one || cell.size() >= kMostCell;
            if (!long_one) cell += c;
        };
        if (at_ < text_.size() && text_[at_] == '"' && !read_quoted(take)) return false;
        for (; !ends_cell(at_); ++at_) take(text_[at_]);
        if (long_one) row.problem = too_long();
        row.cells.push_back(trimmed(std::move(cell)));
        return true;
    }
    template <class F> bool read_quoted(F const& take) {
        auto const began = line_;
        ++at_;
        while (at_ < text_.size()) {
            auto const c = text_[at_++];
            if (c == '"') {
                if (at_ < text_.size() && text_[at_] == '"') {
                    ++at_;
                    take('"');
                    continue;
                }
                // A cell of several lines ends with its quote. Text behind it means that this one opens the next cell, and that
                // ours was forgotten lines before.
                return line_ == began || ends_cell(at_) || text_[at_] == ' ' || text_[at_] == '\t';
            }
            if (c == '\n' || (c == '\r' && (at_ == text_.size() || text_[at_] != '\n'))) ++line_;
            take(c);
        }
        return false;
    }
    /// Leaves out the line the row began on; the next line is read as if nothing had been.
    void give_up_line(Row& row, std::size_t began) {
        auto const end = std::min(text_.find_first_of("\r\n", began), text_.size());
        row.cells = {text_.substr(began, std::min(end - began, kMostCell))};
        row.problem = "has a quote that is never closed";
        at_ = end;
        line_ = row.line;
        if (at_ < text_.size()) passes_line_end();
    }

    std::string text_;
    char delimiter_ = ',';
    std::size_t at_ = 0;
    std::int64_t line_ = 1;
    std::size_t count_ = 0;
};
}   // namespace

std::unique_ptr<Rows> csv_rows(std::string text) { return std::make_unique<CsvRows>(std::move(text)); }

std::string too_long() { return fmt::format("has a cell of more than {} bytes", kMostCell); }

std::unexpected<Error> too_many_rows() { return invalid("file", fmt::format("has more than {} rows", kMostRows)); }

}   // namespace waqtor::import
