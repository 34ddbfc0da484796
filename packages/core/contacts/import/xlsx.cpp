#include "core/contacts/import/table.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>

// ECMA-376: the first sheet's cells, with the table of shared texts. Entities, external parts and formulas are not followed.

namespace waqtor::import {
namespace {

/// The parts of the package that matter. What they unpack to is bounded.
Result<std::map<std::string, std::string>> unpack(std::string const& bytes) {
    std::unique_ptr<archive, int (*)(archive*)> zip{archive_read_new(), archive_read_free};
    archive_read_support_format_zip(zip.get());
    if (archive_read_open_memory(zip.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return invalid("file", "is a damaged XLSX");
    std::map<std::string, std::string> out;
    std::size_t total = 0;
    for (archive_entry* entry = nullptr;;) {
        auto const found = archive_read_next_header(zip.get(), &entry);
        if (found == ARCHIVE_EOF) return out;
        if (found < ARCHIVE_WARN) return invalid("file", "is a damaged XLSX");
        auto const* path = archive_entry_pathname_utf8(entry);
        std::string const name = path != nullptr ? path : "";
        if (name != "xl/sharedStrings.xml" && !(name.starts_with("xl/worksheets/sheet") && name.ends_with(".xml"))) continue;
        auto& text = out[name];
        std::array<char, 65536> part{};
        for (;;) {
            auto const got = archive_read_data(zip.get(), part.data(), part.size());
            if (got < 0) return invalid("file", "is a damaged or protected XLSX");
            if (got == 0) break;
            text.append(part.data(), static_cast<std::size_t>(got));
            if ((total += static_cast<std::size_t>(got)) > 4 * kMostBytes) return invalid("file", "unpacks to more than 256 MiB");
        }
    }
}

std::string_view local(std::string_view name) { return name.substr(name.find(':') == name.npos ? 0 : name.find(':') + 1); }

/// Runs expat over one part; `Handler` has begin(name, attributes), text(view), end(name), and may set `problem`.
template <class Handler> Result<void> parse(std::string const& xml, Handler& handler) {
    std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser{XML_ParserCreate("UTF-8"), XML_ParserFree};
    XML_SetUserData(parser.get(), &handler);
    XML_SetElementHandler(
        parser.get(),
        [](void* self, char const* name, char const** attributes) { static_cast<Handler*>(self)->begin(local(name), attributes); },
        [](void* self, char const* name) { static_cast<Handler*>(self)->end(local(name)); });
    XML_SetCharacterDataHandler(parser.get(), [](void* self, char const* text, int size) {
        static_cast<Handler*>(self)->text({text, static_cast<std::size_t>(size)});
    });
    // No document type: nothing that could be expanded.
    XML_SetStartDoctypeDeclHandler(parser.get(), [](void* self, char const*, char const*, char const*, int) {
        static_cast<Handler*>(self)->problem = "has a document type, which spreadsheets never have";
    });
    for (std::size_t at = 0; at < xml.size() && handler.problem.empty(); at += 65536) {
        auto const size = std::min<std::size_t>(65536, xml.size() - at);
        if (XML_Parse(parser.get(), xml.data() + at, static_cast<int>(size), at + size == xml.size() ? 1 : 0) == XML_STATUS_ERROR)
            return invalid("file", "is a damaged XLSX");
    }
    if (!handler.problem.empty()) return invalid("file", handler.problem);
    return {};
}

std::string_view attribute(char const** attributes, std::string_view name) {
    for (; *attributes != nullptr; attributes += 2)
        if (name == *attributes) return attributes[1];
    return {};
}

struct SharedTexts {
    std::vector<std::string> all;
    std::string problem;
    bool inside = false;
    int phonetic = 0;
    void begin(std::string_view name, char const**) {
        if (name == "si") all.emplace_back();
        if (name == "t") inside = true;
        if (name == "rPh") ++phonetic;
    }
    void end(std::string_view name) {
        if (name == "t") inside = false;
        if (name == "rPh") --phonetic;
    }
    void text(std::string_view more) {
        if (inside && phonetic == 0 && !all.empty() && all.back().size() < kMostCell) all.back() += more;
    }
};

/// Excel keeps long numbers as 9.66501234567E11.
std::string plain_number(std::string const& text) {
    if (text.find_first_of(".eE") == text.npos) return text;
    auto* end = static_cast<char*>(nullptr);
    auto const number = std::strtod(text.c_str(), &end);
    if (end != text.c_str() + text.size() || number != std::floor(number) || std::abs(number) > 9e15) return text;
    return fmt::format("{:.0f}", number);
}

struct Sheet {
    explicit Sheet(std::vector<std::string> const& texts) : texts_{texts} {}
    std::vector<Table::Row> rows;
    std::string problem;

    void begin(std::string_view name, char const** attributes) {
        if (name == "row") {
            auto const number = std::strtoll(std::string{attribute(attributes, "r")}.c_str(), nullptr, 10);
            rows.push_back({number > 0 ? number : static_cast<std::int64_t>(rows.size()) + 1, {}});
            column_ = 0;
            if (rows.size() > kMostRows) problem = "has too many rows";
        } else if (name == "c") {
            if (auto const place = attribute(attributes, "r"); !place.empty()) column_ = column_of(place);
            type_ = attribute(attributes, "t");
            value_.clear();
        } else if (name == "v" || name == "t")
            inside_ = true;
    }
    void end(std::string_view name) {
        if (name == "v" || name == "t") inside_ = false;
        if (name != "c" || rows.empty()) return;
        auto& cells = rows.back().cells;
        if (column_ >= kMostColumns) {
            problem = fmt::format("row {} has more than {} columns", rows.back().line, kMostColumns);
            return;
        }
        if (!value_.empty()) {
            if (cells.size() <= column_) cells.resize(column_ + 1);
            cells[column_] = shown();
        }
        ++column_;
    }
    void text(std::string_view more) {
        if (inside_ && value_.size() < kMostCell) value_ += more;
    }

private:
    static std::size_t column_of(std::string_view place) {
        std::size_t out = 0;
        for (auto c : place) {
            if (c < 'A' || c > 'Z') break;
            out = std::min<std::size_t>(out * 26 + static_cast<std::size_t>(c - 'A') + 1, kMostColumns + 1);
        }
        return out == 0 ? 0 : out - 1;
    }
    std::string shown() const {
        if (type_ == "s") {
            auto const index = static_cast<std::size_t>(std::strtoul(value_.c_str(), nullptr, 10));
            return index < texts_.size() ? texts_[index] : std::string{};
        }
        if (type_ == "inlineStr" || type_ == "str") return value_;
        return plain_number(value_);
    }
    std::vector<std::string> const& texts_;
    std::size_t column_ = 0;
    std::string type_;
    std::string value_;
    bool inside_ = false;
};
}   // namespace

Result<Table> read_xlsx(std::string const& bytes) {
    TRY(auto const parts, unpack(bytes));
    auto const first = parts.lower_bound("xl/worksheets/");
    auto const sheet1 = parts.find("xl/worksheets/sheet1.xml");
    auto const chosen = sheet1 != parts.end() ? sheet1 : first;
    if (chosen == parts.end() || !chosen->first.starts_with("xl/worksheets/"))
        return invalid("file", "is a ZIP file, but not a spreadsheet (XLSX)");
    SharedTexts texts;
    if (auto const shared = parts.find("xl/sharedStrings.xml"); shared != parts.end()) TRY_OK(parse(shared->second, texts));
    Sheet sheet{texts.all};
    TRY_OK(parse(chosen->second, sheet));
    std::erase_if(sheet.rows, [](Table::Row const& row) { return std::ranges::all_of(row.cells, &std::string::empty); });
    if (sheet.rows.empty()) return invalid("file", "has no rows in its first sheet");
    return Table{.format = "xlsx", .encoding = "utf-8", .header = sheet.rows.front().cells, .rows = std::move(sheet.rows)};
}

}   // namespace waqtor::import
