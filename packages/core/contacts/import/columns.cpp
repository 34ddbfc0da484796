#include "core/contacts/import/columns.hpp"

#include "core/contacts/fold.hpp"
#include "core/contacts/phone_number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waqtor::import {
namespace {
struct Heading {
    std::string_view text;   // folded when compared
    Meaning meaning;
};

constexpr std::array kHeadings{
    Heading{"mobile phone", Meaning::phone},
    Heading{"mobile", Meaning::phone},
    Heading{"mobile number", Meaning::phone},
    Heading{"cell", Meaning::phone},
    Heading{"cell phone", Meaning::phone},
    Heading{"whatsapp", Meaning::phone},
    Heading{"whatsapp number", Meaning::phone},
    Heading{"phone", Meaning::phone},
    Heading{"phone number", Meaning::phone},
    Heading{"phones", Meaning::phone},
    Heading{"telephone", Meaning::phone},
    Heading{"tel", Meaning::phone},
    Heading{"number", Meaning::phone},
    Heading{"msisdn", Meaning::phone},
    Heading{"primary phone", Meaning::phone},
    Heading{"home phone", Meaning::phone},
    Heading{"business phone", Meaning::phone},
    Heading{"other phone", Meaning::phone},
    Heading{"mobile phone 2", Meaning::phone},
    Heading{"home phone 2", Meaning::phone},
    Heading{"business phone 2", Meaning::phone},
    Heading{"الجوال", Meaning::phone},
    Heading{"جوال", Meaning::phone},
    Heading{"رقم الجوال", Meaning::phone},
    Heading{"الهاتف", Meaning::phone},
    Heading{"هاتف", Meaning::phone},
    Heading{"رقم الهاتف", Meaning::phone},
    Heading{"موبايل", Meaning::phone},
    Heading{"الموبايل", Meaning::phone},
    Heading{"رقم الموبايل", Meaning::phone},
    Heading{"واتساب", Meaning::phone},
    Heading{"رقم الواتساب", Meaning::phone},
    Heading{"الرقم", Meaning::phone},
    Heading{"رقم", Meaning::phone},
    Heading{"name", Meaning::name},
    Heading{"full name", Meaning::name},
    Heading{"display name", Meaning::name},
    Heading{"contact name", Meaning::name},
    Heading{"customer", Meaning::name},
    Heading{"customer name", Meaning::name},
    Heading{"contact", Meaning::name},
    Heading{"الاسم", Meaning::name},
    Heading{"اسم", Meaning::name},
    Heading{"الاسم الكامل", Meaning::name},
    Heading{"اسم العميل", Meaning::name},
    Heading{"العميل", Meaning::name},
    Heading{"first name", Meaning::first_name},
    Heading{"given name", Meaning::first_name},
    Heading{"الاسم الأول", Meaning::first_name},
    Heading{"middle name", Meaning::middle_name},
    Heading{"additional name", Meaning::middle_name},
    Heading{"last name", Meaning::last_name},
    Heading{"family name", Meaning::last_name},
    Heading{"surname", Meaning::last_name},
    Heading{"اللقب", Meaning::last_name},
    Heading{"اسم العائلة", Meaning::last_name},
    Heading{"العائلة", Meaning::last_name},
    Heading{"email", Meaning::email},
    Heading{"e-mail", Meaning::email},
    Heading{"email address", Meaning::email},
    Heading{"e-mail address", Meaning::email},
    Heading{"البريد", Meaning::email},
    Heading{"البريد الإلكتروني", Meaning::email},
    Heading{"الإيميل", Meaning::email},
    Heading{"company", Meaning::company},
    Heading{"organization", Meaning::company},
    Heading{"organization name", Meaning::company},
    Heading{"organization 1 - name", Meaning::company},
    Heading{"الشركة", Meaning::company},
    Heading{"شركة", Meaning::company},
    Heading{"position", Meaning::position},
    Heading{"job title", Meaning::position},
    Heading{"organization title", Meaning::position},
    Heading{"organization 1 - title", Meaning::position},
    Heading{"المسمى الوظيفي", Meaning::position},
    Heading{"الوظيفة", Meaning::position},
    Heading{"notes", Meaning::notes},
    Heading{"note", Meaning::notes},
    Heading{"ملاحظات", Meaning::notes},
    Heading{"tags", Meaning::tags},
    Heading{"tag", Meaning::tags},
    Heading{"labels", Meaning::tags},
    Heading{"group membership", Meaning::tags},
    Heading{"groups", Meaning::tags},
    Heading{"group", Meaning::tags},
    Heading{"categories", Meaning::tags},
    Heading{"الوسوم", Meaning::tags},
    Heading{"المجموعة", Meaning::tags},
    Heading{"التصنيف", Meaning::tags},
    Heading{"language", Meaning::language},
    Heading{"اللغة", Meaning::language},
    Heading{kRejectedLine, Meaning::ignore},
    Heading{kRejectedReason, Meaning::ignore},
};

/// Google: "Phone 1 - Value" beside "Phone 1 - Type" (old) or "Phone 1 - Label" (new).
Meaning numbered(std::string_view folded) {
    if (folded.ends_with(" - type") || folded.ends_with(" - label")) return Meaning::ignore;
    if (folded.starts_with("phone ") && folded.ends_with(" - value")) return Meaning::phone;
    if (folded.starts_with("e-mail ") && folded.ends_with(" - value")) return Meaning::email;
    return Meaning::custom;
}

Meaning meaning_of(std::string const& title) {
    static auto const known = [] {
        std::map<std::string, Meaning> out;
        for (auto const& heading : kHeadings) out.emplace(fold(heading.text), heading.meaning);
        return out;
    }();
    auto const folded = fold(title);
    if (folded.empty()) return Meaning::ignore;
    auto const found = known.find(folded);
    return found == known.end() ? numbered(folded) : found->second;
}

bool holds_number(std::string const& cell, std::string_view country) {
    return std::ranges::count_if(cell, [](char c) { return c >= '0' && c <= '9'; }) >= 7 && read_phone(cell, country).has_value();
}

Columns without_header(std::vector<std::string> const& cells, std::string_view country) {
    Columns out{.header = false};
    auto named = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        auto const number = holds_number(cells[i], country);
        auto const meaning = number ? Meaning::phone : std::exchange(named, true) ? Meaning::custom : Meaning::name;
        out.meanings.push_back(meaning);
        out.titles.push_back(fmt::format("column {}", i + 1));
    }
    return out;
}

