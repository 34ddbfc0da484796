#pragma once
#include "core/base/described.hpp"

namespace waqtor {

struct FormatRow {
    Format format;
    std::string_view name;      // JSON Schema "format", empty when the schema has none for it
    std::string_view pattern;   // of the whole text, in the common subset of RE2 and ECMA 262
    std::string_view says;      // "must be …"
};

/// The row of a format; nullptr for Format::none.
FormatRow const* format_row(Format format);

/// True when the text has the shape.
bool matches(Format format, std::string_view text);

/// Characters (code points) of UTF-8 text.
std::size_t count_characters(std::string_view utf8);

}   // namespace waqtor
