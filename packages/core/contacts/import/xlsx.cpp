#include "core/contacts/import/table.hpp"

#include "core/base/utf8.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

// ECMA-376: the first sheet's cells, with the table of shared texts. Entities, external parts and formulas are not followed.

namespace waqtor::import {
namespace {

constexpr std::size_t kMostUnpacked = 256U << 20U;   // of all parts that are read
constexpr std::size_t kMostText = 64U << 20U;        // of all texts that are kept

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

Result<Archive> open_package(std::string const& bytes) {
    Archive zip{archive_read_new(), archive_read_free};
    archive_read_support_format_zip(zip.get());
    if (archive_read_open_memory(zip.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return invalid("file", "is a damaged XLSX");
    return zip;
}

/// The next part's name; empty at the end.
Result<std::string> next_part(Archive const& zip) {
    archive_entry* entry = nullptr;
    auto const found = archive_read_next_header(zip.get(), &entry);
    if (found == ARCHIVE_EOF) return std::string{};
    if (found < ARCHIVE_WARN) return invalid("file", "is a damaged XLSX");
    auto const* path = archive_entry_pathname_utf8(entry);
    return std::string{path != nullptr && *path != '\0' ? path : "?"};
}

std::string_view local(std::string_view name) { return name.substr(name.find(':') == name.npos ? 0 : name.find(':') + 1); }

/// Runs expat over the part that is to be read next; `Handler` has begin(name, attributes), text(view), end(name), and may set
/// `problem`. `unpacked` counts what all parts unpack to.
template <class Handler> Result<void> parse(Archive const& zip, std::size_t& unpacked, Handler& handler) {
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
    std::array<char, 65536> part{};
    for (auto more = true; more && handler.problem.empty();) {
        auto const got = archive_read_data(zip.get(), part.data(), part.size());
        if (got < 0) return invalid("file", "is a damaged or protected XLSX");
        more = got > 0;
        if ((unpacked += static_cast<std::size_t>(got)) > kMostUnpacked) return invalid("file", "unpacks to more than 256 MiB");
        if (XML_Parse(parser.get(), part.data(), static_cast<int>(got), more ? 0 : 1) == XML_STATUS_ERROR &&
            handler.problem.empty())
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
        if (name == "si") {
            all.emplace_back();
            count(sizeof(std::string));
        }
        if (name == "t") inside = true;
        if (name == "rPh") ++phonetic;
    }
    void end(std::string_view name) {
        if (name == "t") inside = false;
        if (name == "rPh") --phonetic;
    }
    void text(std::string_view more) {
        if (!inside || phonetic != 0 || all.empty()) return;
        // One byte more than a cell may have shows that it has too much.
        auto const room = kMostCell + 1 - std::min(all.back().size(), kMostCell + 1);
        all.back() += more.substr(0, room);
        count(std::min(more.size(), room));
    }
    void count(std::size_t bytes) {
        if ((total += bytes) > kMostText) problem = "has more than 64 MiB of text";
    }
    std::size_t total = 0;
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
    std::vector<Row> rows;
    std::string problem;

    void begin(std::string_view name, char const** attributes) {
        if (name == "row") {
            auto const number = std::strtoll(std::string{attribute(attributes, "r")}.c_str(), nullptr, 10);
            line_ = number > 0 ? number : line_ + 1;
            row_ = {line_, {}, {}};
            column_ = 0;
        } else if (name == "c") {
            if (auto const place = attribute(attributes, "r"); !place.empty()) column_ = column_of(place);
            type_ = attribute(attributes, "t");
            value_.clear();
        } else if (name == "v" || name == "t")
            inside_ = true;
    }
    void end(std::string_view name) {
        if (name == "v" || name == "t") inside_ = false;
        if (name == "c") end_cell();
        if (name == "row") end_row();
    }
    void text(std::string_view more) {
        if (inside_ && value_.size() <= kMostCell) value_ += more.substr(0, kMostCell + 1 - value_.size());
    }

private:
    void end_cell() {
        if (!value_.empty() && column_ >= kMostColumns) row_.problem = fmt::format("has more than {} columns", kMostColumns);
        if (!value_.empty() && column_ < kMostColumns) {
            if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
            auto cell = shown();
            if (cell.size() > kMostCell) {
                row_.problem = too_long();
                cell.resize(beginning(cell, kMostCell).size());
            }
            total_ += cell.size();
            row_.cells[column_] = std::move(cell);
        }
        ++column_;
    }
    /// A text that a thousand cells share stands in the file once and here a thousand times.
    void end_row() {
        if (row_.problem.empty() && std::ranges::all_of(row_.cells, &std::string::empty)) return;
        total_ += sizeof(Row) + row_.cells.size() * sizeof(std::string);
        if (total_ > 2 * kMostText) problem = "unpacks to more than 128 MiB of rows";
        if (rows.size() >= kMostRows) problem = fmt::format("has more than {} rows", kMostRows);
        rows.push_back(std::move(row_));
    }
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
    Row row_;
    std::int64_t line_ = 0;
    std::size_t column_ = 0;
    std::size_t total_ = 0;
    std::string type_;
    std::string value_;
    bool inside_ = false;
};

class SheetRows final : public Rows {
public:
    explicit SheetRows(std::vector<Row> rows) : rows_{std::move(rows)} {}
    Result<bool> next(Row& row) override {
        if (at_ == rows_.size()) return false;
        row = std::move(rows_[at_++]);
        return true;
    }

private:
    std::vector<Row> rows_;
    std::size_t at_ = 0;
};

/// The first sheet: sheet1 where there is one, else the first by name.
bool is_before(std::string const& sheet, std::string const& other) {
    constexpr std::string_view kUsual = "xl/worksheets/sheet1.xml";
    return other.empty() || (other != kUsual && (sheet == kUsual || sheet < other));
}
}   // namespace

Result<std::unique_ptr<Rows>> xlsx_rows(std::string const& bytes) {
    // Texts may stand behind the sheet that needs them, so the package is gone through twice.
    std::size_t unpacked = 0;
    SharedTexts texts;
    std::string chosen;
    TRY(auto const look, open_package(bytes));
    for (;;) {
        TRY(auto const part, next_part(look));
        if (part.empty()) break;
        if (part == "xl/sharedStrings.xml") TRY_OK(parse(look, unpacked, texts));
        if (part.starts_with("xl/worksheets/sheet") && part.ends_with(".xml") && is_before(part, chosen)) chosen = part;
    }
    if (chosen.empty()) return invalid("file", "is a ZIP file, but not a spreadsheet (XLSX)");
    Sheet sheet{texts.all};
    TRY(auto const read, open_package(bytes));
    for (std::string part; part != chosen;) {
        TRY(part, next_part(read));
        if (part.empty()) return invalid("file", "is a damaged XLSX");
    }
    TRY_OK(parse(read, unpacked, sheet));
    if (sheet.rows.empty()) return invalid("file", "has no rows in its first sheet");
    return std::make_unique<SheetRows>(std::move(sheet.rows));
}

}   // namespace waqtor::import
