// The recipients of campaigns: the second half of SqlCampaignStore.
#include "storage/sql/campaign_store.hpp"
#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kRecipient = "SELECT " + columns<RecipientRow>() + " FROM campaign_recipient";
// Recipients carry no workspace of their own: their campaign does.
constexpr std::string_view kOfWorkspace =
    " AND EXISTS (SELECT 1 FROM campaign WHERE campaign.id = campaign_recipient.campaign AND campaign.workspace = $1)";

Result<void> add_to_counter(Transaction& tx, CampaignId campaign, std::string_view column, std::int64_t by) {
    return tx.post(fmt::format("UPDATE campaign_counter SET {0} = {0} + $2, changes = changes + 1 WHERE campaign = $1", column),
                   campaign, by);
}

/// Many rows of one state in one statement.
Result<std::int64_t> insert_rows(Transaction& tx, CampaignId campaign, std::span<RecipientRow const> rows) {
    std::string sql = "INSERT INTO campaign_recipient (campaign, contact, session, variant, state, reason) VALUES ";
    std::vector<Argument> arguments{to_argument(campaign), to_argument(rows.front().state)};
    for (auto const& row : rows) {
        auto const at = arguments.size();
        sql += fmt::format("{}($1, ${}, ${}, ${}, $2, ${})", at == 2 ? "" : ", ", at + 1, at + 2, at + 3, at + 4);
        arguments.insert(arguments.end(),
                         {to_argument(row.contact), to_argument(row.session), to_argument(row.variant), to_argument(row.reason)});
    }
    return tx.exec_of(sql + " ON CONFLICT DO NOTHING", arguments);
}
}   // namespace

Result<std::int64_t> SqlCampaignStore::add_recipients(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign,
                                                      std::span<RecipientRow const> rows) {
    constexpr std::size_t kMany = 100;   // rows a statement: two texts in all, prepared once
    std::int64_t added = 0;
    for (auto const state : {RecipientState::pending, RecipientState::skipped}) {
        std::vector<RecipientRow> some;
        std::ranges::copy_if(rows, std::back_inserter(some), [&](auto const& row) { return row.state == state; });
        std::int64_t added_here = 0;
        for (std::span<RecipientRow const> left = some; !left.empty();) {
            auto const size = left.size() >= kMany ? kMany : 1;
            TRY(auto const inserted, insert_rows(of(tx), campaign, left.first(size)));
            added_here += inserted;
            left = left.subspan(size);
        }
        if (added_here > 0) TRY_OK(add_to_counter(of(tx), campaign, enum_name(state), added_here));
        added += added_here;
    }
    return added;
}

Result<Page<RecipientRow>> SqlCampaignStore::recipients(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                        std::optional<RecipientState> state, PageRequest page) {
    TRY(auto const counts, this->counts(tx, workspace, campaign));
    auto total = counts.total();
    if (state)
        boost::mp11::mp_for_each<Members<CampaignCounts>>([&](auto d) {
            if (enum_name(*state) == d.name) total = counts.*d.pointer;
        });
    auto const rows =
        state ? of(tx).all<RecipientRow>(kRecipient + " WHERE campaign = $1 AND state = $2 ORDER BY contact LIMIT $3 OFFSET $4",
                                         campaign, *state, page.limit, page.offset)
              : of(tx).all<RecipientRow>(kRecipient + " WHERE campaign = $1 ORDER BY contact LIMIT $2 OFFSET $3", campaign,
                                         page.limit, page.offset);
    if (!rows) return std::unexpected(rows.error());
    return Page<RecipientRow>{*rows, total, page.limit, page.offset};
}

Result<std::vector<RecipientRow>> SqlCampaignStore::recipients_after(waqtor::Transaction& tx, WorkspaceId workspace,
                                                                     CampaignId campaign, ContactId after, std::int64_t limit) {
    static auto const kAfter =
        kRecipient + " WHERE campaign = $2 AND contact > $3" + std::string{kOfWorkspace} + " ORDER BY contact LIMIT $4";
    return of(tx).all<RecipientRow>(kAfter, workspace, campaign, after, limit);
}

Result<std::vector<RecipientRow>> SqlCampaignStore::pending(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign,
                                                            std::int64_t limit) {
    return of(tx).all<RecipientRow>(kRecipient + " WHERE campaign = $1 AND state = 'pending' ORDER BY contact LIMIT $2", campaign,
                                    limit);
}

Result<std::optional<RecipientRow>> SqlCampaignStore::find_recipient(waqtor::Transaction& tx, WorkspaceId workspace,
                                                                     CampaignId campaign, ContactId contact) {
    static auto const kFind = kRecipient + " WHERE campaign = $2 AND contact = $3" + std::string{kOfWorkspace};
    return of(tx).maybe<RecipientRow>(kFind, workspace, campaign, contact);
}

Result<std::optional<RecipientRow>> SqlCampaignStore::find_by_message(waqtor::Transaction& tx, WorkspaceId workspace,
                                                                      MessageId message) {
    static auto const kFind = kRecipient + " WHERE message = $2" + std::string{kOfWorkspace};
    return of(tx).maybe<RecipientRow>(kFind, workspace, message);
}

