#include "core/contacts/contact_service.hpp"

#include "core/base/format.hpp"
#include "core/contacts/contact_events.hpp"
#include "core/contacts/fold.hpp"
#include "core/contacts/phone_number.hpp"

#include <unordered_map>

namespace waqtor {
namespace {
Contact from_row(ContactRow const& row) {
    return {.id = row.id,
            .phone = row.phone,
            .lid = row.lid,
            .username = row.username,
            .name = row.name,
            .push_name = row.push_name,
            .email = row.email,
            .company = row.company,
            .position = row.position,
            .language = row.language,
            .country = row.country,
            .time_zone = row.time_zone,
            .custom = row.custom,
            .notes = row.notes,
            .tags = {},
            .source = row.source,
            .is_active = row.is_active,
            .blocked = row.blocked_at.has_value(),
            .opted_out = row.opted_out_at.has_value(),
            .opted_out_at = row.opted_out_at,
            .opted_in_at = row.opted_in_at,
            .created_at = row.created_at,
            .updated_at = row.updated_at};
}

/// Names of what changed.
class Changes {
public:
    template <class T> void set(std::string_view name, T& field, std::optional<T> const& value) {
        if (!value || field == *value) return;
        field = *value;
        names.emplace_back(name);
    }
    std::vector<std::string> names;
};
}   // namespace

Result<Contact> ContactService::shown(Transaction& tx, ContactRow const& row) {
    auto out = from_row(row);
    TRY(auto const tags, parts_.tags.of(tx, std::array{row.id}));
    for (auto const& tag : tags) out.tags.push_back(tag.name);
    return out;
}

Result<void> ContactService::set_tags(Transaction& tx, ContactRow const& row, std::vector<std::string> const& names) {
    TRY(auto const before, parts_.tags.of(tx, std::array{row.id}));
    std::vector<TagId> wanted;
    auto const now = parts_.clock.now();
    for (auto const& name : names) {
        if (name.empty() || count_characters(name) > 100) return invalid("tags", "must be of 1 to 100 characters each");
        TRY(auto const tag, parts_.tags.ensure(tx, {.id = TagId::make(now),
                                                    .workspace = row.workspace,
                                                    .name = name,
                                                    .folded = fold(name),
                                                    .color = "#3B82F6",
                                                    .created_at = now,
                                                    .updated_at = now}));
        TRY_OK(parts_.tags.give(tx, tag.id, std::array{row.id}));
        wanted.push_back(tag.id);
    }
    for (auto const& tag : before)
        if (std::ranges::find(wanted, tag.tag) == wanted.end()) TRY_OK(parts_.tags.take(tx, tag.tag, std::array{row.id}));
    return {};
}

Result<ContactRow> ContactService::row_of(Caller const& who, CreateContact const& wish, Timestamp now) const {
    auto const number = read_phone(wish.phone, country_);
    if (!number) return std::unexpected(number.error());
    ContactRow row{.id = ContactId::make(now),
                   .workspace = who.workspace,
                   .phone = number->e164,
                   .name = wish.name.value_or(""),
                   .email = wish.email.value_or(""),
                   .company = wish.company.value_or(""),
                   .position = wish.position.value_or(""),
                   .language = language_of_country(number->country),
                   .country = number->country,
                   .time_zone = time_zone_of(number->country),
                   .custom = wish.custom.value_or(std::map<std::string, std::string>{}),
                   .notes = wish.notes.value_or(""),
                   .source = ContactSource::api,
                   .created_at = now,
                   .updated_at = now};
    row.search = search_text(row);
    return row;
}

Result<bool> ContactService::add(Transaction& tx, ContactRow const& row, std::vector<std::string> const& tags) {
    TRY(auto const added, parts_.contacts.add(tx, row));
    if (!added) return false;
    TRY_OK(set_tags(tx, row, tags));
    TRY_OK(parts_.events.append(tx, row.workspace, ContactCreated{row.id, row.source}));
    return true;
}

Task<Contact> ContactService::create(Caller who, CreateContact wish) {
    CO_TRY(auto const row, row_of(who, wish, parts_.clock.now()));
    co_return co_await parts_.db.write(
        [this, row, tags = wish.tags.value_or(std::vector<std::string>{})](Transaction& tx) -> Result<Contact> {
            TRY(auto const added, add(tx, row, tags));
            if (!added) return fail(Code::conflict, "There is already a contact with the number " + *row.phone);
            return shown(tx, row);
        });
}

Task<CreatedContacts> ContactService::create_all(Caller who, std::vector<CreateContact> wishes) {
    CreatedContacts out;
    std::vector<std::pair<ContactRow, std::vector<std::string>>> rows;
    for (auto& wish : wishes) {
        auto row = row_of(who, wish, parts_.clock.now());
        if (row)
            rows.emplace_back(*std::move(row), std::move(wish.tags).value_or(std::vector<std::string>{}));
        else
            out.errors.push_back({wish.phone, row.error().details.front().problem});
    }
    CO_TRY(out.created, co_await parts_.db.write([this, rows](Transaction& tx) -> Result<std::int64_t> {
        std::int64_t created = 0;
        for (auto const& [row, tags] : rows) {
            TRY(auto const added, add(tx, row, tags));
            created += added ? 1 : 0;
        }
        return created;
    }));
    out.skipped = std::ssize(rows) - out.created;
    co_return out;
}

Result<std::vector<Contact>> ContactService::shown_all(Transaction& tx, std::vector<ContactRow> const& rows) {
    std::vector<Contact> out;
    std::vector<ContactId> ids;
    std::unordered_map<ContactId, std::size_t> places;
    for (auto const& row : rows) {
        places.emplace(row.id, out.size());
        ids.push_back(row.id);
        out.push_back(from_row(row));
    }
    TRY(auto const tags, parts_.tags.of(tx, ids));
    for (auto const& tag : tags) out[places.at(tag.contact)].tags.push_back(tag.name);
    return out;
}

Task<Page<Contact>> ContactService::list(Caller who, ListContacts wish) {
    return parts_.db.read([this, who, wish](Transaction& tx) -> Result<Page<Contact>> {
        ContactFilter filter{.search = wish.search, .opted_out = wish.opted_out};
        if (wish.tag) filter.tags = std::vector{*wish.tag};
        if (wish.segment) {
            if (wish.tag || wish.search || wish.opted_out)
                return invalid("segment", "cannot be given together with other conditions");
            TRY(auto const segment, parts_.segments.find(tx, who.workspace, *wish.segment));
            TRY(filter, read_json<ContactFilter>(segment.filter));
        }
        TRY(auto const rows, parts_.contacts.list(tx, who.workspace, filter, ContactOrder::newest,
                                                  {wish.limit.value_or(50), wish.offset.value_or(0)}));
        TRY(auto items, shown_all(tx, rows.items));
        return Page<Contact>{std::move(items), rows.total, rows.limit, rows.offset};
    });
}

Task<Contact> ContactService::get(Caller who, ContactId contact) {
    return parts_.db.read([this, who, contact](Transaction& tx) -> Result<Contact> {
        TRY(auto const row, book_.row(tx, who.workspace, contact));
        return shown(tx, row);
    });
}

Result<void> ContactService::change_phone(Transaction& tx, ContactRow& row, std::string const& phone) {
    TRY(auto const number, read_phone(phone, country_));
    TRY(auto const others, parts_.contacts.with_phones(tx, row.workspace, std::array{number.e164}));
    if (!others.empty() && others.front().id != row.id)
        return fail(Code::conflict, "There is already a contact with the number " + number.e164);
    row.phone = number.e164;
    row.country = number.country;
    row.time_zone = time_zone_of(number.country);
    return {};
}

Task<Contact> ContactService::update(Caller who, UpdateContact wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Contact> {
        TRY(auto row, book_.row(tx, who.workspace, wish.id));
        Changes changes;
        auto const before = row.phone;
        if (wish.phone) TRY_OK(change_phone(tx, row, *wish.phone));
        if (row.phone != before) changes.names.emplace_back("phone");
        changes.set("name", row.name, wish.name);
        changes.set("email", row.email, wish.email);
        changes.set("company", row.company, wish.company);
        changes.set("position", row.position, wish.position);
        changes.set("notes", row.notes, wish.notes);
        changes.set("custom", row.custom, wish.custom);
        changes.set("isActive", row.is_active, wish.is_active);
        if (wish.tags) {
            TRY_OK(set_tags(tx, row, *wish.tags));
            changes.names.emplace_back("tags");
        }
        row.updated_at = parts_.clock.now();
        if (wish.blocked && *wish.blocked != row.blocked_at.has_value()) {
            row.blocked_at = *wish.blocked ? std::optional{row.updated_at} : std::nullopt;
            TRY_OK(parts_.events.append(tx, row.workspace, ContactBlocked{row.id, *wish.blocked}));
        }
        row.search = search_text(row);
        TRY_OK(parts_.contacts.save(tx, row));
        if (!changes.names.empty()) TRY_OK(parts_.events.append(tx, row.workspace, ContactUpdated{row.id, changes.names}));
        return shown(tx, row);
    });
}

