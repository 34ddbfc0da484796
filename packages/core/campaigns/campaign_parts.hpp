#pragma once
#include "core/campaigns/campaign_store.hpp"
#include "core/contacts/contact_directory.hpp"
#include "core/events/event_bus.hpp"
#include "core/events/event_log.hpp"
#include "core/messages/sender.hpp"

namespace waqtor {

/// What the classes of the campaigns feature work with; all of it outlives them.
struct CampaignParts {
    Database& db;
    CampaignStore& store;
    ContactDirectory& contacts;
    Outbox& outbox;
    SessionDirectory& sessions;
    EventLog& events;
    EventBus& bus;
    Clock const& clock;
};

/// Reasons that the campaigns give the outbox and find again in the progress of a message.
inline constexpr std::string_view kCampaignPaused = "campaign_paused";
inline constexpr std::string_view kCampaignCancelled = "campaign_cancelled";
inline constexpr std::string_view kOptedOut = "opted_out";

/// Who the pump shall look for.
AudienceQuery query_of(Audience const& audience);
/// True when it names anybody at all.
bool names_anybody(Audience const& audience);
/// What is stored of StopRules.
StopRules stop_of(CampaignRow const& campaign);

/// What a contact's message says. Code::invalid names the variables that have no value.
Result<Content> personal(Content content, ContactCardRow const& contact, std::map<std::string, std::string> const& defaults);

/// Puts a campaign into `running`; its sessions are chosen when it names none. Code::invalid when it cannot run: no content, or
/// nobody in its audience.
Result<void> begin_campaign(CampaignParts const& parts, Transaction& tx, CampaignRow& campaign,
                            std::vector<SessionId> const& allowed);
/// Takes back what is in the outbox and has not left; those recipients are pending again.
Result<void> pause_campaign(CampaignParts const& parts, Transaction& tx, CampaignRow& campaign, std::string reason);

}   // namespace waqtor