void split(std::string const& cell, std::string_view by, std::vector<std::string>& out) {
    for (std::size_t at = 0;;) {
        auto const end = cell.find(by, at);
        auto part = cell.substr(at, end == cell.npos ? end : end - at);
        if (part.find_first_not_of(" \t") != part.npos) out.push_back(std::move(part));
        if (end == cell.npos) return;
        at = end + by.size();
    }
}

/// Google's own groups ("* myContacts") are no tags; lists are written with " ::: ", ";" or ",".
std::vector<std::string> tags_of(std::string const& cell) {
    std::vector<std::string> all;
    split(cell, cell.contains(kSeveral) ? kSeveral : cell.contains(';') ? ";" : ",", all);
    std::vector<std::string> out;
    for (auto& tag : all) {
        auto const first = tag.find_first_not_of(" \t");
        auto clean = tag.substr(first, tag.find_last_not_of(" \t") - first + 1);
        if (!clean.starts_with('*') && clean.size() <= 100) out.push_back(std::move(clean));
    }
    return out;
}
}   // namespace

bool Columns::has_phone() const { return std::ranges::find(meanings, Meaning::phone) != meanings.end(); }

Columns guess_columns(std::vector<std::string> const& first, std::string_view country) {
    Columns out;
    for (auto const& title : first) {
        out.meanings.push_back(meaning_of(title));
        out.titles.push_back(title);
    }
    if (out.has_phone()) return out;
    if (std::ranges::any_of(first, [&](auto const& cell) { return holds_number(cell, country); }))
        return without_header(first, country);
    return out;
}

Result<People> People::open(std::string bytes, std::string_view country, std::vector<Meaning> const& chosen) {
    TRY(auto table, open_table(std::move(bytes)));
    std::vector<Row> first;
    auto columns = guess_columns(table.header, country);
    while (table.header.empty()) {
        auto& row = first.emplace_back();
        TRY(auto const more, table.rows->next(row));
        if (!more) return invalid("file", first.size() == 1 ? "has no rows" : "has no row that can be read");
        if (!row.problem.empty()) continue;
        columns = guess_columns(row.cells, country);
        if (columns.header) first.pop_back();
        break;
    }
    if (!chosen.empty()) {
        if (chosen.size() != columns.meanings.size())
            return invalid("columns", fmt::format("must name {} columns, as many as the file has", columns.meanings.size()));
        columns.meanings = chosen;
    }
    return People{std::move(table), std::move(columns), std::move(first)};
}

Result<bool> People::next(Row& row) {
    if (given_ == first_.size()) return table_.rows->next(row);
    row = std::move(first_[given_++]);
    return true;
}

Entry entry_of(Columns const& columns, Row const& row) {
    Entry out;
    std::array<std::string, 3> names;
    for (std::size_t i = 0; i < row.cells.size() && i < columns.meanings.size(); ++i) {
        auto const& cell = row.cells[i];
        if (cell.empty()) continue;
        auto const once = [&](std::string& field) {
            if (field.empty()) field = cell.substr(0, cell.find(kSeveral));
        };
        switch (columns.meanings[i]) {
            case Meaning::ignore: break;
            case Meaning::phone: split(cell, kSeveral, out.phones); break;
            case Meaning::name: once(out.name); break;
            case Meaning::first_name: once(names[0]); break;
            case Meaning::middle_name: once(names[1]); break;
            case Meaning::last_name: once(names[2]); break;
            case Meaning::email: once(out.email); break;
            case Meaning::company: once(out.company); break;
            case Meaning::position: once(out.position); break;
            case Meaning::notes: out.notes = cell; break;
            case Meaning::language: once(out.language); break;
            case Meaning::tags: std::ranges::move(tags_of(cell), std::back_inserter(out.tags)); break;
            case Meaning::custom: out.custom.emplace(columns.titles[i], cell); break;
        }
    }
    if (out.name.empty())
        for (auto const& part : names)
            if (!part.empty()) out.name += (out.name.empty() ? "" : " ") + part;
    return out;
}

}   // namespace waqtor::import
