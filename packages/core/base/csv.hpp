#pragma once
#include <string>
#include <string_view>

namespace waqtor {

/// A cell of a CSV file (RFC 4180), quoted; what begins like a formula gets an apostrophe before it, as spreadsheets take it for
/// text then.
inline std::string csv_cell(std::string_view text) {
    std::string out = "\"";
    if (!text.empty() && std::string_view{"=+-@\t\r"}.contains(text.front())) out += '\'';
    for (auto c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

}   // namespace waqtor
