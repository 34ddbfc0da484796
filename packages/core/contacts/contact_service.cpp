#include "core/contacts/contact_service.hpp"

#include "core/contacts/contact_events.hpp"
#include "core/contacts/fold.hpp"
#include "core/contacts/phone_number.hpp"

namespace waqtor {
namespace {
constexpr std::int64_t kPage = 1000;

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

/// RFC 4180; what begins like a formula gets an apostrophe before it, as spreadsheets take it for text then.
std::string csv_cell(std::string_view text) {
    std::string out = "\"";
    if (!text.empty() && std::string_view{"=+-@\t\r"}.contains(text.front())) out += '\'';
    for (auto c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

/// RFC 2426, section 4: line breaks, commas, semicolons and backslashes are escaped.
std::string vcard_text(std::string_view text) {
    std::string out;
    for (auto c : text) {
        if (c == '\r') continue;
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == ',' || c == ';' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}
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
        if (name.empty() || name.size() > 100) return invalid("tags", "must be of 1 to 100 characters each");
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

Task<Contact> ContactService::create(Caller who, CreateContact wish) {
    auto const number = read_phone(wish.phone, country_);
    if (!number) co_return invalid("phone", number.error().message);
    auto const now = parts_.clock.now();
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
    co_return co_await parts_.db.write(
        [this, row, tags = wish.tags.value_or(std::vector<std::string>{})](Transaction& tx) -> Result<Contact> {
            TRY(auto const added, parts_.contacts.add(tx, row));
            if (!added) return fail(Code::conflict, "There is already a contact with the number " + *row.phone);
            TRY_OK(set_tags(tx, row, tags));
            TRY_OK(parts_.events.append(tx, row.workspace, ContactCreated{row.id, row.source}));
            return shown(tx, row);
        });
}

Task<Page<Contact>> ContactService::list(Caller who, ListContacts wish) {
    return parts_.db.read([this, who, wish](Transaction& tx) -> Result<Page<Contact>> {
        ContactFilter filter{.search = wish.search, .opted_out = wish.opted_out};
        if (wish.tag) filter.tags = std::vector{*wish.tag};
        TRY(auto const rows, parts_.contacts.list(tx, who.workspace, filter, ContactOrder::newest,
                                                  {wish.limit.value_or(50), wish.offset.value_or(0)}));
        std::vector<ContactId> ids;
        Page<Contact> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) {
            ids.push_back(row.id);
            out.items.push_back(from_row(row));
        }
        TRY(auto const tags, parts_.tags.of(tx, ids));
        for (auto const& tag : tags)
            if (auto const at = std::ranges::find(out.items, tag.contact, &Contact::id); at != out.items.end())
                at->tags.push_back(tag.name);
        return out;
    });
}

Task<Contact> ContactService::get(Caller who, ContactId contact) {
    return parts_.db.read([this, who, contact](Transaction& tx) -> Result<Contact> {
        TRY(auto const row, book_.row(tx, who.workspace, contact));
        return shown(tx, row);
    });
}

Task<Contact> ContactService::update(Caller who, UpdateContact wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Contact> {
        TRY(auto row, book_.row(tx, who.workspace, wish.id));
        Changes changes;
        changes.set("name", row.name, wish.name);
        changes.set("email", row.email, wish.email);
        changes.set("company", row.company, wish.company);
        changes.set("position", row.position, wish.position);
        changes.set("notes", row.notes, wish.notes);
        changes.set("custom", row.custom, wish.custom);
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

Task<std::vector<ContactRow>> ContactService::all(WorkspaceId workspace) {
    std::vector<ContactRow> out;
    for (ContactId after{};;) {
        CO_TRY(auto rows, co_await parts_.db.read([this, workspace, after](Transaction& tx) {
            ContactFilter const everybody;
            return parts_.contacts.walk(tx, workspace, std::span{&everybody, 1}, after, kPage);
        }));
        if (rows.empty()) co_return out;
        after = rows.back().id;
        std::ranges::move(rows, std::back_inserter(out));
    }
}

Task<std::string> ContactService::csv(Caller who) {
    CO_TRY(auto const rows, co_await all(who.workspace));
    std::string out = "\xef\xbb\xbfName,Phone,Email,Company,Position,Language,Notes,Opted out\r\n";
    for (auto const& row : rows) {
        auto const name = shown_name(row);
        for (std::string_view cell :
             {std::string_view{name}, std::string_view{row.email}, std::string_view{row.company}, std::string_view{row.position},
              std::string_view{row.language}, std::string_view{row.notes}}) {
            out += csv_cell(cell) + ',';
            if (cell.data() == name.data()) out += (row.phone ? "\"" + *row.phone + "\"" : "") + ',';
        }
        out += row.opted_out_at ? "yes\r\n" : "no\r\n";
    }
    co_return out;
}

Task<std::string> ContactService::vcards(Caller who) {
    CO_TRY(auto const rows, co_await all(who.workspace));
    std::string out;
    for (auto const& row : rows) {
        auto const name = vcard_text(shown_name(row));
        out += "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + name + "\r\nN:;" + name + ";;;\r\n";
        if (row.phone) out += "TEL;TYPE=CELL:" + *row.phone + "\r\n";
        if (!row.email.empty()) out += "EMAIL:" + vcard_text(row.email) + "\r\n";
        if (!row.company.empty()) out += "ORG:" + vcard_text(row.company) + "\r\n";
        if (!row.notes.empty()) out += "NOTE:" + vcard_text(row.notes) + "\r\n";
        out += "END:VCARD\r\n";
    }
    co_return out;
}

}   // namespace waqtor
