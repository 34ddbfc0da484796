#include "core/contacts/import/table.hpp"

#include <fmt/format.h>

#include <algorithm>

// vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350): folded lines, quoted-printable, escapes; pictures are skipped.

namespace waqtor::import {
namespace {

struct Property {
    std::string name;         // upper case, without its group
    std::string parameters;   // upper case, with leading ';'
    std::string value;
};

std::string upper(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

/// Lines with the folded ones put together again.
class Lines {
public:
    explicit Lines(std::string_view text) : text_{text} {}
    bool next(std::string& line) {
        if (!raw(line)) return false;
        // A quoted-printable line that ends in "=" goes on, in vCard 2.1, without a space before.
        auto const quoted = upper(line.substr(0, line.find(':'))).find("QUOTED-PRINTABLE") != line.npos;
        std::string more;
        while (quoted && line.ends_with('=') && raw(more)) {
            line.pop_back();
            line += more;
        }
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') && line.size() < (1U << 20U)) {
            raw(more);
            line += more.substr(1);
        }
        return true;
    }

private:
    bool raw(std::string& line) {
        if (at_ >= text_.size()) return false;
        auto const end = std::min(text_.find('\n', at_), text_.size());
        line = text_.substr(at_, end - at_);
        at_ = end + 1;
        if (line.ends_with('\r')) line.pop_back();
        return true;
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

std::string from_quoted_printable(std::string_view text) {
    auto const digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '=' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
            out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else
            out += text[i];
    }
    return out;
}

Property property_of(std::string const& line) {
    auto const colon = line.find(':');
    if (colon == line.npos) return {};
    auto const head = upper(line.substr(0, colon));
    auto const semicolon = head.find(';');
    Property out{.name = head.substr(0, semicolon),
                 .parameters = semicolon == head.npos ? "" : head.substr(semicolon),
                 .value = line.substr(colon + 1)};
    if (auto const dot = out.name.find('.'); dot != out.name.npos) out.name.erase(0, dot + 1);
    if (out.parameters.find("QUOTED-PRINTABLE") != out.parameters.npos) out.value = from_quoted_printable(out.value);
    return out;
}

/// The parts between semicolons, with escapes resolved.
std::vector<std::string> parts_of(std::string_view value) {
    std::vector<std::string> out(1);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) {
            auto const c = value[++i];
            out.back() += c == 'n' || c == 'N' ? '\n' : c;
        } else if (value[i] == ';')
            out.emplace_back();
        else
            out.back() += value[i];
    }
    return out;
}

std::string joined(std::vector<std::string> const& parts, std::initializer_list<std::size_t> order, std::string_view between) {
    std::string out;
    for (auto i : order)
        if (i < parts.size() && !parts[i].empty()) out += (out.empty() ? "" : std::string{between}) + parts[i];
    return out;
}

void add_value(std::string& cell, std::string value) {
    if (value.empty() || cell.size() > kMostCell) return;
    cell += (cell.empty() ? "" : std::string{kSeveral}) + value;
}

enum Column : std::size_t { name, phone, email, company, position, notes, tags, count };

void take(std::vector<std::string>& cells, Property const& property, std::string& structured) {
    auto const parts = parts_of(property.value);
    auto const whole = joined(parts, {0, 1, 2, 3, 4}, " ");
    if (property.name == "FN") cells[name] = whole;
    if (property.name == "N") structured = joined(parts, {3, 1, 2, 0, 4}, " ");
    if (property.name == "TEL") {
        auto number = parts.front().starts_with("tel:") ? parts.front().substr(4) : parts.front();
        auto const mobile = property.parameters.find("CELL") != property.parameters.npos;
        // The mobile number stands first, because the first that is valid is taken.
        if (mobile && !cells[phone].empty())
            cells[phone] = number + std::string{kSeveral} + cells[phone];
        else
            add_value(cells[phone], std::move(number));
    }
    if (property.name == "EMAIL" && cells[email].empty()) cells[email] = parts.front();
    if (property.name == "ORG") cells[company] = parts.front();
    if (property.name == "TITLE") cells[position] = whole;
    if (property.name == "NOTE") cells[notes] = whole;
    if (property.name == "CATEGORIES") {
        std::string list = property.value;
        std::ranges::replace(list, ',', ';');
        for (auto& tag : parts_of(list)) add_value(cells[tags], std::move(tag));
    }
}
}   // namespace

Result<Table> read_vcards(Utf8 text) {
    Table out{.format = "vcard",
              .encoding = std::move(text.encoding),
              .header = {"name", "phone", "email", "company", "position", "notes", "tags"},
              .rows = {}};
    Lines lines{text.text};
    std::vector<std::string> cells;
    std::string structured;
    std::int64_t card = 0;
    for (std::string line; lines.next(line);) {
        auto const property = property_of(line);
        if (property.name == "BEGIN") {
            cells.assign(count, "");
            structured.clear();
            ++card;
        } else if (property.name == "END" && !cells.empty()) {
            if (cells[name].empty()) cells[name] = structured;
            if (out.rows.size() >= kMostRows) return invalid("file", fmt::format("has more than {} cards", kMostRows));
            out.rows.push_back({card, std::exchange(cells, {})});
        } else if (!cells.empty())
            take(cells, property, structured);
    }
    if (!cells.empty()) return invalid("file", fmt::format("card {} has no END:VCARD", card));
    if (out.rows.empty()) return invalid("file", "has no cards");
    return out;
}

}   // namespace waqtor::import
