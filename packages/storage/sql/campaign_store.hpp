#pragma once
#include "core/campaigns/campaign_store.hpp"

namespace waqtor::sql {

/// Campaigns in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here. A change of a recipient locks the campaign's counter
/// first, so that two processes cannot block each other.
class SqlCampaignStore final : public CampaignStore {
public:
    Result<void> add(waqtor::Transaction& tx, CampaignRow const& campaign) override;
    Result<Audience> audience(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;
    Result<void> set_audience(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                              Audience const& audience) override;
    Result<CampaignRow> find(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;
    Result<void> save(waqtor::Transaction& tx, CampaignRow const& campaign) override;
    Result<Page<CampaignRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, std::optional<CampaignStatus> status,
                                   PageRequest page) override;
    Result<CampaignCounts> counts(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;
    Result<void> set_base(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;

    Result<std::vector<BusyCampaign>> busy(waqtor::Transaction& tx, Timestamp now) override;
    Result<CampaignRow> lock(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;

    Result<std::int64_t> add_recipients(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                        std::span<RecipientRow const> rows) override;
    Result<Page<RecipientRow>> recipients(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                          std::optional<RecipientState> state, PageRequest page) override;
    Result<std::vector<RecipientRow>> recipients_after(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                       ContactId after, std::int64_t limit) override;
    Result<std::vector<RecipientRow>> pending(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                              std::int64_t limit) override;
    Result<std::optional<RecipientRow>> find_recipient(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                       ContactId contact) override;
    Result<std::optional<RecipientRow>> find_by_message(waqtor::Transaction& tx, WorkspaceId workspace, MessageId message) override;
    Result<void> change(waqtor::Transaction& tx, WorkspaceId workspace, RecipientRow const& row,
                        RecipientChange const& change) override;
    Result<std::int64_t> cancel_pending(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                        std::string_view reason, std::int64_t limit) override;
    Result<std::int64_t> retry_failed(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;
    Result<bool> erase(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign, std::int64_t limit) override;

    Result<std::vector<RecipientRow>> pending_of(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) override;
    Result<std::optional<RecipientRow>> last_sent(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                  Timestamp since) override;
    Result<void> mark_replied(waqtor::Transaction& tx, WorkspaceId workspace, RecipientRow const& row, Timestamp at) override;
    Result<void> mark_opted_out(waqtor::Transaction& tx, WorkspaceId workspace, RecipientRow const& row, Timestamp at) override;

    Result<std::vector<VariantCount>> by_variant(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;
    Result<std::vector<ReasonCount>> by_reason(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) override;

    Result<std::vector<std::string>> opt_out_words(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<void> set_opt_out_words(waqtor::Transaction& tx, WorkspaceId workspace, std::vector<std::string> const& words) override;
};

}   // namespace waqtor::sql
