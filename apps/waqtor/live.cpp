#include "live.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {
namespace {
constexpr std::int64_t kMost = 1'000;

struct AlertText {
    realtime::AlertKind kind;
    std::string_view title, title_ar;
    std::string_view message, message_ar;   // {} are the value and the limit
};

constexpr std::array kAlertTexts{
    AlertText{realtime::AlertKind::memory, "The server uses much memory", "يستهلك الخادم ذاكرة كبيرة",
              "It has {} MiB; the limit is {}.", "يستخدم {} ميبيبايت، والحد هو {}."},
    AlertText{realtime::AlertKind::buffered, "Much waits for slow clients", "تتراكم بيانات لعملاء بطيئين",
              "{} MiB wait for WebSocket clients; the limit is {}.", "ينتظر {} ميبيبايت إرسالها عبر WebSocket، والحد هو {}."},
    AlertText{realtime::AlertKind::refused, "Many connections are refused", "تُرفض اتصالات كثيرة",
              "{} WebSocket clients were refused in a minute; the limit is {}. Look at the security log.",
              "رُفض {} من عملاء WebSocket خلال دقيقة، والحد هو {}. راجع سجل الأمان."},
    AlertText{realtime::AlertKind::slow, "Many clients are too slow", "عملاء كثيرون بطيئون جدًا",
              "{} WebSocket clients were closed in a minute because they did not read; the limit is {}.",
              "أُغلق {} من عملاء WebSocket خلال دقيقة لأنهم لا يقرؤون، والحد هو {}."},
};

NotificationDraft draft_of(realtime::HubAlert const& alert) {
    auto const& text = *std::ranges::find(kAlertTexts, alert.kind, &AlertText::kind);
    return {.event = NotificationEvent::system_alert,
            .type = NotificationType::warning,
            .least = Role::admin,
            .title = std::string{text.title},
            .title_ar = std::string{text.title_ar},
            .message = fmt::format(fmt::runtime(text.message), alert.value, alert.limit),
            .message_ar = fmt::format(fmt::runtime(text.message_ar), alert.value, alert.limit),
            .link = "/ws-monitor.html",
            .same = "alert:" + std::string{enum_name(alert.kind)}};
}

Result<json::value> sessions_of(Features& features, Transaction& tx, Caller const& who) {
    json::array out;
    if (!who.scopes.has(Scope::sessions_read)) return out;
    TRY(auto const page, features.session_rows.list(tx, who.workspace, {.limit = kMost}, who.sessions));
    for (auto const& session : page.items)
        out.push_back({{"id", session.id.text()},
                       {"clientId", session.client_id},
                       {"name", session.name},
                       {"state", enum_name(session.state)},
                       {"why", session.why}});
    return out;
}

Result<json::value> campaigns_of(Features& features, Transaction& tx, Caller const& who) {
    json::array out;
    if (!who.scopes.has(Scope::campaigns_read) || !who.sessions.empty()) return out;
    for (auto status : {CampaignStatus::running, CampaignStatus::paused, CampaignStatus::scheduled}) {
        TRY(auto const page, features.campaign_rows.list(tx, who.workspace, status, {.limit = kMost}));
        for (auto const& campaign : page.items)
            out.push_back({{"id", campaign.id.text()}, {"name", campaign.name}, {"status", enum_name(campaign.status)}});
    }
    return out;
}
}   // namespace

void HubPush::told(WorkspaceId workspace, UserId user, Notification const& notification) {
    hub_.publish(workspace,
                 {.type = "notification:new", .data = json::object{{"notification", write_json(notification)}}, .user = user});
}

void HubPush::counted(WorkspaceId workspace, UserId user, NotificationCounts counts) {
    auto data = write_json(counts).as_object();
    data["userId"] = user.text();
    hub_.publish(
        workspace,
        {.type = "notification:count", .data = std::move(data), .user = user, .collapse = "notification:count:" + user.text()});
}

asio::awaitable<void> AlertTeller::run(std::stop_token stop) {
    // A strand: the executor may have many threads, and who stops us comes on another.
    auto const strand = asio::make_strand(co_await asio::this_coro::executor);
    auto const timer = std::make_shared<asio::steady_timer>(strand);
    auto const on_stop = std::stop_callback{stop, [strand, timer] { asio::post(strand, [timer] { timer->cancel(); }); }};
    auto life = [this, timer, stop]() -> asio::awaitable<void> {
        while (!stop.stop_requested()) {
            // What cannot be written now stands in the monitor all the same.
            for (auto const& alert : hub_.take_new_alerts()) (void)co_await notifications_.tell_everywhere(draft_of(alert));
            timer->expires_after(std::chrono::seconds{1});
            co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
        }
    };
    co_await asio::co_spawn(strand, life(), asio::use_awaitable);
}

void add_states(realtime::Hub& hub, Features& features) {
    hub.add_state("sessions", [&features](Transaction& tx, Caller const& who) { return sessions_of(features, tx, who); });
    hub.add_state("campaigns", [&features](Transaction& tx, Caller const& who) { return campaigns_of(features, tx, who); });
    hub.add_state("notifications", [&features](Transaction& tx, Caller const& who) -> Result<json::value> {
        TRY(auto const counts, features.notification_rows.counts(tx, who.workspace, who.user));
        return write_json(counts);
    });
}

}   // namespace waqtor