Task<void> ContactService::remove(Caller who, ContactId contact) {
    return parts_.db.write([this, who, contact](Transaction& tx) -> Result<void> {
        TRY(auto const row, book_.row(tx, who.workspace, contact));
        TRY_OK(parts_.contacts.remove(tx, who.workspace, row.id));
        TRY_OK(parts_.events.append(tx, who.workspace, ContactRemoved{row.id}));
        return {};
    });
}

Task<std::int64_t> ContactService::remove_all(Caller who, std::vector<ContactId> contacts) {
    return parts_.db.write([this, who, contacts](Transaction& tx) -> Result<std::int64_t> {
        TRY(auto const ids, parts_.contacts.resolve(tx, who.workspace, contacts));
        TRY(auto const rows, parts_.contacts.those(tx, who.workspace, ids));
        for (auto const& row : rows) {
            TRY_OK(parts_.contacts.remove(tx, who.workspace, row.id));
            TRY_OK(parts_.events.append(tx, who.workspace, ContactRemoved{row.id}));
        }
        return std::ssize(rows);
    });
}

Task<Contact> ContactService::opt_out(Caller who, SetConsent wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Contact> {
        TRY_OK(book_.opt_out(tx, who.workspace, wish.id, OptOutSource::api, wish.proof.value_or("")));
        TRY(auto const row, book_.row(tx, who.workspace, wish.id));
        return shown(tx, row);
    });
}

Task<Contact> ContactService::opt_in(Caller who, SetConsent wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Contact> {
        TRY_OK(book_.opt_in(tx, who.workspace, wish.id, OptOutSource::api, wish.proof.value_or("")));
        TRY(auto const row, book_.row(tx, who.workspace, wish.id));
        return shown(tx, row);
    });
}

}   // namespace waqtor
