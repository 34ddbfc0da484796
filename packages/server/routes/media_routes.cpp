#include "server/http/target.hpp"
#include "server/router/multipart.hpp"
#include "server/routes/message_routes.hpp"

namespace waqtor {
namespace {

template <class Out> Response answer(unsigned status, Out const& out) {
    Response response{.status = status};
    OutputOf<Out>::write(response.body, out);
    return response;
}

/// A file that came, as the body itself or as the part "file" of a form, with the form's other fields.
struct Upload {
    std::string bytes;
    std::string mime_type;
    std::optional<std::string> name{};
    std::map<std::string, std::string, std::less<>> fields{};
};

Result<Upload> read_upload(Request const& request) {
    auto const type = request.header("content-type");
    Upload out;
    if (!same_ignoring_case(type.substr(0, type.find(';')), "multipart/form-data")) {
        out.bytes = request.body;
        out.mime_type = type;
        TRY(auto const query, parse_query(request.query));
        for (auto const& [name, value] : query) out.fields.emplace(name, value);
        if (auto const name = out.fields.find("name"); name != out.fields.end()) out.name = name->second.substr(0, 255);
        return out;
    }
    TRY(auto const parts, parse_form(type, request.body));
    auto found = false;
    for (auto const& part : parts) {
        if (part.name == "file" && !found) {
            found = true;
            out.bytes = part.body;
            out.mime_type = part.content_type;
            if (!part.file_name.empty()) out.name = std::string{part.file_name.substr(0, 255)};
        } else
            out.fields.emplace(part.name, part.body);
    }
    if (!found) return invalid("file", "is required");
    return out;
}

std::string field(Upload const& upload, std::string_view name) {
    auto const at = upload.fields.find(name);
    return at == upload.fields.end() ? std::string{} : at->second;
}
}   // namespace

void declare_media_routes(Router& api, MessageDesk& desk, MediaService& media, MessageFiles& files) {
    api.post_file<StoredMedia>("/api/messages/upload",
                               {.id = "messages.upload",
                                .summary = "Store a file to send: as the body, or as the part `file` of a form",
                                .description = "The query may give `name` and `sha256`; a form may give `sha256`.",
                                .tag = "Messages",
                                .scope = Scope::messages_send,
                                .success = 201,
                                .errors = {Code::unsupported_media},
                                .body_limit = MediaService::kLargest + 65536},
                               [&media](Caller who, Request const& request) -> Task<Response> {
                                   CO_TRY(auto upload, read_upload(request));
                                   auto const sha256 = field(upload, "sha256");
                                   CO_TRY(auto const stored,
                                          co_await media.store(who.workspace, std::move(upload.bytes), std::move(upload.mime_type),
                                                               std::move(upload.name), sha256));
                                   co_return answer(201, stored);
                               });
    api.post_file<Message>("/api/messages/send-file",
                           {.id = "messages.send_file",
                            .summary = "Send a file of a form (as in 2.3): file, phone, caption",
                            .tag = "Messages",
                            .scope = Scope::messages_send,
                            .success = 202,
                            .errors = {Code::not_found, Code::conflict, Code::unsupported_media},
                            .body_limit = MediaService::kLargest + 65536,
                            .idempotent = true},
                           [&media, &desk](Caller who, Request const& request) -> Task<Response> {
                               auto const key = std::string{request.header("idempotency-key").substr(0, 255)};
                               CO_TRY(auto upload, read_upload(request));
                               SendMessage wish{.to = field(upload, "phone")};
                               if (auto caption = field(upload, "caption"); !caption.empty()) wish.text = std::move(caption);
                               if (auto const session = field(upload, "session"); !session.empty()) {
                                   wish.session = SessionId::parse(session);
                                   if (!wish.session) co_return invalid("session", "must be an id (UUID)");
                               }
                               CO_TRY(auto const stored,
                                      co_await media.store(who.workspace, std::move(upload.bytes), std::move(upload.mime_type),
                                                           std::move(upload.name), field(upload, "sha256")));
                               wish.media = MediaWish{.file = stored.file, .name = stored.name};
                               CO_TRY(auto const sent, co_await desk.send(std::move(who), std::move(wish), key));
                               co_return answer(202, sent);
                           });
    api.raw("/api/media/{file}",
            {.id = "media.get",
             .summary = "Read a stored file",
             .tag = "Messages",
             .scope = Scope::messages_read,
             .errors = {Code::not_found, Code::gone}},
            "application/octet-stream", [&media](Caller who, Request const& request) -> Task<Response> {
                auto file = std::string{request.path.substr(request.path.rfind('/') + 1)};
                CO_TRY(auto bytes, co_await media.bytes(who.workspace, std::move(file)));
                co_return Response{.content_type = "application/octet-stream",
                                   .headers = {{"Content-Disposition", "attachment"}, {"X-Content-Type-Options", "nosniff"}},
                                   .body = std::move(bytes)};
            });
    api.raw("/api/messages/{id}/media",
            {.id = "messages.media",
             .summary = "Read the file of a message; it is fetched from WhatsApp when it is not here yet",
             .tag = "Messages",
             .scope = Scope::messages_read,
             .errors = {Code::not_found, Code::conflict, Code::gone, Code::too_large}},
            "application/octet-stream", [&files](Caller who, Request const& request) -> Task<Response> {
                constexpr std::string_view kStart = "/api/messages/";
                auto const rest = request.path.substr(kStart.size());
                auto const id = MessageId::parse(rest.substr(0, rest.find('/')));
                if (!id) co_return fail(Code::not_found, "There is no such message");
                CO_TRY(auto file, co_await files.get(std::move(who), *id));
                co_return Response{.content_type = "application/octet-stream",
                                   .headers = {{"Content-Disposition", "attachment"}, {"X-Content-Type-Options", "nosniff"}},
                                   .body = std::move(file.bytes)};
            });
}

}   // namespace waqtor
