#include "server/routes/recipients_23.hpp"

// WaQtor 2.3's /api/recipients and /api/groups: contacts and tags under its names, with its bodies and answers.

namespace waqtor {

struct ListRecipients23 {
    std::optional<std::int64_t> page{};
    std::optional<std::int64_t> limit{};
    std::optional<std::string> search{};
    std::optional<std::string> tag{};
};
BOOST_DESCRIBE_STRUCT(ListRecipients23, (), (page, limit, search, tag))
template <>
inline constexpr std::array kFields<ListRecipients23>{
    Field{"page", "Which page, from 1", 1, 1'000'000},
    Field{"limit", "At most this many on it; 50 by default", 1, 1000},
    Field{"search", "In names, numbers, e-mail, company; Arabic and case folded", 0, 100},
    Field{"tag", "Only with this tag", 1, 100, Format::single_line},
};

struct Pages23 {
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t limit = 50;
    std::int64_t pages = 0;
};
BOOST_DESCRIBE_STRUCT(Pages23, (), (total, page, limit, pages))
template <>
inline constexpr std::array kFields<Pages23>{Field{"total", "How many there are"}, Field{"page", "Which page this is"},
                                             Field{"limit", "At most this many on it"}, Field{"pages", "How many pages there are"}};

struct Recipients23 {
    std::vector<Recipient23> recipients;
    Pages23 pagination;
};
BOOST_DESCRIBE_STRUCT(Recipients23, (), (recipients, pagination))
template <>
inline constexpr std::array kFields<Recipients23>{Field{"recipients", "The contacts, newest first"},
                                                  Field{"pagination", "Where this is in the whole"}};

struct CreateRecipient23 {
    std::string phone;
    std::optional<std::string> name{};
    std::optional<std::string> email{};
    std::optional<std::string> company{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::map<std::string, std::string>> custom_fields_{};
    std::optional<std::string> notes{};
};
BOOST_DESCRIBE_STRUCT(CreateRecipient23, (), (phone, name, email, company, tags, custom_fields_, notes))
template <>
inline constexpr std::array kFields<CreateRecipient23>{
    Field{"phone", "Number as people write it", 1, 40, Format::single_line},
    Field{"name", "How you call them", 0, 200, Format::single_line},
    Field{"email", "E-mail address", 0, 254, Format::single_line},
    Field{"company", "Company", 0, 200, Format::single_line},
    Field{"tags", "Tags; new ones are made", 0, 50, Format::single_line},
    Field{"custom_fields_", "Fields of your own", 0, 50},
    Field{"notes", "Notes", 0, 10'000},
};

struct UpdateRecipient23 {
    ContactId id;
    std::optional<std::string> phone{};
    std::optional<std::string> name{};
    std::optional<std::string> email{};
    std::optional<std::string> company{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::map<std::string, std::string>> custom_fields_{};
    std::optional<std::string> notes{};
    std::optional<bool> is_active_{};
};
BOOST_DESCRIBE_STRUCT(UpdateRecipient23, (), (id, phone, name, email, company, tags, custom_fields_, notes, is_active_))
template <>
inline constexpr std::array kFields<UpdateRecipient23>{
    Field{"id", "The contact"},
    Field{"phone", "Another number", 1, 40, Format::single_line},
    Field{"name", "How you call them", 0, 200, Format::single_line},
    Field{"email", "E-mail address", 0, 254, Format::single_line},
    Field{"company", "Company", 0, 200, Format::single_line},
    Field{"tags", "All of their tags from now on", 0, 50, Format::single_line},
    Field{"custom_fields_", "All of their own fields from now on", 0, 50},
    Field{"notes", "Notes", 0, 10'000},
    Field{"is_active_", "False: in no audience but one that names them"},
};

struct WhichRecipient23 {
    ContactId id;
};
BOOST_DESCRIBE_STRUCT(WhichRecipient23, (), (id))
template <> inline constexpr std::array kFields<WhichRecipient23>{Field{"id", "The contact"}};

struct Bulk23 {
    std::vector<CreateRecipient23> recipients;
};
BOOST_DESCRIBE_STRUCT(Bulk23, (), (recipients))
template <> inline constexpr std::array kFields<Bulk23>{Field{"recipients", "Who", 1, 10'000}};

struct BulkError23 {
    std::string phone;
    std::string error;
};
BOOST_DESCRIBE_STRUCT(BulkError23, (), (phone, error))
template <>
inline constexpr std::array kFields<BulkError23>{Field{"phone", "The number as given"}, Field{"error", "What is wrong with it"}};

struct BulkCreated23 {
    std::int64_t created = 0;
    std::int64_t skipped = 0;
    std::vector<BulkError23> errors;
};
BOOST_DESCRIBE_STRUCT(BulkCreated23, (), (created, skipped, errors))
template <>
inline constexpr std::array kFields<BulkCreated23>{Field{"created", "New contacts"}, Field{"skipped", "Known already"},
                                                   Field{"errors", "Numbers that are none"}};

struct Ids23 {
    std::vector<ContactId> ids;
};
BOOST_DESCRIBE_STRUCT(Ids23, (), (ids))
template <> inline constexpr std::array kFields<Ids23>{Field{"ids", "Which contacts", 1, 10'000}};

Task<ByName> tags_by_name(TagService& tags, Caller who) {
    CO_TRY(auto all, co_await tags.list(std::move(who), ""));
    ByName out;
    for (auto& one : all) {
        auto name = one.name;
        out.emplace(std::move(name), std::move(one));
    }
    co_return out;
}

Recipient23 recipient_of(Contact const& contact, ByName const& tags) {
    Recipient23 out{.id = contact.id,
                    .phone = contact.phone.value_or(""),
                    .name = contact.name,
                    .email = contact.email,
                    .company = contact.company,
                    .tags = contact.tags,
                    .custom_fields_ = contact.custom,
                    .is_active_ = contact.is_active,
                    .notes = contact.notes,
                    .created_at_ = contact.created_at,
                    .updated_at_ = contact.updated_at};
    for (auto const& name : contact.tags)
        if (auto const tag = tags.find(name); tag != tags.end())
            out.groups.push_back({tag->second.id, name, tag->second.color, tag->second.icon});
    return out;
}

namespace {
RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Recipients (2.3)", .scope = Scope::contacts_read, .errors = {Code::not_found}};
}
RouteDoc writes(std::string_view id, std::string_view summary) {
    return {.id = id,
            .summary = summary,
            .tag = "Recipients (2.3)",
            .scope = Scope::contacts_write,
            .errors = {Code::not_found, Code::conflict}};
}

CreateContact contact_of(CreateRecipient23 wish) {
    return {.phone = std::move(wish.phone),
            .name = std::move(wish.name),
            .email = std::move(wish.email),
            .company = std::move(wish.company),
            .notes = std::move(wish.notes),
            .tags = std::move(wish.tags),
            .custom = std::move(wish.custom_fields_)};
}

Task<Recipient23> shown(TagService& tags, Caller who, Task<Contact> work) {
    CO_TRY(auto const contact, co_await std::move(work));
    CO_TRY(auto const names, co_await tags_by_name(tags, std::move(who)));
    co_return recipient_of(contact, names);
}

Task<Recipients23> list(ContactService& contacts, TagService& tags, Caller who, ListRecipients23 wish) {
    auto const limit = wish.limit.value_or(50);
    auto const page = wish.page.value_or(1);
    CO_TRY(auto const found,
           co_await contacts.list(who, {.limit = limit, .offset = (page - 1) * limit, .search = wish.search, .tag = wish.tag}));
    CO_TRY(auto const names, co_await tags_by_name(tags, std::move(who)));
    Recipients23 out{{}, {found.total, page, limit, (found.total + limit - 1) / limit}};
    for (auto const& one : found.items) out.recipients.push_back(recipient_of(one, names));
    co_return out;
}

Task<BulkCreated23> create_bulk(ContactService& contacts, Caller who, Bulk23 wish) {
    std::vector<CreateContact> all;
    for (auto& one : wish.recipients) all.push_back(contact_of(std::move(one)));
    CO_TRY(auto made, co_await contacts.create_all(std::move(who), std::move(all)));
    BulkCreated23 out{made.created, made.skipped, {}};
    for (auto& one : made.errors) out.errors.push_back({std::move(one.phone), std::move(one.error)});
    co_return out;
}

void declare_one(Router& api, ContactService& contacts, TagService& tags) {
    api.get<WhichRecipient23, Recipient23>(
        "/api/recipients/{id}", reads("recipients.get", "Read a contact (as in 2.3)"),
        [&](Caller who, WhichRecipient23 which) { return shown(tags, who, contacts.get(who, which.id)); });
    api.put<UpdateRecipient23, Recipient23>("/api/recipients/{id}",
                                            writes("recipients.update", "Change a contact (as in 2.3); what is absent stays"),
                                            [&](Caller who, UpdateRecipient23 wish) {
                                                return shown(tags, who,
                                                             contacts.update(who, {.id = wish.id,
                                                                                   .phone = wish.phone,
                                                                                   .name = wish.name,
                                                                                   .email = wish.email,
                                                                                   .company = wish.company,
                                                                                   .notes = wish.notes,
                                                                                   .tags = wish.tags,
                                                                                   .custom = wish.custom_fields_,
                                                                                   .is_active = wish.is_active_}));
                                            });
    api.del<WhichRecipient23, Merged<RecipientMessage23>>(
        "/api/recipients/{id}", writes("recipients.remove", "Delete a contact (as in 2.3)"),
        [&](Caller who, WhichRecipient23 which) -> Task<Merged<RecipientMessage23>> {
            CO_TRY_OK(co_await contacts.remove(std::move(who), which.id));
            co_return Merged<RecipientMessage23>{{"Recipient deleted"}};
        });
}
}   // namespace

void declare_recipient_routes(Router& api, ContactService& contacts, TagService& tags) {
    declare_one(api, contacts, tags);
    api.get<ListRecipients23, Recipients23>(
        "/api/recipients", reads("recipients.list", "List contacts (as in 2.3)"),
        [&](Caller who, ListRecipients23 wish) { return list(contacts, tags, std::move(who), std::move(wish)); });
    api.post<CreateRecipient23, Recipient23>(
        "/api/recipients", writes("recipients.create", "Add a contact (as in 2.3)"),
        [&](Caller who, CreateRecipient23 wish) { return shown(tags, who, contacts.create(who, contact_of(std::move(wish)))); });
    auto bulk = writes("recipients.createBulk", "Add many contacts (as in 2.3)");
    bulk.body_limit = 16U << 20U;
    api.post<Bulk23, BulkCreated23>("/api/recipients/bulk", std::move(bulk), [&](Caller who, Bulk23 wish) {
        return create_bulk(contacts, std::move(who), std::move(wish));
    });
    auto remove = writes("recipients.removeBulk", "Delete many contacts (as in 2.3)");
    remove.body = true;
    api.del<Ids23, Removed23>("/api/recipients/bulk", std::move(remove), [&](Caller who, Ids23 wish) -> Task<Removed23> {
        CO_TRY(auto const removed, co_await contacts.remove_all(std::move(who), std::move(wish.ids)));
        co_return Removed23{removed};
    });
    api.raw("/api/recipients/export/csv", reads("recipients.exportCsv", "Every contact as CSV with the columns of 2.3"),
            "text/csv; charset=utf-8", [&contacts](Caller who, Request const&) -> Task<Response> {
                CO_TRY(auto body, co_await contacts.csv_23(std::move(who)));
                co_return Response{.content_type = "text/csv; charset=utf-8",
                                   .headers = {{"Content-Disposition", "attachment; filename=\"recipients.csv\""}},
                                   .body = std::move(body)};
            });
}

}   // namespace waqtor
