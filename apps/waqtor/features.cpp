#include "features.hpp"

#include "output.hpp"
#include "residents.hpp"
#include "server/router/router.hpp"
#include "server/routes/auth_routes.hpp"
#include "server/routes/bot_routes.hpp"
#include "server/routes/campaign_routes.hpp"
#include "server/routes/contact_routes.hpp"
#include "server/routes/event_routes.hpp"
#include "server/routes/key_routes.hpp"
#include "server/routes/message_routes.hpp"
#include "server/routes/notification_routes.hpp"
#include "server/routes/realtime_routes.hpp"
#include "server/routes/report_routes.hpp"
#include "server/routes/session_routes.hpp"
#include "server/routes/user_routes.hpp"

namespace waqtor {
namespace {

LoginPolicy policy_from(Settings const& settings) {
    return {.login_lasts = std::chrono::hours{settings.login_hours()},
            .refresh_lasts = std::chrono::hours{24 * settings.refresh_days()},
            .fixed_key = settings.api_key()};
}

/// Declaring routes needs the services, not what is behind them.
class NoDatabase final : public Database {
    Task<void> submit(Mode, Work) override { co_return fail(Code::unavailable, "There is no database"); }
};
class NoClients final : public WhatsAppClients {
    std::unique_ptr<WhatsAppClient> make(SessionRef, asio::any_io_executor, SessionListener&, std::string) override { return {}; }
    Result<void> forget(Transaction&, SessionRef) override { return {}; }
};
}   // namespace

Features::Features(Foundation with)
    : on{with},
      logins{account_parts, policy_from(on.settings)},
      messages{{on.db, message_rows, governor_rows, contact_book, log, on.bus, on.clock,
                on.settings.pacing() ? Pacing::on : Pacing::off}},
      // Commands write from other processes, which wake nobody here: so look every second as well.
      events{on.db, log, on.bus, std::chrono::seconds{1}, std::chrono::seconds{on.settings.longest_wait_seconds()}},
      // SQLite lies in the data folder, which the running server has locked.
      sessions{
          {on.db, session_rows, log, on.clock, on.sealer, on.clients}, on.pool, {.alone = on.settings.database_url().empty()}} {
    messages.connect(sessions, sessions);
    sessions.carry(messages);
    contact_book.add_hook(messages);
    messages.add_hook(campaign_hook);
}

NotificationNames notification_names(SessionStore& sessions, CampaignStore& campaigns) {
    // What is gone has no name any more.
    return {.session = [&sessions](Transaction& tx, WorkspaceId workspace, std::string_view id) -> Result<std::string> {
                auto const session = SessionId::parse(id);
                if (!session) return std::string{};
                auto const found = sessions.find(tx, workspace, *session);
                if (!found && found.error().code != Code::not_found) return std::unexpected(found.error());
                return found ? (found->name.empty() ? found->client_id : found->name) : std::string{};
            },
            .campaign = [&campaigns](Transaction& tx, WorkspaceId workspace, std::string_view id) -> Result<std::string> {
                auto const campaign = CampaignId::parse(id);
                if (!campaign) return std::string{};
                auto const found = campaigns.find(tx, workspace, *campaign);
                if (!found && found.error().code != Code::not_found) return std::unexpected(found.error());
                return found ? found->name : std::string{};
            }};
}

void declare_api(Router& api, Features& features) {
    declare_auth_routes(api, features.accounts, features.logins);
    declare_user_routes(api, features.accounts);
    declare_key_routes(api, features.keys);
    declare_event_routes(api, features.events);
    declare_session_routes(api, features.sessions);
    declare_contact_routes(api, features.contacts, features.contact_imports);
    declare_tag_routes(api, features.tags);
    declare_recipient_routes(api, features.contacts, features.tags);
    declare_group_routes(api, features.contacts, features.tags);
    declare_message_routes(api, features.message_desk);
    declare_media_routes(api, features.message_desk, features.media, features.message_files);
    declare_bulk_media_routes(api, features.message_desk, features.media);
    declare_template_routes(api, features.templates);
    declare_governor_routes(api, features.governor);
    declare_campaign_routes(api, features.campaigns);
    declare_bot_routes(api, features.bot);
    declare_report_routes(api, features.reports);
    declare_notification_routes(api, features.notifications);
}

void move_in(Residents& residents, Features& features) {
    auto const end = [&] { features.ending.request_stop(); };
    // Ended after the sessions, which give up what they fetch for it.
    residents.start(features.message_files.run(features.ending.get_token()), end);
    residents.start(features.sessions.run(), [&] { features.sessions.stop(); });
    residents.start(features.contact_imports.run(features.ending.get_token()), end);
    residents.start(features.campaign_pump.run(features.ending.get_token()), end);
    residents.start(features.bot_runner.run(features.ending.get_token()), end);
    residents.start(features.notification_runner.run(features.ending.get_token()), end);
}

std::string openapi_text() {
    Settings const settings;
    SystemClock const clock;
    NoDatabase db;
    EventBus bus;
    NoClients clients;
    Sealer const sealer{MasterKey::temporary()};
    Features features{{settings, db, bus, clock, sealer, clients, asio::system_executor{}}};
    Router api;
    declare_api(api, features);
    realtime::Hub hub{{}, db, features.log, bus, features.logins, clock};
    declare_realtime_routes(api, hub);
    return pretty(api.openapi(WAQTOR_VERSION));
}

}   // namespace waqtor
