#include "server/routes/session_routes.hpp"

#include "core/accounts/account_api.hpp"
#include "server/qr/qr_image.hpp"

namespace waqtor {

struct WhichSession {
    std::string id;
};
BOOST_DESCRIBE_STRUCT(WhichSession, (), (id))
template <> inline constexpr std::array kFields<WhichSession>{Field{"id", "Its id or client id", 1, 64, Format::token}};

struct LinkByCode {
    std::string id;
    std::string phone;
};
BOOST_DESCRIBE_STRUCT(LinkByCode, (), (id, phone))
template <>
inline constexpr std::array kFields<LinkByCode>{
    Field{"id", "Its id or client id", 1, 64, Format::token},
    Field{"phone", "The number to link, E.164", 8, 16, Format::phone},
};

namespace {
using Action = Task<Session> (SessionService::*)(Caller, std::string);

/// One route that does something to one session and shows it.
void action(Router& api, SessionService& sessions, std::string const& path, std::string_view id, std::string_view summary,
            Action run) {
    api.post<WhichSession, Session>(
        path, {.id = id, .summary = summary, .tag = "Sessions", .scope = Scope::sessions_write, .errors = {Code::not_found}},
        [&sessions, run](Caller who, WhichSession which) { return (sessions.*run)(std::move(who), std::move(which.id)); });
}

/// GET …/{id}/qr.png and .svg: pictures of the code, never cached.
void picture(Router& api, SessionService& sessions, std::string const& suffix, std::string_view type,
             Result<std::string> (*draw)(std::string const&), std::string_view id) {
    api.raw("/api/sessions/{id}/qr." + suffix,
            {.id = id,
             .summary = "The QR code to scan, as a picture",
             .tag = "Sessions",
             .scope = Scope::sessions_write,
             .errors = {Code::not_found, Code::unavailable}},
            type, [&sessions, type, draw](Caller who, Request const& request) -> Task<Response> {
                auto const which = request.path.substr(std::string_view{"/api/sessions/"}.size());
                CO_TRY(auto const code, co_await sessions.qr(std::move(who), std::string{which.substr(0, which.find('/'))}));
                CO_TRY(auto body, draw(code.qr));
                co_return Response{.content_type = type, .body = std::move(body)};
            });
}

void declare_lists(Router& api, SessionService& sessions) {
    api.post<CreateSession, Session>(
        "/api/sessions",
        {.id = "sessions.create",
         .summary = "Make a session; it starts and shows a QR code unless `start` is false",
         .tag = "Sessions",
         .scope = Scope::sessions_write,
         .success = 201,
         .errors = {Code::conflict}},
        [&](Caller who, CreateSession wish) { return sessions.create(std::move(who), std::move(wish)); });
    api.get<ListRequest, Page<Session>>(
        "/api/sessions",
        {.id = "sessions.list", .summary = "List sessions, oldest first", .tag = "Sessions", .scope = Scope::sessions_read},
        [&](Caller who, ListRequest wish) { return sessions.list(std::move(who), page_of(wish)); });
    api.get<WhichSession, Session>(
        "/api/sessions/{id}",
        {.id = "sessions.get",
         .summary = "Read one session with its health",
         .tag = "Sessions",
         .scope = Scope::sessions_read,
         .errors = {Code::not_found}},
        [&](Caller who, WhichSession which) { return sessions.get(std::move(who), std::move(which.id)); });
    api.patch<UpdateSession, Session>(
        "/api/sessions/{id}",
        {.id = "sessions.update",
         .summary = "Change a session's name or proxy",
         .tag = "Sessions",
         .scope = Scope::sessions_write,
         .errors = {Code::not_found}},
        [&](Caller who, UpdateSession wish) { return sessions.update(std::move(who), std::move(wish)); });
    api.del<WhichSession, Nothing>("/api/sessions/{id}",
                                   {.id = "sessions.remove",
                                    .summary = "Unlink the number and remove the session with its keys",
                                    .tag = "Sessions",
                                    .scope = Scope::sessions_write,
                                    .errors = {Code::not_found}},
                                   [&](Caller who, WhichSession which) -> Task<Nothing> {
                                       CO_TRY_OK(co_await sessions.remove(std::move(who), std::move(which.id)));
                                       co_return Nothing{};
                                   });
}
}   // namespace

void declare_session_routes(Router& api, SessionService& sessions) {
    declare_lists(api, sessions);
    action(api, sessions, "/api/sessions/{id}/start", "sessions.start", "Start a session", &SessionService::start);
    action(api, sessions, "/api/sessions/{id}/stop", "sessions.stop", "Stop a session; the number stays linked",
           &SessionService::stop_session);
    action(api, sessions, "/api/sessions/{id}/restart", "sessions.restart", "Stop and start a session", &SessionService::restart);
    action(api, sessions, "/api/sessions/{id}/logout", "sessions.logout", "Unlink the number; the session stays",
           &SessionService::logout);
    api.get<WhichSession, SessionQr>(
        "/api/sessions/{id}/qr",
        {.id = "sessions.qr",
         .summary = "The QR code to scan, as text",
         .tag = "Sessions",
         .scope = Scope::sessions_write,
         .errors = {Code::not_found, Code::unavailable}},
        [&](Caller who, WhichSession which) { return sessions.qr(std::move(who), std::move(which.id)); });
    picture(api, sessions, "png", "image/png", &qr_png, "sessions.qrPng");
    picture(api, sessions, "svg", "image/svg+xml", &qr_svg, "sessions.qrSvg");
    api.post<LinkByCode, PairingCode>("/api/sessions/{id}/pairing-code",
                                      {.id = "sessions.pairingCode",
                                       .summary = "Link by a code typed on the phone instead of a QR code",
                                       .tag = "Sessions",
                                       .scope = Scope::sessions_write,
                                       .errors = {Code::not_found, Code::conflict, Code::unavailable}},
                                      [&](Caller who, LinkByCode wish) {
                                          return sessions.pairing_code(std::move(who), std::move(wish.id), std::move(wish.phone));
                                      });
}

}   // namespace waqtor
