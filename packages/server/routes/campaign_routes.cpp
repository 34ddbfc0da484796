#include "server/routes/campaign_routes.hpp"

namespace waqtor {

/// Both bodies of WaQtor 2.3: {name, messageTemplate, recipientIds, sessionId, …} and the older {name, message, recipients, …}.
struct CreateCampaign23 {
    std::string name;
    std::optional<std::string> message_template{};
    std::optional<std::string> message{};
    std::optional<std::vector<ContactId>> recipient_ids{};
    std::optional<std::vector<std::string>> recipients{};
    std::optional<SessionId> session_id{};
    std::optional<Timestamp> scheduled_at{};
    std::optional<std::int64_t> delay_seconds{};
};
BOOST_DESCRIBE_STRUCT(CreateCampaign23, (),
                      (name, message_template, message, recipient_ids, recipients, session_id, scheduled_at, delay_seconds))
template <>
inline constexpr std::array kFields<CreateCampaign23>{
    Field{"name", "Shown in the dashboard", 1, 120, Format::single_line},
    Field{"message_template", "What is sent; {name} and {{name|default}} are variables", 1, 4096},
    Field{"message", "The same, in the older body", 1, 4096},
    Field{"recipient_ids", "Contacts", 0, 10'000},
    Field{"recipients", "Numbers, in the older body", 0, 10'000},
    Field{"session_id", "The number it is sent from"},
    Field{"scheduled_at", "When it starts by itself"},
    Field{"delay_seconds", "Of WaQtor 2.3; the pace is the session's", 0, 3600},
};

struct CreatedCampaign23 {
    CampaignId id;
    std::string name;
    CampaignStatus status{};
    std::int64_t total_recipients = 0;
    std::optional<Timestamp> scheduled_at{};
};
BOOST_DESCRIBE_STRUCT(CreatedCampaign23, (), (id, name, status, total_recipients, scheduled_at))
template <>
inline constexpr std::array kFields<CreatedCampaign23>{
    Field{"id", "The campaign"},
    Field{"name", "Its name"},
    Field{"status", "Where it stands"},
    Field{"total_recipients", "People named in the request"},
    Field{"scheduled_at", "When it starts by itself"},
};

struct CampaignName {
    CampaignId id;
    std::string name;
    CampaignStatus status{};
};
BOOST_DESCRIBE_STRUCT(CampaignName, (), (id, name, status))
template <>
inline constexpr std::array kFields<CampaignName>{Field{"id", "The campaign"}, Field{"name", "Its name"},
                                                  Field{"status", "Where it stands"}};

struct ExecutionResults {
    std::int64_t total = 0;
    std::int64_t sent = 0;
    std::int64_t failed = 0;
    std::vector<std::string> errors;
};
BOOST_DESCRIBE_STRUCT(ExecutionResults, (), (total, sent, failed, errors))
template <>
inline constexpr std::array kFields<ExecutionResults>{Field{"total", "Recipients so far"}, Field{"sent", "Sent so far"},
                                                      Field{"failed", "Failed so far"},
                                                      Field{"errors", "Always empty; see the report"}};

struct Execution23 {
    bool success = true;
    ExecutionResults results;
    CampaignName campaign;
};
BOOST_DESCRIBE_STRUCT(Execution23, (), (success, results, campaign))
template <>
inline constexpr std::array kFields<Execution23>{
    Field{"success", "It has started"},
    Field{"results", "How far it is: it goes on after this answer"},
    Field{"campaign", "The campaign"},
};

struct Message23 {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(Message23, (), (message))
template <> inline constexpr std::array kFields<Message23>{Field{"message", "What was done"}};

namespace {
using Action = Task<Campaign> (CampaignService::*)(Caller, CampaignId);

/// POST /api/campaigns/{id}/WORD.
void action(Router& api, CampaignService& campaigns, std::string const& word, std::string_view id, std::string_view summary,
            Action run) {
    api.post<WhichCampaign, Campaign>(
        "/api/campaigns/{id}/" + word,
        {.id = id,
         .summary = summary,
         .tag = "Campaigns",
         .scope = Scope::campaigns_write,
         .errors = {Code::not_found, Code::conflict, Code::forbidden, Code::invalid}},
        [&campaigns, run](Caller who, WhichCampaign which) { return (campaigns.*run)(std::move(who), which.id); });
}

/// "+966 50 000 0001", "966500000001@c.us" → "+966500000001".
Result<std::vector<std::string>> phones_of(std::vector<std::string> const& texts) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        std::string digits;
        auto const text = std::string_view{texts[i]}.substr(0, texts[i].find('@'));
        for (auto c : text)
            if (c >= '0' && c <= '9')
                digits += c;
            else if (std::string_view{"+ -()."}.find(c) == std::string_view::npos)
                return invalid("recipients[" + std::to_string(i) + "]", "is no phone number");
        if (digits.size() < 8 || digits.size() > 15 || digits.front() == '0')
            return invalid("recipients[" + std::to_string(i) + "]", "is no phone number with its country code");
        out.push_back("+" + digits);
    }
    return out;
}

Task<CreatedCampaign23> create_23(CampaignService& campaigns, Caller who, CreateCampaign23 wish) {
    if (!wish.message_template && !wish.message) co_return invalid("messageTemplate", "is required");
    CreateCampaign ours{.name = wish.name};
    ours.content = Content{.text = wish.message_template ? wish.message_template : wish.message};
    ours.audience = Audience{.contacts = wish.recipient_ids};
    if (wish.recipients) {
        CO_TRY(ours.audience->phones, phones_of(*wish.recipients));
    }
    if (wish.session_id) ours.sessions = std::vector{*wish.session_id};
    if (wish.scheduled_at) ours.schedule = Schedule{.at = wish.scheduled_at};
    CO_TRY(auto const made, co_await campaigns.create(std::move(who), std::move(ours)));
    auto const named = made.audience && made.audience->contacts ? std::ssize(*made.audience->contacts) : 0;
    co_return CreatedCampaign23{made.id, made.name, made.status, named, made.scheduled_at};
}

Task<Campaign> set_status(CampaignService& campaigns, Caller who, SetCampaignStatus wish) {
    switch (wish.status) {
        case CampaignStatus::running: co_return co_await campaigns.start(std::move(who), wish.id);
        case CampaignStatus::paused: co_return co_await campaigns.pause(std::move(who), wish.id);
        case CampaignStatus::cancelled: co_return co_await campaigns.cancel(std::move(who), wish.id);
        case CampaignStatus::scheduled: co_return co_await campaigns.schedule(std::move(who), wish.id);
        case CampaignStatus::draft: co_return co_await campaigns.unschedule(std::move(who), wish.id);
        default: co_return invalid("status", "is reached by the campaign itself");
    }
}

Task<Execution23> execute(CampaignService& campaigns, Caller who, CampaignId id) {
    CO_TRY(auto const started, co_await campaigns.start(std::move(who), id));
    co_return Execution23{
        true, {started.total_recipients, started.sent_count, started.failed_count, {}}, {started.id, started.name, started.status}};
}

RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Campaigns", .scope = Scope::campaigns_read, .errors = {Code::not_found}};
}
RouteDoc writes(std::string_view id, std::string_view summary, unsigned success = 200) {
    return {.id = id,
            .summary = summary,
            .tag = "Campaigns",
            .scope = Scope::campaigns_write,
            .success = success,
            .errors = {Code::not_found, Code::conflict, Code::forbidden, Code::invalid}};
}

void declare_reading(Router& api, CampaignService& campaigns) {
    auto const list = [&](Caller who, ListCampaigns wish) { return campaigns.list(who.workspace, wish); };
    api.get<ListCampaigns, Page<Campaign>>("/api/campaigns", reads("campaigns.list", "List campaigns, newest first"), list);
    api.get<ListCampaigns, Page<Campaign>>("/api/campaigns/list", reads("campaigns.list23", "The same at WaQtor 2.3's path"), list);
    api.get<WhichCampaign, Campaign>("/api/campaigns/{id}", reads("campaigns.get", "Read a campaign with its counts"),
                                     [&](Caller who, WhichCampaign which) { return campaigns.get(who.workspace, which.id); });
    api.get<ListRecipients, Page<Recipient>>(
        "/api/campaigns/{id}/recipients", reads("campaigns.recipients", "List who gets it and what became of it"),
        [&](Caller who, ListRecipients wish) { return campaigns.recipients(who.workspace, wish); });
    api.get<WhichCampaign, CampaignReport>(
        "/api/campaigns/{id}/report", reads("campaigns.report", "Counts by wording and reasons of failures"),
        [&](Caller who, WhichCampaign which) { return campaigns.report(who.workspace, which.id); });
    api.raw("/api/campaigns/{id}/recipients.csv", reads("campaigns.csv", "Every recipient as CSV"), "text/csv; charset=utf-8",
            [&](Caller who, Request const& request) -> Task<Response> {
                auto const path = std::string_view{request.path};
                auto const rest = path.substr(std::string_view{"/api/campaigns/"}.size());
                auto const id = CampaignId::parse(rest.substr(0, rest.find('/')));
                if (!id) co_return fail(Code::not_found, "There is no such campaign");
                CO_TRY(auto csv, co_await campaigns.csv(who.workspace, *id));
                Response out;
                out.content_type = "text/csv; charset=utf-8";
                out.headers = {{"Content-Disposition", "attachment; filename=\"recipients.csv\""}};
                out.body = std::move(csv);
                co_return out;
            });
    api.post<CountAudience, AudienceCounts>(
        "/api/campaigns/count", reads("campaigns.count", "Count who would get it, before there is a campaign"),
        [&](Caller who, CountAudience wish) { return campaigns.count(who.workspace, std::move(wish)); });
    api.get<Nothing, OptOutWords>("/api/opt-out-words", reads("optOutWords.get", "The workspace's own opt-out words"),
                                  [&](Caller who, Nothing) { return campaigns.opt_out_words(who.workspace); });
}
}   // namespace

void declare_campaign_routes(Router& api, CampaignService& campaigns) {
    declare_reading(api, campaigns);
    api.post<CreateCampaign, Campaign>(
        "/api/campaigns", writes("campaigns.create", "Make a campaign: a draft, or scheduled", 201),
        [&](Caller who, CreateCampaign wish) { return campaigns.create(std::move(who), std::move(wish)); });
    api.post<CreateCampaign23, CreatedCampaign23>(
        "/api/campaigns/create", writes("campaigns.create23", "Make a campaign with a body of WaQtor 2.3"),
        [&](Caller who, CreateCampaign23 wish) { return create_23(campaigns, std::move(who), std::move(wish)); });
    api.patch<UpdateCampaign, Campaign>(
        "/api/campaigns/{id}", writes("campaigns.update", "Change a draft or scheduled campaign"),
        [&](Caller who, UpdateCampaign wish) { return campaigns.update(std::move(who), std::move(wish)); });
    api.put<SetCampaignStatus, Campaign>(
        "/api/campaigns/{id}/status", writes("campaigns.setStatus", "Start, pause, cancel or schedule it"),
        [&](Caller who, SetCampaignStatus wish) { return set_status(campaigns, std::move(who), wish); });
    action(api, campaigns, "start", "campaigns.start", "Start it, or go on after a pause", &CampaignService::start);
    action(api, campaigns, "resume", "campaigns.resume", "Go on after a pause", &CampaignService::start);
    action(api, campaigns, "pause", "campaigns.pause", "Pause it; what has not left is taken back", &CampaignService::pause);
    action(api, campaigns, "cancel", "campaigns.cancel", "End it; what has not left never will", &CampaignService::cancel);
    action(api, campaigns, "retry", "campaigns.retry", "Try those again that failed", &CampaignService::retry);
    action(api, campaigns, "clone", "campaigns.clone", "Make a draft like it", &CampaignService::clone);
    api.post<WhichCampaign, Execution23>(
        "/api/campaigns/{id}/execute", writes("campaigns.execute", "Start it, as WaQtor 2.3 did"),
        [&](Caller who, WhichCampaign which) { return execute(campaigns, std::move(who), which.id); });
    api.post<TestCampaign, TestSent>(
        "/api/campaigns/{id}/test", writes("campaigns.test", "Send it to a few numbers now", 202),
        [&](Caller who, TestCampaign wish) { return campaigns.test(std::move(who), std::move(wish)); });
    api.del<WhichCampaign, Merged<Message23>>(
        "/api/campaigns/{id}", writes("campaigns.remove", "Delete it with its recipients; what has not left is taken back"),
        [&](Caller who, WhichCampaign which) -> Task<Merged<Message23>> {
            CO_TRY_OK(co_await campaigns.remove(std::move(who), which.id));
            co_return Merged<Message23>{{"Campaign deleted"}};
        });
    api.put<OptOutWords, OptOutWords>(
        "/api/opt-out-words", writes("optOutWords.set", "Set the workspace's own opt-out words"),
        [&](Caller who, OptOutWords wish) { return campaigns.set_opt_out_words(who.workspace, std::move(wish)); });
}

}   // namespace waqtor
