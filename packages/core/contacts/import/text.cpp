#include "core/contacts/import/table.hpp"

#include <unicode/ucnv.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace waqtor::import {
namespace {

bool is_utf8(std::string_view text) {
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(text.size());) {
        UChar32 c = 0;
        U8_NEXT(text.data(), i, static_cast<std::int32_t>(text.size()), c);
        if (c < 0) return false;
    }
    return true;
}

Result<std::string> convert(std::string_view bytes, char const* from) {
    auto status = U_ZERO_ERROR;
    auto const most = static_cast<std::int32_t>(bytes.size() * 3 + 16);
    std::string out(static_cast<std::size_t>(most), '\0');
    auto const size = ucnv_convert("UTF-8", from, out.data(), most, bytes.data(), static_cast<std::int32_t>(bytes.size()), &status);
    if (U_FAILURE(status)) return invalid("file", std::string{"cannot be read as "} + from);
    out.resize(static_cast<std::size_t>(size));
    out.shrink_to_fit();
    if (out.find('\0') != out.npos) return invalid("file", "has the character U+0000, which no list of people has");
    return out;
}

/// UTF-16 without a mark: nearly every other byte of such text in Latin letters, digits or separators is zero.
char const* utf16_without_mark(std::string_view bytes) {
    auto const look = bytes.substr(0, 4096);
    std::size_t even = 0;
    std::size_t odd = 0;
    for (std::size_t i = 0; i < look.size(); ++i)
        if (look[i] == '\0') ++(i % 2 == 0 ? even : odd);
    if (odd > look.size() / 8 && even < odd / 8) return "UTF-16LE";
    if (even > look.size() / 8 && odd < even / 8) return "UTF-16BE";
    return nullptr;
}

/// Bytes that are Arabic letters in Windows-1256 stand in rows; in Western text accented letters stand alone among ASCII.
bool looks_arabic(std::string_view bytes) {
    std::size_t runs = 0;
    std::size_t alone = 0;
    std::size_t length = 0;
    for (auto c : bytes) {
        if (static_cast<unsigned char>(c) >= 0xc0) {
            ++length;
            continue;
        }
        if (length >= 2) ++runs;
        if (length == 1) ++alone;
        length = 0;
    }
    return runs + (length >= 2 ? 1 : 0) > alone;
}
}   // namespace

Result<Utf8> to_utf8(std::string bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.erase(0, 3);
    if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv)) {
        auto const little = bytes.front() == '\xff';
        TRY(auto text, convert(std::string_view{bytes}.substr(2), little ? "UTF-16LE" : "UTF-16BE"));
        return Utf8{std::move(text), little ? "utf-16le" : "utf-16be"};
    }
    if (auto const* name = utf16_without_mark(bytes)) {
        TRY(auto text, convert(bytes, name));
        return Utf8{std::move(text), name == "UTF-16LE"sv ? "utf-16le" : "utf-16be"};
    }
    if (bytes.find('\0') != bytes.npos) return invalid("file", "is neither text nor a spreadsheet (XLSX): it has zero bytes");
    if (is_utf8(bytes)) return Utf8{std::move(bytes), "utf-8"};
    auto const arabic = looks_arabic(bytes);
    TRY(auto text, convert(bytes, arabic ? "windows-1256" : "windows-1252"));
    return Utf8{std::move(text), arabic ? "windows-1256" : "windows-1252"};
}

Result<Table> open_table(std::string bytes) {
    using namespace std::string_view_literals;
    if (bytes.empty()) return invalid("file", "is empty");
    if (bytes.size() > kMostBytes) return invalid("file", "is larger than 64 MiB");
    if (bytes.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv))
        return invalid("file", "is an Excel file of the old kind (.xls); save it as .xlsx or CSV and import that");
    if (bytes.starts_with("PK\x03\x04")) {
        TRY(auto rows, xlsx_rows(bytes));
        return Table{.format = "xlsx", .encoding = "utf-8", .rows = std::move(rows)};
    }
    TRY(auto text, to_utf8(std::move(bytes)));
    auto const start = text.text.find_first_not_of(" \t\r\n");
    if (start == text.text.npos) return invalid("file", "is empty");
    auto word = text.text.substr(start, 11);
    std::ranges::transform(word, word.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (word == "BEGIN:VCARD")
        return Table{.format = "vcard",
                     .encoding = std::move(text.encoding),
                     .header = vcard_columns(),
                     .rows = vcard_rows(std::move(text.text))};
    return Table{.format = "csv", .encoding = std::move(text.encoding), .rows = csv_rows(std::move(text.text))};
}

}   // namespace waqtor::import
