#include "server/routes/contact_routes.hpp"

namespace waqtor {

struct WhichContact {
    ContactId id;
};
BOOST_DESCRIBE_STRUCT(WhichContact, (), (id))
template <> inline constexpr std::array kFields<WhichContact>{Field{"id", "The contact"}};

namespace {
/// A list without our envelope: the file is for other programs.
struct ContactList {};

void declare_people(Router& api, ContactService& contacts) {
    api.post<CreateContact, Contact>(
        "/api/contacts",
        {.id = "contacts.create",
         .summary = "Add a contact",
         .tag = "Contacts",
         .scope = Scope::contacts_write,
         .success = 201,
         .errors = {Code::conflict}},
        [&](Caller who, CreateContact wish) { return contacts.create(std::move(who), std::move(wish)); });
    api.get<ListContacts, Page<Contact>>(
        "/api/contacts",
        {.id = "contacts.list",
         .summary = "List contacts, newest first",
         .tag = "Contacts",
         .scope = Scope::contacts_read,
         .errors = {Code::not_found}},   // a segment there is not
        [&](Caller who, ListContacts wish) { return contacts.list(std::move(who), std::move(wish)); });
    api.get<WhichContact, Contact>("/api/contacts/{id}",
                                   {.id = "contacts.get",
                                    .summary = "Read one contact",
                                    .tag = "Contacts",
                                    .scope = Scope::contacts_read,
                                    .errors = {Code::not_found}},
                                   [&](Caller who, WhichContact which) { return contacts.get(std::move(who), which.id); });
    api.patch<UpdateContact, Contact>(
        "/api/contacts/{id}",
        {.id = "contacts.update",
         .summary = "Change, block or unblock a contact",
         .tag = "Contacts",
         .scope = Scope::contacts_write,
         .errors = {Code::not_found}},
        [&](Caller who, UpdateContact wish) { return contacts.update(std::move(who), std::move(wish)); });
    api.del<WhichContact, Nothing>("/api/contacts/{id}",
                                   {.id = "contacts.remove",
                                    .summary = "Delete a contact",
                                    .tag = "Contacts",
                                    .scope = Scope::contacts_write,
                                    .errors = {Code::not_found}},
                                   [&](Caller who, WhichContact which) -> Task<Nothing> {
                                       CO_TRY_OK(co_await contacts.remove(std::move(who), which.id));
                                       co_return Nothing{};
                                   });
    api.post<SetConsent, Contact>("/api/contacts/{id}/opt-out",
                                  {.id = "contacts.optOut",
                                   .summary = "Note that the person wants no more messages; what waits for them is cancelled",
                                   .tag = "Contacts",
                                   .scope = Scope::contacts_write,
                                   .errors = {Code::not_found}},
                                  [&](Caller who, SetConsent wish) { return contacts.opt_out(std::move(who), std::move(wish)); });
    api.post<SetConsent, Contact>("/api/contacts/{id}/opt-in",
                                  {.id = "contacts.optIn",
                                   .summary = "Note that the person agreed to messages",
                                   .tag = "Contacts",
                                   .scope = Scope::contacts_write,
                                   .errors = {Code::not_found}},
                                  [&](Caller who, SetConsent wish) { return contacts.opt_in(std::move(who), std::move(wish)); });
}

}   // namespace

template <> struct OutputOf<ContactList> {
    static json::object schema(SchemaSet& set) { return {{"type", "array"}, {"items", set.of<Contact>()}}; }
};

namespace {
using Export = Task<std::string> (ContactService::*)(Caller);
Endpoint::Raw exporter(ContactService& contacts, std::string suffix, std::string_view type, Export write) {
    return [&contacts, write, type, suffix = std::move(suffix)](Caller who, Request const&) -> Task<Response> {
        CO_TRY(auto body, co_await (contacts.*write)(std::move(who)));
        co_return Response{.content_type = type,
                           .headers = {{"Content-Disposition", "attachment; filename=\"contacts." + suffix + "\""}},
                           .body = std::move(body)};
    };
}

void declare_exports(Router& api, ContactService& contacts) {
    auto const doc = [](std::string_view id) {
        return RouteDoc{.id = id, .summary = "Every contact as a file", .tag = "Contacts", .scope = Scope::contacts_read};
    };
    constexpr auto* kCsv = "text/csv; charset=utf-8";
    constexpr auto* kVcard = "text/vcard; charset=utf-8";
    api.raw("/api/contacts/export.csv", doc("contacts.exportCsv"), kCsv, exporter(contacts, "csv", kCsv, &ContactService::csv));
    api.raw("/api/contacts/export.vcf", doc("contacts.exportVcards"), kVcard,
            exporter(contacts, "vcf", kVcard, &ContactService::vcards));
    api.raw_json<ContactList>("/api/contacts/export.json", doc("contacts.exportJson"),
                              exporter(contacts, "json", "application/json", &ContactService::json_list));
}
}   // namespace

void declare_contact_routes(Router& api, ContactService& contacts, ContactImporter& imports) {
    declare_people(api, contacts);
    declare_exports(api, contacts);
    declare_import_routes(api, imports);
}

}   // namespace waqtor
