#pragma once
#include "core/base/page.hpp"
#include "core/campaigns/campaign.hpp"

#include <span>

namespace waqtor {

/// A campaign the pump has something to do for.
struct BusyCampaign {
    WorkspaceId workspace;
    CampaignId id;
};
BOOST_DESCRIBE_STRUCT(BusyCampaign, (), (workspace, id))

/// The recipients of one variant, state by state.
struct VariantCount {
    std::int64_t variant = 0;
    RecipientState state{};
    std::int64_t recipients = 0;
    std::int64_t replied = 0;
    std::int64_t opted_out = 0;
};
BOOST_DESCRIBE_STRUCT(VariantCount, (), (variant, state, recipients, replied, opted_out))

struct ReasonCount {
    RecipientState state{};
    std::string reason;
    std::int64_t recipients = 0;
};
BOOST_DESCRIBE_STRUCT(ReasonCount, (), (state, reason, recipients))
template <>
inline constexpr std::array kFields<ReasonCount>{Field{"state", "failed, cancelled or skipped"}, Field{"reason", "Why"},
                                                 Field{"recipients", "How many"}};

/// What happened to a recipient: the new state and when. Counters move with it.
struct RecipientChange {
    RecipientState state{};
    std::string reason{};
    std::optional<MessageId> message{};   // kept, or none
    Timestamp at{};
};

/// Campaigns, their recipients and counters. Every method works inside the caller's transaction. A campaign that was removed is not
/// found. Recipients are reached only through a campaign or contact of the workspace.
class CampaignStore {
public:
    virtual ~CampaignStore() = default;

    /// With nobody in its audience.
    virtual Result<void> add(Transaction& tx, CampaignRow const& campaign) = 0;
    /// Who it is for; apart from the row, because it may name thousands.
    virtual Result<Audience> audience(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;
    virtual Result<void> set_audience(Transaction& tx, WorkspaceId workspace, CampaignId campaign, Audience const& audience) = 0;
    virtual Result<CampaignRow> find(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;
    /// Writes every column; Code::not_found when the row is gone.
    virtual Result<void> save(Transaction& tx, CampaignRow const& campaign) = 0;
    /// Newest first.
    virtual Result<Page<CampaignRow>> list(Transaction& tx, WorkspaceId workspace, std::optional<CampaignStatus> status,
                                           PageRequest page) = 0;
    virtual Result<CampaignCounts> counts(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;
    /// Remembers where the stop rules count from.
    virtual Result<void> set_base(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;

    /// Every workspace's, removed ones too, in the order of their ids.
    virtual Result<std::vector<BusyCampaign>> busy(Transaction& tx, Timestamp now) = 0;
    /// The same as find, but removed ones are found as well, and nobody else changes the campaign until the transaction ends.
    virtual Result<CampaignRow> lock(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;

    /// Adds rows that are pending or skipped; a contact that has one already is left alone. Returns how many are new.
    virtual Result<std::int64_t> add_recipients(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                std::span<RecipientRow const> rows) = 0;
    /// By contact; only those in `state`, when it is given.
    virtual Result<Page<RecipientRow>> recipients(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                  std::optional<RecipientState> state, PageRequest page) = 0;
    /// The same without counting, after a contact.
    virtual Result<std::vector<RecipientRow>> recipients_after(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                               ContactId after, std::int64_t limit) = 0;
    virtual Result<std::vector<RecipientRow>> pending(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                      std::int64_t limit) = 0;
    virtual Result<std::optional<RecipientRow>> find_recipient(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                               ContactId contact) = 0;
    virtual Result<std::optional<RecipientRow>> find_by_message(Transaction& tx, WorkspaceId workspace, MessageId message) = 0;
    /// Moves a recipient from the state in `row` to another, with its time and the counters.
    virtual Result<void> change(Transaction& tx, WorkspaceId workspace, RecipientRow const& row, RecipientChange const& change) = 0;
    /// Cancels pending recipients, at most `limit`. Returns how many.
    virtual Result<std::int64_t> cancel_pending(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                std::string_view reason, std::int64_t limit) = 0;
    /// Failed recipients become pending again. Returns how many.
    virtual Result<std::int64_t> retry_failed(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;
    /// Deletes up to `limit` recipients, and the campaign itself after the last. True when it is gone.
    virtual Result<bool> erase(Transaction& tx, WorkspaceId workspace, CampaignId campaign, std::int64_t limit) = 0;

    /// The contact's rows that are pending.
    virtual Result<std::vector<RecipientRow>> pending_of(Transaction& tx, WorkspaceId workspace, ContactId contact) = 0;
    /// The contact's row that was sent last, not before `since`.
    virtual Result<std::optional<RecipientRow>> last_sent(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                          Timestamp since) = 0;
    virtual Result<void> mark_replied(Transaction& tx, WorkspaceId workspace, RecipientRow const& row, Timestamp at) = 0;
    virtual Result<void> mark_opted_out(Transaction& tx, WorkspaceId workspace, RecipientRow const& row, Timestamp at) = 0;

    virtual Result<std::vector<VariantCount>> by_variant(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;
    virtual Result<std::vector<ReasonCount>> by_reason(Transaction& tx, WorkspaceId workspace, CampaignId campaign) = 0;

    /// The workspace's own opt-out words, in their folded form.
    virtual Result<std::vector<std::string>> opt_out_words(Transaction& tx, WorkspaceId workspace) = 0;
    virtual Result<void> set_opt_out_words(Transaction& tx, WorkspaceId workspace, std::vector<std::string> const& words) = 0;
};

}   // namespace waqtor
