#include "core/accounts/account_api.hpp"
#include "server/routes/message_routes.hpp"

namespace waqtor {

struct WhichGovernor {
    SessionId session;
};
BOOST_DESCRIBE_STRUCT(WhichGovernor, (), (session))
template <> inline constexpr std::array kFields<WhichGovernor>{Field{"session", "The session"}};

struct ChangeSessionLimits : ChangeLimits {
    SessionId session;
};
BOOST_DESCRIBE_STRUCT(ChangeSessionLimits, (ChangeLimits), (session))
template <>
inline constexpr auto kFields<ChangeSessionLimits> = [] {
    std::array<Field, kFields<ChangeLimits>.size() + 1> out{};
    std::ranges::copy(kFields<ChangeLimits>, out.begin());
    out.back() = Field{"session", "The session"};
    return out;
}();

void declare_template_routes(Router& api, TemplateService& templates) {
    api.post<CreateTemplate, Template>(
        "/api/templates",
        {.id = "templates.create",
         .summary = "Make a template",
         .tag = "Templates",
         .scope = Scope::campaigns_write,
         .success = 201,
         .errors = {Code::conflict}},
        [&](Caller who, CreateTemplate wish) { return templates.create(who.workspace, std::move(wish)); });
    api.get<ListRequest, Page<Template>>(
        "/api/templates",
        {.id = "templates.list", .summary = "List templates by name", .tag = "Templates", .scope = Scope::messages_read},
        [&](Caller who, ListRequest wish) { return templates.list(who.workspace, page_of(wish)); });
    api.get<WhichTemplate, Template>("/api/templates/{id}",
                                     {.id = "templates.get",
                                      .summary = "Read one template",
                                      .tag = "Templates",
                                      .scope = Scope::messages_read,
                                      .errors = {Code::not_found}},
                                     [&](Caller who, WhichTemplate which) { return templates.get(who.workspace, which.id); });
    api.patch<UpdateTemplate, Template>(
        "/api/templates/{id}",
        {.id = "templates.update",
         .summary = "Change a template",
         .tag = "Templates",
         .scope = Scope::campaigns_write,
         .errors = {Code::not_found, Code::conflict}},
        [&](Caller who, UpdateTemplate wish) { return templates.update(who.workspace, std::move(wish)); });
    api.del<WhichTemplate, Nothing>("/api/templates/{id}",
                                    {.id = "templates.remove",
                                     .summary = "Remove a template",
                                     .tag = "Templates",
                                     .scope = Scope::campaigns_write,
                                     .success = 204,
                                     .errors = {Code::not_found}},
                                    [&](Caller who, WhichTemplate which) -> Task<Nothing> {
                                        CO_TRY_OK(co_await templates.remove(who.workspace, which.id));
                                        co_return Nothing{};
                                    });
    api.post<PreviewTemplate, TemplatePreview>(
        "/api/templates/{id}/preview",
        {.id = "templates.preview",
         .summary = "Show a template as it would be sent",
         .tag = "Templates",
         .scope = Scope::messages_read,
         .errors = {Code::not_found, Code::conflict}},
        [&](Caller who, PreviewTemplate wish) { return templates.preview(who.workspace, std::move(wish)); });
}

void declare_governor_routes(Router& api, GovernorService& governor) {
    api.get<Nothing, GovernorLimits>("/api/governor",
                                     {.id = "governor.limits",
                                      .summary = "Limits of every number of the workspace",
                                      .tag = "Governor",
                                      .scope = Scope::settings_read},
                                     [&](Caller who, Nothing) { return governor.limits(who.workspace); });
    api.patch<ChangeLimits, GovernorLimits>("/api/governor",
                                            {.id = "governor.change",
                                             .summary = "Change limits of every number of the workspace",
                                             .tag = "Governor",
                                             .scope = Scope::settings_write},
                                            [&](Caller who, ChangeLimits wish) { return governor.change(std::move(who), wish); });
    api.get<WhichGovernor, GovernorState>(
        "/api/governor/sessions/{session}",
        {.id = "governor.state",
         .summary = "Limits of one number, and what it has used of them",
         .tag = "Governor",
         .scope = Scope::settings_read,
         .errors = {Code::not_found}},
        [&](Caller who, WhichGovernor which) { return governor.state(std::move(who), which.session); });
    api.patch<ChangeSessionLimits, GovernorState>(
        "/api/governor/sessions/{session}",
        {.id = "governor.change_session",
         .summary = "Change limits of one number",
         .tag = "Governor",
         .scope = Scope::settings_write,
         .errors = {Code::not_found}},
        [&](Caller who, ChangeSessionLimits wish) { return governor.change(std::move(who), wish.session, wish); });
}

}   // namespace waqtor
