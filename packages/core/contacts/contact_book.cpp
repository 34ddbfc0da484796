#include "core/contacts/contact_book.hpp"

#include "core/contacts/contact_events.hpp"

namespace waqtor {
namespace {

/// The keys that template variables know.
std::map<std::string, std::string> variables(ContactRow const& row) {
    auto out = row.custom;
    // Never the number in place of a name: "Hello +966…" is worse than a template's default.
    auto const& theirs = row.book_name.empty() ? row.push_name : row.book_name;
    if (auto const& name = row.name.empty() ? theirs : row.name; !name.empty()) out["name"] = name;
    if (row.phone) out["phone"] = *row.phone;
    for (auto const& [key, value] : {std::pair{"email", &row.email}, {"company", &row.company}, {"position", &row.position}})
        if (!value->empty()) out[key] = *value;
    return out;
}

/// Takes `from` when there is nothing yet.
template <class T> void fill(T& field, T const& from) {
    if (field == T{}) field = from;
}

/// The earlier of two times, either may be absent.
std::optional<Timestamp> earlier(std::optional<Timestamp> one, std::optional<Timestamp> other) {
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

struct Change {
    std::vector<std::string> names;
    template <class T> void set(std::string_view name, T& field, T value) {
        if (field == value) return;
        field = std::move(value);
        names.emplace_back(name);
    }
};
}   // namespace

ContactCardRow card_of(ContactRow const& row) {
    auto const name = shown_name(row);
    return {.id = row.id,
            .who = {.phone = row.phone,
                    .lid = row.lid,
                    .username = row.username,
                    .name = name.empty() ? std::nullopt : std::optional{name}},
            .language = row.language,
            .time_zone = row.time_zone,
            .opted_out = row.opted_out_at.has_value(),
            .blocked = row.blocked_at.has_value(),
            .fields = variables(row)};
}

Result<ContactId> ContactBook::identify(Transaction& tx, WorkspaceId workspace, Person const& who) {
    TRY(auto const row, person(tx, workspace, who));
    return row.id;
}

Result<ContactCardRow> ContactBook::recognise(Transaction& tx, WorkspaceId workspace, Person const& who) {
    TRY(auto const row, person(tx, workspace, who));
    return card_of(row);
}

Result<ContactRow> ContactBook::person(Transaction& tx, WorkspaceId workspace, Person const& who) {
    if (!who.phone && !who.lid && !who.username) return invalid("who", "needs a phone, a LID or a username");
    TRY(auto found, parts_.contacts.known_as(tx, workspace, who));
    if (found.empty()) return make(tx, workspace, who);

    auto const by_lid = std::ranges::find_if(found, [&](auto const& row) { return who.lid && row.lid == who.lid; });
    auto row = std::move(by_lid == found.end() ? found.front() : *by_lid);
    auto const id = row.id;
    for (auto& other : found) {
        if (other.id == id) continue;
        // Another LID is another person: a number that changed hands leaves them, and only that.
        auto const someone_else = other.lid && row.lid && other.lid != row.lid;
        if (someone_else) {
            Change change;
            if (other.phone == who.phone) change.set("phone", other.phone, std::optional<std::string>{});
            if (other.username == who.username) change.set("username", other.username, std::optional<std::string>{});
            other.search = search_text(other);
            other.updated_at = parts_.clock.now();
            TRY_OK(parts_.contacts.save(tx, other));
            TRY_OK(parts_.events.append(tx, workspace, ContactUpdated{other.id, std::move(change.names)}));
            // Whoever holds it, a number that refused stays refused until its new owner agrees.
            row.opted_out_at = earlier(row.opted_out_at, other.opted_out_at);
            continue;
        }
        auto const row_is_older = row.id < other.id;
        TRY(row, row_is_older ? merge(tx, row, other) : merge(tx, other, row));
    }
    return learn(tx, std::move(row), who);
}

Result<ContactRow> ContactBook::make(Transaction& tx, WorkspaceId workspace, Person const& who) {
    auto const now = parts_.clock.now();
    ContactRow row{.id = ContactId::make(now),
                   .workspace = workspace,
                   .phone = who.phone,
                   .lid = who.lid,
                   .username = who.username,
                   .push_name = who.name.value_or(""),
                   .source = ContactSource::whatsapp,
                   .created_at = now,
                   .updated_at = now};
    row.search = search_text(row);
    TRY(auto const added, parts_.contacts.add(tx, row));
    if (!added) return fail(Code::conflict, "The contact was made by someone else at the same moment");
    TRY_OK(parts_.events.append(tx, workspace, ContactCreated{row.id, row.source}));
    return row;
}

Result<ContactRow> ContactBook::merge(Transaction& tx, ContactRow heir, ContactRow const& merged) {
    TRY_OK(parts_.contacts.merge(tx, heir.workspace, heir.id, merged.id, parts_.clock.now()));
    for (auto member : {&ContactRow::phone, &ContactRow::lid, &ContactRow::username}) fill(heir.*member, merged.*member);
    for (auto member : {&ContactRow::name, &ContactRow::push_name, &ContactRow::book_name, &ContactRow::email, &ContactRow::company,
                        &ContactRow::position, &ContactRow::language, &ContactRow::country, &ContactRow::time_zone})
        fill(heir.*member, merged.*member);
    if (!merged.notes.empty()) heir.notes += (heir.notes.empty() ? "" : "\n") + merged.notes;
    heir.custom.insert(merged.custom.begin(), merged.custom.end());
    heir.is_active = heir.is_active || merged.is_active;
    heir.blocked_at = earlier(heir.blocked_at, merged.blocked_at);
    heir.opted_out_at = earlier(heir.opted_out_at, merged.opted_out_at);   // a refusal always wins
    heir.opted_in_at = heir.opted_out_at ? std::nullopt : earlier(heir.opted_in_at, merged.opted_in_at);
    heir.search = search_text(heir);
    heir.updated_at = parts_.clock.now();
    TRY_OK(parts_.contacts.save(tx, heir));
    TRY_OK(parts_.events.append(tx, heir.workspace, ContactMerged{heir.id, merged.id}));
    for (auto* hook : hooks_) TRY_OK(hook->merged(tx, heir.workspace, heir.id, merged.id));
    return heir;
}

Result<ContactRow> ContactBook::learn(Transaction& tx, ContactRow row, Person const& who) {
    Change change;
    if (who.phone) change.set("phone", row.phone, who.phone);
    if (who.lid) change.set("lid", row.lid, who.lid);
    if (who.username) change.set("username", row.username, who.username);
    if (who.name && !who.name->empty()) change.set("pushName", row.push_name, *who.name);
    if (change.names.empty()) return row;
    row.search = search_text(row);
    row.updated_at = parts_.clock.now();
    TRY_OK(parts_.contacts.save(tx, row));
    TRY_OK(parts_.events.append(tx, row.workspace, ContactUpdated{row.id, std::move(change.names)}));
    return row;
}

Result<void> ContactBook::note_book_name(Transaction& tx, WorkspaceId workspace, Person const& who, std::string_view name) {
    TRY(auto const known, parts_.contacts.known_as(tx, workspace, who));
    if (known.empty()) return {};
    TRY(auto const contact, identify(tx, workspace, who));
    TRY(auto found, row(tx, workspace, contact));
    if (found.book_name == name) return {};
    found.book_name = name;
    found.search = search_text(found);
    found.updated_at = parts_.clock.now();
    TRY_OK(parts_.contacts.save(tx, found));
    TRY_OK(parts_.events.append(tx, workspace, ContactUpdated{found.id, {"bookName"}}));
    return {};
}

Result<ContactRow> ContactBook::row(Transaction& tx, WorkspaceId workspace, ContactId contact) {
    auto found = parts_.contacts.find(tx, workspace, contact);
    if (found || found.error().code != Code::not_found) return found;
    TRY(auto const heir, parts_.contacts.heir(tx, workspace, contact));
    if (!heir) return found;
    return parts_.contacts.find(tx, workspace, *heir);
}

Result<ContactCardRow> ContactBook::find(Transaction& tx, WorkspaceId workspace, ContactId contact) {
    TRY(auto const found, row(tx, workspace, contact));
    return card_of(found);
}

Result<std::vector<ContactCardRow>> ContactBook::audience(Transaction& tx, WorkspaceId workspace, AudienceQuery const& query,
                                                          ContactId after, std::int64_t limit) {
    std::vector<ContactFilter> filters;
    if (query.everyone) filters.push_back({.active = true});
    if (!query.tags.empty()) filters.push_back({.tags = query.tags, .active = true});
    if (query.segment) {
        TRY(auto const segment, parts_.segments.find(tx, workspace, SegmentId{*query.segment}));
        TRY(auto filter, read_json<ContactFilter>(segment.filter));
        if (!filter.active) filter.active = true;
        filters.push_back(std::move(filter));
    }
    std::vector<ContactRow> rows;
    if (!filters.empty()) {
        TRY(rows, parts_.contacts.walk(tx, workspace, filters, after, limit));
    }
    if (!query.contacts.empty()) {
        TRY(auto const ids, parts_.contacts.resolve(tx, workspace, query.contacts));
        auto rest = std::span{std::ranges::upper_bound(ids, after), ids.end()};
        for (auto wanted = static_cast<std::size_t>(limit); wanted > 0 && !rest.empty();) {
            auto const part = rest.first(std::min(wanted, rest.size()));
            TRY(auto listed, parts_.contacts.those(tx, workspace, part));
            wanted -= std::min(wanted, listed.size());   // unknown ids leave room for later ones
            rest = rest.subspan(part.size());
            std::ranges::move(listed, std::back_inserter(rows));
        }
        std::ranges::sort(rows, {}, &ContactRow::id);
        auto const twice = std::ranges::unique(rows, {}, &ContactRow::id);
        rows.erase(twice.begin(), twice.end());
        if (std::ssize(rows) > limit) rows.resize(static_cast<std::size_t>(limit));
    }
    std::vector<ContactCardRow> out;
    out.reserve(rows.size());
    for (auto const& one : rows) out.push_back(card_of(one));
    return out;
}

Result<void> ContactBook::consent(Transaction& tx, ContactRow row, ConsentKind kind, OptOutSource source, std::string_view proof) {
    auto const now = parts_.clock.now();
    auto const out = kind == ConsentKind::opt_out;
    row.opted_out_at = out ? std::optional{now} : std::nullopt;
    row.opted_in_at = out ? std::nullopt : std::optional{now};
    row.updated_at = now;
    TRY_OK(parts_.contacts.save(tx, row));
    TRY_OK(parts_.contacts.add(tx, ConsentRow{ConsentId::make(now), row.workspace, row.id, kind, source, std::string{proof}, now}));
    if (out) TRY_OK(parts_.events.append(tx, row.workspace, ContactOptedOut{row.id, source}));
    for (auto* hook : out ? hooks_ : std::vector<ContactHook*>{}) TRY_OK(hook->opted_out(tx, row.workspace, row.id));
    if (!out) TRY_OK(parts_.events.append(tx, row.workspace, ContactOptedIn{row.id, source}));
    return {};
}

Result<void> ContactBook::opt_out(Transaction& tx, WorkspaceId workspace, ContactId contact, OptOutSource source,
                                  std::string_view proof) {
    TRY(auto found, row(tx, workspace, contact));
    if (found.opted_out_at) return {};
    return consent(tx, std::move(found), ConsentKind::opt_out, source, proof);
}

Result<void> ContactBook::opt_in(Transaction& tx, WorkspaceId workspace, ContactId contact, OptOutSource source,
                                 std::string_view proof) {
    TRY(auto found, row(tx, workspace, contact));
    if (found.opted_in_at) return {};
    return consent(tx, std::move(found), ConsentKind::opt_in, source, proof);
}

}   // namespace waqtor
