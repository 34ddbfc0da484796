#include "core/accounts/account_api.hpp"
#include "server/router/upload.hpp"
#include "server/routes/contact_routes.hpp"

namespace waqtor {
namespace {
constexpr std::size_t kMostImport = (64U << 20U) + 65536;
constexpr std::string_view kImports = "/api/contacts/imports/";

RouteDoc changes(std::string_view id, std::string_view summary, unsigned success = 200) {
    return {.id = id,
            .summary = summary,
            .tag = "Contact imports",
            .scope = Scope::contacts_write,
            .success = success,
            .errors = {Code::not_found, Code::conflict}};
}
RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Contact imports", .scope = Scope::contacts_read, .errors = {Code::not_found}};
}

/// "vip,new customers" → two tags.
std::vector<std::string> tags_of(std::string_view list) {
    std::vector<std::string> out;
    while (!list.empty()) {
        auto const end = std::min(list.find(','), list.size());
        if (end > 0) out.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return out;
}

Task<Response> take_upload(ContactImporter& imports, Caller who, Request const& request) {
    CO_TRY(auto upload, read_upload(request));
    UploadImport wish{
        .bytes = std::move(upload.bytes), .file_name = upload.name.value_or(""), .tags = tags_of(upload.field("tags"))};
    if (auto country = upload.field("country"); !country.empty()) wish.country = std::move(country);
    CO_TRY(auto const seen, co_await imports.upload(std::move(who), std::move(wish)));
    Response out{.status = 201};
    OutputOf<ContactImport>::write(out.body, seen);
    co_return out;
}

Task<Response> give_rejected(ContactImporter& imports, Caller who, Request const& request) {
    auto const rest = std::string_view{request.path}.substr(kImports.size());
    auto const id = ImportId::parse(rest.substr(0, rest.find('/')));
    if (!id) co_return fail(Code::not_found, "There is no such import");
    CO_TRY(auto csv, co_await imports.rejected_csv(std::move(who), *id));
    co_return Response{.content_type = "text/csv; charset=utf-8",
                       .headers = {{"Content-Disposition", "attachment; filename=\"rejected.csv\""}},
                       .body = std::move(csv)};
}
}   // namespace

void declare_import_routes(Router& api, ContactImporter& imports) {
    api.post_file<ContactImport>(
        "/api/contacts/imports",
        {.id = "imports.upload",
         .summary = "Upload a list of people and see what it would bring; nothing is changed until it is started",
         .description = "The body is the file, or a form with the part `file`: CSV in any common encoding, Google's or Outlook's "
                        "export, vCard or XLSX. The query or the form may give `name`, `country` and `tags` (with commas between).",
         .tag = "Contact imports",
         .scope = Scope::contacts_write,
         .success = 201,
         .errors = {Code::invalid},
         .body_limit = kMostImport},
        [&imports](Caller who, Request const& request) { return take_upload(imports, std::move(who), request); });
    api.get<ListRequest, Page<ContactImport>>(
        "/api/contacts/imports", reads("imports.list", "List imports, newest first"),
        [&](Caller who, ListRequest wish) { return imports.list(std::move(who), page_of(wish)); });
    api.get<WhichImport, ContactImport>("/api/contacts/imports/{id}", reads("imports.get", "Read how far an import is"),
                                        [&](Caller who, WhichImport which) { return imports.get(std::move(who), which.id); });
    api.post<SetImport, ContactImport>(
        "/api/contacts/imports/{id}/preview",
        changes("imports.preview", "See what it would bring with other columns, tags or country"),
        [&](Caller who, SetImport wish) { return imports.preview(std::move(who), std::move(wish)); });
    api.post<SetImport, ContactImport>("/api/contacts/imports/{id}/start",
                                       changes("imports.start", "Bring the people in; events tell how far it is", 202),
                                       [&](Caller who, SetImport wish) { return imports.start(std::move(who), std::move(wish)); });
    api.post<WhichImport, ContactImport>(
        "/api/contacts/imports/{id}/undo",
        changes("imports.undo", "Remove the contacts it made and put back those it changed, except what was changed since", 202),
        [&](Caller who, WhichImport which) { return imports.undo(std::move(who), which.id); });
    api.get<ListImportLines, Page<ImportLine>>(
        "/api/contacts/imports/{id}/rows", reads("imports.rows", "List the rows that brought nothing, and why"),
        [&](Caller who, ListImportLines wish) { return imports.lines(std::move(who), wish); });
    api.raw("/api/contacts/imports/{id}/rejected.csv",
            reads("imports.rejected", "The rows with an error as a file that can be corrected and imported"),
            "text/csv; charset=utf-8",
            [&imports](Caller who, Request const& request) { return give_rejected(imports, std::move(who), request); });
    api.del<WhichImport, Nothing>(
        "/api/contacts/imports/{id}",
        changes("imports.remove", "Forget an import; its contacts stay, and it cannot be undone any more"),
        [&](Caller who, WhichImport which) -> Task<Nothing> {
            CO_TRY_OK(co_await imports.remove(std::move(who), which.id));
            co_return Nothing{};
        });
}

}   // namespace waqtor
