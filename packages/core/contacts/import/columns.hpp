#pragma once
#include "core/contacts/import/table.hpp"

#include <map>

namespace waqtor::import {

/// What a column holds. `custom` ones become fields of the contact under their heading.
enum class Meaning : std::uint8_t {
    ignore,
    phone,
    name,
    first_name,
    middle_name,
    last_name,
    email,
    company,
    position,
    notes,
    tags,
    language,
    custom
};

struct Columns {
    std::vector<Meaning> meanings;     // one a column
    std::vector<std::string> titles;   // headings as in the file; "column 3" without them
    bool header = true;                // the first row is one
};

/// Guesses from the headings (English and Arabic; Google's of both generations, Outlook's), or, where the first row already holds a
/// number, from that row. `country` reads national numbers. Code::invalid when no column can hold phone numbers.
Result<Columns> guess_columns(Table const& table, std::string_view country);

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
Entry entry_of(Columns const& columns, Table::Row const& row);

}   // namespace waqtor::import
