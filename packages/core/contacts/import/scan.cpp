#include "core/contacts/import/scan.hpp"

#include "core/base/format.hpp"
#include "core/base/utf8.hpp"
#include "core/contacts/fold.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waqtor::import {
namespace {
constexpr std::size_t kMostCustom = 50;
constexpr std::string_view kNothingNew = "brings nothing new: the contact is known";

std::string_view why_not(Error const& error) {
    return error.details.empty() ? std::string_view{error.message} : std::string_view{error.details.front().problem};
}

/// The first number that works, mobile ones before others.
Result<PhoneNumber> choose(std::vector<std::string> const& phones, std::string_view country) {
    if (phones.empty()) return fail(Code::invalid, "has no phone number");
    std::optional<PhoneNumber> usable;
    std::optional<Error> problem;
    for (auto const& text : phones) {
        auto number = read_phone(text, country);
        if (number && number->mobile) return *number;
        if (number && !usable) usable = *number;
        if (!number && !problem)
            problem = Error{.code = Code::invalid, .message = fmt::format("{} {}", beginning(text, 40), why_not(number.error()))};
    }
    if (usable) return *usable;
    return std::unexpected(*std::move(problem));
}

/// Takes what the row has into a contact; true when that changed anything.
bool learn(ContactRow& row, Entry const& entry) {
    auto changed = false;
    auto const take = [&](std::string& field, std::string const& value, std::size_t most) {
        if (value.empty() || count_characters(value) > most || field == value) return;
        field = value;
        changed = true;
    };
    take(row.name, entry.name, 200);
    take(row.email, entry.email, 254);
    take(row.company, entry.company, 200);
    take(row.position, entry.position, 200);
    if (row.notes.empty()) take(row.notes, entry.notes, 10'000);
    auto const language = fold(entry.language);
    if (language.starts_with("ar") || language.starts_with(fold("عربي"))) take(row.language, "ar", 2);
    if (language.starts_with("en") || language.starts_with(fold("إنجليزي"))) take(row.language, "en", 2);
    for (auto const& [key, value] : entry.custom) {
        auto const room = row.custom.contains(key) || row.custom.size() < kMostCustom;
        if (room && !value.empty() && count_characters(key) <= 64 && count_characters(value) <= 1000)
            take(row.custom[key], value, 1000);
    }
    return changed;
}

ContactRow made(ContactImportRow const& import, Wanted const& wanted, Timestamp now) {
    auto const& number = wanted.number;
    return {.id = ContactId::make(now),
            .workspace = import.workspace,
            .phone = number.e164,
            .language = language_of_country(number.country),
            .country = number.country,
            .time_zone = wanted.time_zone,
            .source = ContactSource::import,
            .import_id = import.id,
            .created_at = now,
            .updated_at = now};
}

ContactBefore before_of(ContactRow const& row, std::vector<std::string> tags) {
    return {row.name, row.email, row.company, row.position, row.notes, row.language, row.custom, std::move(tags)};
}

/// The contacts a batch names that are there already, by number.
struct Known {
    std::unordered_map<std::string, ContactRow> rows;
    std::unordered_map<ContactId, std::vector<std::string>> tags;   // folded
};
Result<Known> known_of(ContactParts const& parts, Transaction& tx, WorkspaceId workspace, Batch const& batch) {
    std::vector<std::string> phones;
    phones.reserve(batch.wanted.size());
    for (auto const& wanted : batch.wanted) phones.push_back(wanted.number.e164);
    TRY(auto found, parts.contacts.with_phones(tx, workspace, phones));
    Known out;
    std::vector<ContactId> ids;
    for (auto& row : found) {
        ids.push_back(row.id);
        out.rows.emplace(*row.phone, std::move(row));
    }
    TRY(auto const tags, parts.tags.of(tx, ids));
    for (auto const& tag : tags) out.tags[tag.contact].push_back(fold(tag.name));
    return out;
}

/// Names of the tags in the row or for the whole file that are not among `has`, each once.
std::vector<std::string> new_tags(Entry const& entry, ImportSettings const& settings, std::vector<std::string> has) {
    std::vector<std::string> out;
    for (auto const* names : {&entry.tags, &settings.tags})
        for (auto const& name : *names) {
            auto folded = fold(name);
            if (folded.empty() || std::ranges::find(has, folded) != has.end()) continue;
            has.push_back(std::move(folded));
            out.push_back(name);
        }
    return out;
}

Result<void> give_tags(ContactParts const& parts, Transaction& tx, ContactImportRow& import, Plan const& plan, Timestamp now) {
    for (auto const& [name, contacts] : plan.tagged) {
        if (contacts.empty()) continue;
        auto const wanted = TagId::make(now);
        TRY(auto const tag, parts.tags.ensure(tx, {.id = wanted,
                                                   .workspace = import.workspace,
                                                   .name = name,
                                                   .folded = fold(name),
                                                   .color = "#3B82F6",
                                                   .created_at = now,
                                                   .updated_at = now}));
        if (tag.id == wanted) import.made_tags.push_back(wanted.text());
        TRY_OK(parts.tags.give(tx, tag.id, contacts));
    }
    return {};
}
}   // namespace

std::string shortened(std::vector<std::string> const& cells) {
    std::string out;
    for (auto const& cell : cells) {
        out += (out.empty() ? "" : ", ") + cell;
        if (out.size() > 200) break;
    }
    std::ranges::replace_if(out, [](unsigned char c) { return c < ' '; }, ' ');   // one line, whatever the cells hold
    return out.size() <= 200 ? out : std::string{beginning(out, 200)} + "…";
}

Result<Batch> Scan::next(std::int64_t most) {
    Batch out;
    for (Row row; out.rows < most; ++out.rows) {
        TRY(auto const more, people_.next(row));
        if (!more) break;
        look_at(std::move(row), out);
    }
    return out;
}

Result<void> Scan::pass(std::int64_t rows) {
    while (rows > 0) {
        TRY(auto const batch, next(std::min<std::int64_t>(rows, 500)));
        if (batch.rows == 0) return {};
        rows -= batch.rows;
    }
    return {};
}

void Scan::look_at(Row row, Batch& batch) {
    auto const note = [&](ImportOutcome outcome, std::string reason) {
        batch.notes.push_back({import_, row.line, outcome, std::move(reason), std::move(row.cells)});
    };
    if (!row.problem.empty()) return note(ImportOutcome::error, std::move(row.problem));
    auto entry = entry_of(people_.columns(), row);
    auto number = number_of(entry, row.line);
    if (!number) return note(ImportOutcome::error, number.error().message);
    auto const [first, fresh] = lines_.emplace(digits_of(number->e164), row.line);
    if (!fresh) return note(ImportOutcome::skip, fmt::format("has the same number as line {}", first->second));
    auto const& zone = time_zone(number->country);
    batch.wanted.push_back({row.line, *std::move(number), zone, std::move(entry), std::move(row.cells)});
}

Result<PhoneNumber> Scan::number_of(Entry const& entry, std::int64_t line) {
    if (auto known = known_.next(line)) return *std::move(known);
    auto found = choose(entry.phones, country_);
    if (noted_) noted_->add(line, found ? std::optional{*found} : std::nullopt);
    return found;
}

std::string const& Scan::time_zone(std::string const& country) {
    auto const [at, fresh] = zones_.try_emplace(country);
    if (fresh) at->second = time_zone_of(country);
    return at->second;
}

Result<Plan> plan(ContactParts const& parts, Transaction& tx, ContactImportRow const& import, ImportSettings const& settings,
                  Batch batch, Timestamp now) {
    TRY(auto known, known_of(parts, tx, import.workspace, batch));
    Plan out{.notes = std::move(batch.notes)};
    for (auto& wanted : batch.wanted) {
        auto const at = known.rows.find(wanted.number.e164);
        auto const is_new = at == known.rows.end();
        auto row = is_new ? made(import, wanted, now) : std::move(at->second);
        auto tags = new_tags(wanted.entry, settings, is_new ? std::vector<std::string>{} : known.tags[row.id]);
        auto before = is_new ? ContactBefore{} : before_of(row, tags);
        auto const learned = learn(row, wanted.entry);
        if (!is_new && !learned && tags.empty()) {
            out.notes.push_back({import.id, wanted.line, ImportOutcome::skip, std::string{kNothingNew}, std::move(wanted.cells)});
            continue;
        }
        for (auto const& tag : tags) out.tagged[tag].push_back(row.id);
        row.updated_at = now;
        if (!is_new) out.changes.push_back({import.id, row.id, write_json(before), now});
        (is_new ? out.fresh : out.changed).push_back(std::move(row));
    }
    return out;
}

void count(ContactImportRow& import, Plan const& plan, std::int64_t rows) {
    auto const errors = std::ranges::count(plan.notes, ImportOutcome::error, &ImportLineRow::outcome);
    import.row_count += rows;
    import.created_count += std::ssize(plan.fresh);
    import.updated_count += std::ssize(plan.changed);
    import.error_count += errors;
    import.skipped_count += std::ssize(plan.notes) - errors;
}

Result<void> carry_out(ContactParts const& parts, ContactImportStore& imports, Transaction& tx, ContactImportRow& import, Plan plan,
                       Timestamp now) {
    for (auto* rows : {&plan.fresh, &plan.changed})
        for (auto& row : *rows) row.search = search_text(row);
    TRY(auto const written, parts.contacts.add_all(tx, plan.fresh));
    if (auto const lost = std::ssize(plan.fresh) - std::ssize(written); lost > 0) {
        import.created_count -= lost;
        import.skipped_count += lost;
        auto const is_lost = [&](ContactId id) {
            return std::ranges::find(plan.fresh, id, &ContactRow::id) != plan.fresh.end() &&
                   std::ranges::find(written, id) == written.end();
        };
        for (auto& [name, contacts] : plan.tagged) std::erase_if(contacts, is_lost);
    }
    for (auto const& row : plan.changed) TRY_OK(parts.contacts.save(tx, row));
    TRY_OK(imports.add_changes(tx, plan.changes));
    TRY_OK(imports.note(tx, plan.notes));
    return give_tags(parts, tx, import, plan, now);
}

Result<bool> put_back(ContactParts const& parts, Transaction& tx, WorkspaceId workspace, ImportChangeRow const& change,
                      Timestamp now) {
    auto found = parts.contacts.find(tx, workspace, change.contact);
    if (!found && found.error().code == Code::not_found) return false;
    TRY(auto row, std::move(found));
    if (row.updated_at != change.changed_at) return false;
    TRY(auto before, read_json<ContactBefore>(change.before));
    row.name = std::move(before.name);
    row.email = std::move(before.email);
    row.company = std::move(before.company);
    row.position = std::move(before.position);
    row.notes = std::move(before.notes);
    row.language = std::move(before.language);
    row.custom = std::move(before.custom);
    row.search = search_text(row);
    row.updated_at = now;
    TRY_OK(parts.contacts.save(tx, row));
    for (auto const& name : before.tags) {
        TRY(auto const tag, parts.tags.find_by_name(tx, workspace, fold(name)));
        if (tag) TRY_OK(parts.tags.take(tx, tag->id, std::array{row.id}));
    }
    return true;
}

}   // namespace waqtor::import
