#include "core/contacts/import/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

bool is_taken(std::string_view name) {
    constexpr std::array<std::string_view, 8> kTaken{"FN", "N", "TEL", "EMAIL", "ORG", "TITLE", "NOTE", "CATEGORIES"};
    return std::ranges::find(kTaken, name) != kTaken.end();
}

class Cards final : public Rows {
public:
    explicit Cards(std::string text) : text_{std::move(text)} {}

    Result<bool> next(Row& row) override {
        for (std::string line; lines_.next(line);) {
            auto const property = property_of(line);
            if (property.name == "BEGIN") {
                auto const unended = open_;
                if (unended) finish(row, fmt::format("has no END:VCARD before card {}", card_ + 1));
                begin();
                if (unended) return true;
            } else if (property.name == "END" && open_) {
                finish(row, "");
                open_ = false;
                if (std::cmp_greater(card_, kMostRows)) return too_many_rows();
                return true;
            } else if (open_ && is_taken(property.name)) {
                if (property.value.size() > kMostCell)
                    problem_ = too_long();
                else
                    take(cells_, property, structured_);
            }
        }
        if (!std::exchange(open_, false)) return false;
        finish(row, "has no END:VCARD");
        return true;
    }

private:
    void begin() {
        cells_.assign(count, "");
        structured_.clear();
        problem_.clear();
        open_ = true;
        ++card_;
    }
    void finish(Row& row, std::string problem) {
        if (cells_[name].empty()) cells_[name] = structured_;
        row = {card_, std::move(cells_), problem.empty() ? std::move(problem_) : std::move(problem)};
    }

    std::string text_;
    Lines lines_{text_};
    std::vector<std::string> cells_;
    std::string structured_;
    std::string problem_;
    bool open_ = false;
    std::int64_t card_ = 0;
};
}   // namespace

std::unique_ptr<Rows> vcard_rows(std::string text) { return std::make_unique<Cards>(std::move(text)); }

std::vector<std::string> vcard_columns() { return {"name", "phone", "email", "company", "position", "notes", "tags"}; }

}   // namespace waqtor::import
