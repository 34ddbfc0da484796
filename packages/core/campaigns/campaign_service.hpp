#pragma once
#include "core/accounts/caller.hpp"
#include "core/campaigns/campaign_api.hpp"
#include "core/campaigns/campaign_parts.hpp"

namespace waqtor {

/// What people do with campaigns. Sending is the pump's work; everything here only changes what it finds. A caller who is limited
/// to some sessions cannot touch campaigns of others (Code::forbidden). Code::conflict: the campaign's status does not allow it.
class CampaignService {
public:
    explicit CampaignService(CampaignParts parts) : parts_{parts} {}

    /// A draft, or scheduled when it has a schedule.
    Task<Campaign> create(Caller who, CreateCampaign wish);
    /// Only drafts and scheduled ones.
    Task<Campaign> update(Caller who, UpdateCampaign wish);
    Task<Campaign> get(WorkspaceId workspace, CampaignId campaign);
    Task<Page<Campaign>> list(WorkspaceId workspace, ListCampaigns wish);

    /// Also resumes a paused one. Returns as soon as that is on disk; the recipients are listed after.
    Task<Campaign> start(Caller who, CampaignId campaign);
    Task<Campaign> pause(Caller who, CampaignId campaign);
    Task<Campaign> cancel(Caller who, CampaignId campaign);
    /// Back to draft, from scheduled.
    Task<Campaign> unschedule(Caller who, CampaignId campaign);
    Task<Campaign> schedule(Caller who, CampaignId campaign);
    /// Those that failed are tried again. Code::conflict when nobody failed.
    Task<Campaign> retry(Caller who, CampaignId campaign);
    /// A draft with the same content and audience.
    Task<Campaign> clone(Caller who, CampaignId campaign);
    Task<void> remove(Caller who, CampaignId campaign);
    /// Sends it to a few numbers now; nothing is counted.
    Task<TestSent> test(Caller who, TestCampaign wish);

    Task<AudienceCounts> count(WorkspaceId workspace, CountAudience wish);
    Task<Page<Recipient>> recipients(WorkspaceId workspace, ListRecipients wish);
    Task<CampaignReport> report(WorkspaceId workspace, CampaignId campaign);
    /// Every recipient as CSV with a line of headings; what a spreadsheet would take for a formula is made text.
    Task<std::string> csv(WorkspaceId workspace, CampaignId campaign);

    Task<OptOutWords> opt_out_words(WorkspaceId workspace);
    Task<OptOutWords> set_opt_out_words(WorkspaceId workspace, OptOutWords wish);

private:
    using Act = std::function<Result<void>(Transaction&, CampaignRow&)>;
    /// Finds the campaign for the caller, lets `act` change and save it, and shows it.
    Task<Campaign> change(Caller who, CampaignId campaign, Act act);
    Result<Campaign> show(Transaction& tx, CampaignRow const& row, bool with_audience);
    Result<Audience> resolve(Transaction& tx, WorkspaceId workspace, Audience audience);
    Result<void> fill(Transaction& tx, Caller const& who, CampaignRow& row, CreateCampaign const& wish);

    CampaignParts parts_;
};

}   // namespace waqtor
