#pragma once
#include "core/accounts/account_service.hpp"
#include "core/accounts/key_service.hpp"
#include "core/accounts/login_service.hpp"
#include "core/base/settings_list.hpp"
#include "core/bot/bot_service.hpp"
#include "core/campaigns/campaign_hook.hpp"
#include "core/campaigns/campaign_pump.hpp"
#include "core/campaigns/campaign_service.hpp"
#include "core/contacts/contact_book.hpp"
#include "core/contacts/contact_importer.hpp"
#include "core/contacts/contact_service.hpp"
#include "core/contacts/tag_service.hpp"
#include "core/events/event_reader.hpp"
#include "core/messages/governor_service.hpp"
#include "core/messages/media_store.hpp"
#include "core/messages/message_desk.hpp"
#include "core/messages/message_files.hpp"
#include "core/messages/template_service.hpp"
#include "core/notifications/notification_service.hpp"
#include "core/reports/report_service.hpp"
#include "core/sessions/session_service.hpp"
#include "engine.hpp"
#include "server/outbound/media_fetcher.hpp"
#include "storage/sql/bot_store.hpp"
#include "storage/sql/campaign_store.hpp"
#include "storage/sql/contact_import_store.hpp"
#include "storage/sql/contact_store.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/governor_store.hpp"
#include "storage/sql/key_store.hpp"
#include "storage/sql/login_store.hpp"
#include "storage/sql/media_rows.hpp"
#include "storage/sql/message_store.hpp"
#include "storage/sql/notification_store.hpp"
#include "storage/sql/report_store.hpp"
#include "storage/sql/session_store.hpp"
#include "storage/sql/tag_store.hpp"
#include "storage/sql/user_store.hpp"
#include "storage/sql/workspace_setting_store.hpp"

#include <boost/asio/thread_pool.hpp>

namespace waqtor {

class Residents;
class Router;

/// How notifications call sessions and campaigns.
NotificationNames notification_names(SessionStore& sessions, CampaignStore& campaigns);

/// What every feature stands on. It outlives them.
struct Foundation {
    Settings const& settings;
    Database& db;
    EventBus& bus;
    Clock const& clock;
    Sealer const& sealer;
    WhatsAppClients& clients;
    asio::any_io_executor pool;   // runs sessions, and what computes long
};

/// Every feature's stores and services: dependencies are constructor arguments, whoever is used is declared above its users.
class Features {
public:
    explicit Features(Foundation on);

    Foundation on;
    PasswordHasher hasher;
    std::atomic<std::uint64_t> revision = 0;
    sql::SqlEventLog log{on.clock};

    sql::SqlUserStore users;
    sql::SqlLoginStore login_rows;
    sql::SqlKeyStore key_rows;
    sql::SqlWorkspaceSettingStore workspace_settings;
    LoginLimiter limiter{on.clock, on.settings.login_attempts(), on.settings.login_attempts_per_address()};
    AccountParts account_parts{on.db, users, login_rows, key_rows, workspace_settings, log, on.clock, hasher, limiter, revision};
    AccountService accounts{account_parts};
    LoginService logins;
    KeyService keys{account_parts};

    sql::SqlContactStore contact_rows;
    sql::SqlTagStore tag_rows;
    sql::SqlSegmentStore segment_rows;
    ContactParts contact_parts{on.db, contact_rows, tag_rows, segment_rows, log, on.clock};
    ContactBook contact_book{contact_parts};
    asio::thread_pool import_workers{1};   // reading files of people
    sql::SqlContactImportStore import_rows;
    ContactImporter contact_imports{contact_parts, import_rows, on.bus, import_workers.get_executor(), on.settings.country()};
    ContactService contacts{contact_parts, contact_book, on.settings.country()};
    TagService tags{contact_parts};

    sql::SqlMessageStore message_rows;
    sql::SqlGovernorStore governor_rows;
    MessageService messages;
    asio::thread_pool media_workers{1};   // hashing and writing files
    sql::SqlMediaRows media_rows;
    sql::SqlTemplateStore template_rows;
    FileMediaStore media_files{media_folder(on.settings)};
    HttpMediaFetcher media_fetcher{{.allowed = on.settings.media_allowed()}};
    MediaService media{on.db, media_rows, media_files, &media_fetcher, on.clock, media_workers.get_executor()};
    TemplateService templates{on.db, template_rows, media_rows, contact_book, on.clock};
    MessageDesk message_desk{messages, media, template_rows};
    MessageFiles message_files{messages, media, {.most = on.settings.media_fetch_mib() << 20}};
    GovernorService governor{messages};

    EventReader events;

    sql::SqlSessionStore session_rows;
    SessionService sessions;

    sql::SqlCampaignStore campaign_rows;
    CampaignParts campaign_parts{on.db, campaign_rows, contact_book, messages, sessions, log, on.bus, on.clock};
    CampaignService campaigns{campaign_parts};
    CampaignHook campaign_hook{campaign_parts};
    CampaignPump campaign_pump{campaign_parts};
    sql::SqlReportStore report_rows;
    ReportService reports{on.db, report_rows, campaigns, on.clock};

    sql::SqlBotStore bot_rows;
    BotParts bot_parts{on.db, bot_rows, message_rows, contact_book, messages, log, on.bus, on.clock, opt_out_check(campaign_rows)};
    BotService bot{bot_parts};
    BotRunner bot_runner{bot_parts};

    sql::SqlNotificationStore notification_rows;
    NotificationParts notification_parts{
        on.db, notification_rows, users, log, on.bus, on.clock, notification_names(session_rows, campaign_rows)};
    NotificationService notifications{notification_parts};
    NotificationRunner notification_runner{notification_parts};
    std::stop_source ending;   // of the imports, the pump, the bot and the notifications
};

/// Every route of every feature. A feature adds its line here.
void declare_api(Router& api, Features& features);

/// Starts what lives as long as the server does.
void move_in(Residents& residents, Features& features);

/// api/openapi.json, made without a database.
std::string openapi_text();

}   // namespace waqtor
