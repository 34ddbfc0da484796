#include "server/router/upload.hpp"
#include "server/routes/message_routes.hpp"

namespace waqtor {
namespace {

template <class Out> Response answer(unsigned status, Out const& out) {
    Response response{.status = status};
    OutputOf<Out>::write(response.body, out);
    return response;
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
                                   auto const sha256 = upload.field("sha256");
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
                               SendMessage wish{.to = upload.field("phone")};
                               if (auto caption = upload.field("caption"); !caption.empty()) wish.text = std::move(caption);
                               if (auto const session = upload.field("session"); !session.empty()) {
                                   wish.session = SessionId::parse(session);
                                   if (!wish.session) co_return invalid("session", "must be an id (UUID)");
                               }
                               CO_TRY(auto const stored,
                                      co_await media.store(who.workspace, std::move(upload.bytes), std::move(upload.mime_type),
                                                           std::move(upload.name), upload.field("sha256")));
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
