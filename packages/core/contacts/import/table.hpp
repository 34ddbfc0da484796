#pragma once
#include "core/base/result.hpp"

namespace waqtor::import {

/// A file of people as rows of text, whatever it was: a spreadsheet, a list of cards.
struct Table {
    struct Row {
        std::int64_t line = 0;   // where it begins in the file, from 1; of a card its number
        std::vector<std::string> cells;
    };
    std::string format;     // csv, xlsx, vcard
    std::string encoding;   // utf-8, utf-16le, windows-1256, …
    std::vector<std::string> header;
    std::vector<Row> rows;
};

inline constexpr std::size_t kMostBytes = 64U << 20U;   // of a file, and of what an XLSX unpacks to
inline constexpr std::size_t kMostCell = 32'768;        // characters of one cell
inline constexpr std::size_t kMostColumns = 256;
inline constexpr std::size_t kMostRows = 1'000'000;
/// Several values in one cell, as Google writes them.
inline constexpr std::string_view kSeveral = " ::: ";

/// By what the bytes look like: ZIP is XLSX, BEGIN:VCARD is vCard, text is CSV with any common delimiter. Code::invalid (field
/// "file") for what cannot be read, empty files and files beyond the limits.
Result<Table> read_table(std::string bytes);

struct Utf8 {
    std::string text;   // without a byte order mark
    std::string encoding;
};
/// UTF-8, UTF-16 with or without a byte order mark, else Windows-1256 or 1252, whichever fits the text.
Result<Utf8> to_utf8(std::string bytes);

Result<Table> read_csv(Utf8 text);
Result<Table> read_vcards(Utf8 text);
Result<Table> read_xlsx(std::string const& bytes);

}   // namespace waqtor::import
