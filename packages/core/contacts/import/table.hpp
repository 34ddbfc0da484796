#pragma once
#include "core/base/result.hpp"

#include <memory>

namespace waqtor::import {

/// One line of a table, one card.
struct Row {
    std::int64_t line = 0;   // where it begins in the file, from 1; of a card its number
    std::vector<std::string> cells;
    std::string problem{};   // why it cannot be used, whatever its cells hold; empty when it can
};

/// The rows of a file, one after another. A row that is broken is named by its `problem`, and the rows after it are read.
class Rows {
public:
    virtual ~Rows() = default;
    /// False at the end. Code::invalid (field "file") when nothing more can be read.
    virtual Result<bool> next(Row& row) = 0;
};

/// A file of people as rows of text, whatever it was: a spreadsheet, a list of cards.
struct Table {
    std::string format;                  // csv, xlsx, vcard
    std::string encoding;                // utf-8, utf-16le, windows-1256, …
    std::vector<std::string> header{};   // of cards; in tables the first row may be one
    std::unique_ptr<Rows> rows;
};

inline constexpr std::size_t kMostBytes = 64U << 20U;   // of a file
inline constexpr std::size_t kMostCell = 32'768;        // bytes of one cell
inline constexpr std::size_t kMostColumns = 256;
inline constexpr std::size_t kMostRows = 1'000'000;
/// Several values in one cell, as Google writes them.
inline constexpr std::string_view kSeveral = " ::: ";

/// By what the bytes look like: ZIP is XLSX, BEGIN:VCARD is vCard, text is CSV with any common delimiter. Code::invalid (field
/// "file") for what cannot be read, empty files and files beyond the limits.
Result<Table> open_table(std::string bytes);

struct Utf8 {
    std::string text;   // without a byte order mark
    std::string encoding;
};
/// UTF-8, UTF-16 with or without a byte order mark, else Windows-1256 or 1252, whichever fits the text.
Result<Utf8> to_utf8(std::string bytes);

std::unique_ptr<Rows> csv_rows(std::string text);
std::unique_ptr<Rows> vcard_rows(std::string text);
std::vector<std::string> vcard_columns();
Result<std::unique_ptr<Rows>> xlsx_rows(std::string const& bytes);

/// What a row with such a cell is told.
std::string too_long();
std::unexpected<Error> too_many_rows();

}   // namespace waqtor::import
