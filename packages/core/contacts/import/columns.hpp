#pragma once
#include "core/contacts/contact_import.hpp"
#include "core/contacts/import/table.hpp"

namespace waqtor::import {

using Meaning = ImportMeaning;

struct Columns {
    std::vector<Meaning> meanings;     // one a column
    std::vector<std::string> titles;   // headings as in the file; "column 3" without them
    bool header = true;                // the first row is one

    bool has_phone() const;
};

/// Guesses from the headings (English and Arabic; Google's of both generations, Outlook's), or, where the first row already holds a
/// number, from that row. `country` reads national numbers. There may be no column of numbers among them.
Columns guess_columns(std::vector<std::string> const& first, std::string_view country);

/// One row in words of ours.
struct Entry {
    std::vector<std::string> phones;   // as written, the likeliest first
    std::string name;
    std::string email;
    std::string company;
    std::string position;
    std::string notes;
    std::string language;
    std::vector<std::string> tags;
    std::map<std::string, std::string> custom;
};
Entry entry_of(Columns const& columns, Row const& row);

/// A file whose columns are understood, as rows of people.
class People {
public:
    /// `chosen` says what the columns mean instead of our guess, unless it is empty. Code::invalid (field "file") when it cannot be
    /// read, (field "columns") when `chosen` names another number of columns than the file has.
    static Result<People> open(std::string bytes, std::string_view country, std::vector<Meaning> const& chosen);

    std::string const& format() const { return table_.format; }
    std::string const& encoding() const { return table_.encoding; }
    Columns const& columns() const { return columns_; }
    /// False at the end.
    Result<bool> next(Row& row);

private:
    People(Table table, Columns columns, std::vector<Row> first)
        : table_{std::move(table)}, columns_{std::move(columns)}, first_{std::move(first)} {}

    Table table_;
    Columns columns_;
    std::vector<Row> first_;   // read already, to find the headings
    std::size_t given_ = 0;
};

}   // namespace waqtor::import