Result<void> SqlCampaignStore::change(waqtor::Transaction& tx, WorkspaceId, RecipientRow const& row,
                                      RecipientChange const& change) {
    auto const from = enum_name(row.state);
    auto const to = enum_name(change.state);
    // The counter first: whoever holds it has the campaign for itself. It is put back when the row was not where it was any more.
    auto const count = [&](RecipientState less, RecipientState more) -> Result<void> {
        if (less == more) return add_to_counter(of(tx), row.campaign, enum_name(less), 0);
        return of(tx).post(
            fmt::format("UPDATE campaign_counter SET {0} = {0} - 1, {1} = {1} + 1, changes = changes + 1 WHERE campaign = $1",
                        enum_name(less), enum_name(more)),
            row.campaign);
    };
    TRY_OK(count(row.state, change.state));
    TRY(auto const moved, of(tx).exec(R"sql(
        UPDATE campaign_recipient
           SET state = $4, reason = $5, message = $6,
               accepted_at = CASE $4 WHEN 'pending' THEN NULL WHEN 'accepted' THEN $7 ELSE accepted_at END,
               sent_at = CASE WHEN $4 IN ('sent', 'delivered', 'read') THEN coalesce(sent_at, $7) ELSE sent_at END,
               delivered_at = CASE WHEN $4 IN ('delivered', 'read') THEN coalesce(delivered_at, $7) ELSE delivered_at END,
               read_at = CASE WHEN $4 = 'read' THEN coalesce(read_at, $7) ELSE read_at END
         WHERE campaign = $1 AND contact = $2 AND state = $3)sql",
                                      row.campaign, row.contact, from, to, change.reason, change.message, change.at));
    return moved == 0 ? count(change.state, row.state) : Result<void>{};
}

Result<std::int64_t> SqlCampaignStore::cancel_pending(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign,
                                                      std::string_view reason, std::int64_t limit) {
    TRY(auto const moved, of(tx).exec(R"sql(
        UPDATE campaign_recipient SET state = 'cancelled', reason = $2
         WHERE campaign = $1 AND contact IN
               (SELECT contact FROM campaign_recipient WHERE campaign = $1 AND state = 'pending' ORDER BY contact LIMIT $3))sql",
                                      campaign, reason, limit));
    TRY_OK(add_to_counter(of(tx), campaign, "pending", -moved));
    TRY_OK(add_to_counter(of(tx), campaign, "cancelled", moved));
    return moved;
}

Result<std::int64_t> SqlCampaignStore::retry_failed(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign) {
    TRY(auto const moved, of(tx).exec(R"sql(
        UPDATE campaign_recipient SET state = 'pending', reason = '', message = NULL, accepted_at = NULL
         WHERE campaign = $1 AND state = 'failed')sql",
                                      campaign));
    TRY_OK(add_to_counter(of(tx), campaign, "failed", -moved));
    TRY_OK(add_to_counter(of(tx), campaign, "pending", moved));
    return moved;
}

Result<bool> SqlCampaignStore::erase(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign, std::int64_t limit) {
    TRY(auto const deleted, of(tx).exec(R"sql(
        DELETE FROM campaign_recipient
         WHERE campaign = $1 AND contact IN (SELECT contact FROM campaign_recipient WHERE campaign = $1 ORDER BY contact LIMIT $2))sql",
                                        campaign, limit));
    if (deleted == limit) return false;
    TRY_OK(of(tx).exec("DELETE FROM campaign WHERE workspace = $1 AND id = $2", workspace, campaign));
    return true;
}

Result<std::vector<RecipientRow>> SqlCampaignStore::pending_of(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) {
    static auto const kPending =
        kRecipient + " WHERE contact = $2 AND state = 'pending'" + std::string{kOfWorkspace} + " ORDER BY campaign";
    return of(tx).all<RecipientRow>(kPending, workspace, contact);
}

Result<std::optional<RecipientRow>> SqlCampaignStore::last_sent(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                                Timestamp since) {
    static auto const kLast = kRecipient + " WHERE contact = $2 AND sent_at >= $3" + std::string{kOfWorkspace} +
                              " ORDER BY sent_at DESC, campaign DESC LIMIT 1";
    return of(tx).maybe<RecipientRow>(kLast, workspace, contact, since);
}

Result<void> SqlCampaignStore::mark_replied(waqtor::Transaction& tx, WorkspaceId, RecipientRow const& row, Timestamp at) {
    TRY(auto const marked,
        of(tx).exec("UPDATE campaign_recipient SET replied_at = $3 WHERE campaign = $1 AND contact = $2 AND replied_at IS NULL",
                    row.campaign, row.contact, at));
    return marked == 0 ? Result<void>{} : add_to_counter(of(tx), row.campaign, "replied", 1);
}

Result<void> SqlCampaignStore::mark_opted_out(waqtor::Transaction& tx, WorkspaceId, RecipientRow const& row, Timestamp at) {
    TRY(auto const marked,
        of(tx).exec("UPDATE campaign_recipient SET opted_out_at = $3 WHERE campaign = $1 AND contact = $2 AND opted_out_at IS NULL",
                    row.campaign, row.contact, at));
    return marked == 0 ? Result<void>{} : add_to_counter(of(tx), row.campaign, "opted_out", 1);
}

Result<std::vector<VariantCount>> SqlCampaignStore::by_variant(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign) {
    return of(tx).all<VariantCount>(R"sql(
        SELECT variant, state, count(*), count(replied_at), count(opted_out_at)
          FROM campaign_recipient WHERE campaign = $1 GROUP BY variant, state ORDER BY variant, state)sql",
                                    campaign);
}

Result<std::vector<ReasonCount>> SqlCampaignStore::by_reason(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign) {
    return of(tx).all<ReasonCount>(R"sql(
        SELECT state, reason, count(*) FROM campaign_recipient
         WHERE campaign = $1 AND state IN ('failed', 'cancelled', 'skipped') GROUP BY state, reason ORDER BY count(*) DESC, reason)sql",
                                   campaign);
}

}   // namespace waqtor::sql
