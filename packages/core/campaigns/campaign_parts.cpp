#include "core/campaigns/campaign_parts.hpp"

#include "core/campaigns/campaign_events.hpp"
#include "core/messages/template_text.hpp"

namespace waqtor {

AudienceQuery query_of(Audience const& audience) {
    AudienceQuery out{.everyone = audience.everyone.value_or(false)};
    if (audience.contacts) out.contacts = *audience.contacts;
    if (audience.tags) out.tags = *audience.tags;
    if (audience.segment) out.segment = audience.segment->uuid;
    return out;
}

bool names_anybody(Audience const& audience) {
    return audience.everyone.value_or(false) || audience.segment || (audience.contacts && !audience.contacts->empty()) ||
           (audience.phones && !audience.phones->empty()) || (audience.tags && !audience.tags->empty());
}

StopRules stop_of(CampaignRow const& campaign) { return read_json<StopRules>(campaign.stop).value_or(StopRules{}); }

Result<Content> personal(Content content, ContactCardRow const& contact, std::map<std::string, std::string> const& defaults) {
    if (!content.text) return content;
    TemplateValues values{defaults.begin(), defaults.end()};
    for (auto const& [name, value] : contact.fields)
        if (!value.empty()) values[name] = value;
    TRY(content.text, render(*content.text, values));
    return content;
}

Result<void> begin_campaign(CampaignParts const& parts, Transaction& tx, CampaignRow& campaign,
                            std::vector<SessionId> const& allowed) {
    auto const first = !campaign.started_at;
    if (campaign.variants.empty()) return invalid("content", "is needed before the campaign can start");
    if (!campaign.frozen) {
        TRY(auto const audience, parts.store.audience(tx, campaign.workspace, campaign.id));
        TRY(auto const someone, parts.contacts.audience(tx, campaign.workspace, query_of(audience), {}, 1));
        if (someone.empty()) return invalid("audience", "has nobody in it");
    }
    if (campaign.sessions.empty()) {
        auto const standard = parts.sessions.standard(tx, campaign.workspace, allowed);
        if (!standard) return fail(Code::conflict, "There is no session to send from; link a number first");
        campaign.sessions = {*standard};
    }
    for (auto const& session : campaign.sessions) TRY_OK(parts.sessions.require(tx, {campaign.workspace, session}));
    campaign.status = CampaignStatus::running;
    campaign.reason.clear();
    campaign.busy = true;
    campaign.completed_at.reset();
    if (first) campaign.started_at = parts.clock.now();
    TRY_OK(parts.store.save(tx, campaign));
    TRY_OK(parts.store.set_base(tx, campaign.workspace, campaign.id));
    TRY_OK(parts.events.append(tx, campaign.workspace, CampaignStarted{{campaign.id, {}}}));
    return {};
}

Result<void> pause_campaign(CampaignParts const& parts, Transaction& tx, CampaignRow& campaign, std::string reason) {
    TRY_OK(parts.outbox.cancel_for_campaign(tx, campaign.workspace, campaign.id, kCampaignPaused));
    campaign.status = CampaignStatus::paused;
    campaign.busy = false;
    campaign.reason = reason;
    TRY_OK(parts.store.save(tx, campaign));
    TRY_OK(parts.events.append(tx, campaign.workspace, CampaignPaused{{campaign.id, std::move(reason)}}));
    return {};
}

}   // namespace waqtor
