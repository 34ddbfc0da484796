// From events to what people are told. One row a rule; texts in English and Arabic, "{name}" is what the thing is called.
#include "core/notifications/notification_rules.hpp"

#include "core/sessions/session_api.hpp"

namespace waqtor {
namespace {

enum class About : std::uint8_t { nothing, session, campaign };

struct Rule {
    std::string_view type;    // of the event
    std::string_view field;   // of its data that must have `value`; empty: any; with an empty value: any but an empty one
    std::string_view value;
    NotificationEvent event;
    NotificationType level;
    Role least;
    About about;
    std::string_view title, title_ar;
    std::string_view message, message_ar;
};

using enum NotificationEvent;
using Level = NotificationType;

constexpr std::array kRules{
    Rule{"session.state_changed", "state", "LOGGED_OUT", session_trouble, Level::error, Role::agent, About::session,
         "{name} is no longer linked", "لم يعد {name} مرتبطًا", "Link the number again to send and receive messages.",
         "اربط الرقم من جديد لإرسال الرسائل واستقبالها."},
    Rule{"session.state_changed", "state", "FAILED", session_trouble, Level::error, Role::agent, About::session,
         "{name} has stopped", "توقّف {name}", "Open the session to see why and what to do.", "افتح الجلسة لمعرفة السبب وما يلزم."},
    Rule{"session.state_changed", "state", "DEGRADED", session_trouble, Level::warning, Role::agent, About::session,
         "{name} has connection trouble", "يواجه {name} مشكلة في الاتصال", "WaQtor keeps trying to connect.",
         "يواصل WaQtor محاولة الاتصال."},
    Rule{"session.linked", "", "", session_linked, Level::success, Role::agent, About::session, "{name} is linked", "تم ربط {name}",
         "The number can send and receive messages now.", "يمكن للرقم الآن إرسال الرسائل واستقبالها."},
    Rule{"campaign.completed", "", "", campaign_completed, Level::success, Role::agent, About::campaign,
         "Campaign {name} is complete", "اكتملت حملة {name}", "Open its report to see the results.",
         "افتح تقريرها للاطلاع على النتائج."},
    Rule{"campaign.paused", "reason", "", campaign_paused, Level::warning, Role::agent, About::campaign,
         "Campaign {name} paused itself", "أوقفت حملة {name} نفسها مؤقتًا", "Its stop rules applied; look before you resume it.",
         "انطبقت قواعد الإيقاف؛ راجعها قبل استئنافها."},
    Rule{"campaign.failed", "", "", campaign_failed, Level::error, Role::agent, About::campaign, "Campaign {name} failed",
         "فشلت حملة {name}", "It could not be carried out.", "تعذّر تنفيذها."},
    Rule{"message.failed", "", "", message_failed, Level::warning, Role::agent, About::session, "{name} could not send messages",
         "تعذّر على {name} إرسال رسائل", "Open the messages that failed to see why.", "افتح الرسائل الفاشلة لمعرفة السبب."},
    Rule{"bot.paused", "reason", "asked_for_person", handover, Level::info, Role::agent, About::session,
         "Somebody asks for a person", "هناك من يطلب التحدث إلى شخص", "The bot is quiet in that chat of {name}.",
         "توقّف الرد الآلي في تلك المحادثة على {name}."},
    Rule{"contact.imported", "state", "done", import_finished, Level::success, Role::agent, About::nothing, "The import is done",
         "اكتمل الاستيراد", "The contacts are in your list.", "أصبحت جهات الاتصال في قائمتك."},
    Rule{"contact.imported", "state", "failed", import_finished, Level::error, Role::agent, About::nothing, "The import failed",
         "فشل الاستيراد", "Open it to see which line stopped it.", "افتحه لمعرفة السطر الذي أوقفه."},
};

std::string_view text_of(StoredEvent const& event, std::string_view field) {
    auto const* object = event.data.if_object();
    auto const* value = object ? object->if_contains(field) : nullptr;
    return value && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
}

bool fits(Rule const& rule, StoredEvent const& event) {
    if (event.type != rule.type) return false;
    if (rule.field.empty()) return true;
    auto const value = text_of(event, rule.field);
    return rule.value.empty() ? !value.empty() : value == rule.value;
}

std::string with_name(std::string_view text, std::string_view name) {
    constexpr std::string_view kName = "{name}";
    auto const at = text.find(kName);
    if (at == text.npos) return std::string{text};
    return std::string{text.substr(0, at)} + std::string{name} + std::string{text.substr(at + kName.size())};
}

struct Thing {
    std::string id;
    std::string name, name_ar;
    std::string link;
};

Result<Thing> thing_of(Rule const& rule, NotificationNames const& names, Transaction& tx, WorkspaceId workspace,
                       StoredEvent const& event) {
    Thing out;
    if (rule.about == About::session) {
        out.id = text_of(event, "session");
        TRY(out.name, names.session(tx, workspace, out.id));
        out.name_ar = out.name.empty() ? "الرقم" : out.name;
        if (out.name.empty()) out.name = "The number";
        out.link = "/sessions/" + out.id;
    } else if (rule.about == About::campaign) {
        out.id = text_of(event, "campaign");
        TRY(out.name, names.campaign(tx, workspace, out.id));
        out.name_ar = out.name;
        out.link = "/campaigns/" + out.id;
    } else {
        out.id = text_of(event, "import");
        out.link = "/contacts";
    }
    return out;
}
}   // namespace

std::vector<std::string> notified_events() {
    std::vector<std::string> out;
    for (auto const& rule : kRules)
        if (std::ranges::find(out, rule.type) == out.end()) out.emplace_back(rule.type);
    return out;
}

Result<std::optional<NotificationDraft>> notification_for(NotificationNames const& names, Transaction& tx, WorkspaceId workspace,
                                                          StoredEvent const& event) {
    auto const* const rule = std::ranges::find_if(kRules, [&](Rule const& one) { return fits(one, event); });
    if (rule == kRules.end()) return std::optional<NotificationDraft>{};
    TRY(auto const thing, thing_of(*rule, names, tx, workspace, event));
    NotificationDraft out{.event = rule->event,
                          .type = rule->level,
                          .least = rule->least,
                          .title = with_name(rule->title, thing.name),
                          .title_ar = with_name(rule->title_ar, thing.name_ar),
                          .message = with_name(rule->message, thing.name),
                          .message_ar = with_name(rule->message_ar, thing.name_ar),
                          .link = thing.link,
                          .same = std::string{rule->type} + ":" + std::string{rule->value} + ":" + thing.id};
    if (rule->event == handover) out.same += ":" + std::string{text_of(event, "contact")};
    if (rule->event == session_trouble)
        if (auto const advice = advice_for(text_of(event, "why"))) {
            out.message = advice->en;
            out.message_ar = advice->ar;
        }
    return std::optional{std::move(out)};
}

}   // namespace waqtor
