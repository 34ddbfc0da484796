#pragma once
#include "core/campaigns/campaign_parts.hpp"

#include <stop_token>
#include <unordered_map>

namespace waqtor {

/// Carries campaigns out: lists the recipients of those that started, feeds the outbox, ends, stops, cancels and deletes. All it
/// knows is in the database, and each step is one transaction, so a crash anywhere skips nobody and sends to nobody twice; two
/// pumps on one database do no harm.
class CampaignPump {
public:
    struct Limits {
        std::int64_t listed = 1000;      // recipients listed in one transaction
        std::int64_t fed = 100;          // recipients moved to the outbox in one transaction
        std::int64_t in_outbox = 1000;   // of one campaign at a time; the rest can still be paused for nothing
        Milliseconds progress_every{1000};
        Milliseconds pause{50};   // between two looks, at least
        Milliseconds longest_pause{1000};
    };
    explicit CampaignPump(CampaignParts parts) : CampaignPump{parts, Limits{}} {}
    CampaignPump(CampaignParts parts, Limits limits) : parts_{parts}, limits_{limits} {}

    /// Works until `stop` fires (from any thread). Started once by the composition root.
    asio::awaitable<void> run(std::stop_token stop);
    /// One round over every campaign that needs something. True when there is more to do at once.
    Task<bool> step();

private:
    asio::awaitable<void> loop(std::stop_token stop);
    /// More to do at once.
    Task<bool> work(BusyCampaign which);
    Task<bool> tend(CampaignRow campaign);
    Task<bool> list_some(CampaignRow campaign);
    Task<bool> feed_some(CampaignRow campaign);
    Task<void> settle(CampaignRow campaign);
    Task<void> give_up(BusyCampaign which, std::string reason);
    Result<bool> feed(Transaction& tx, BusyCampaign which);
    Result<void> feed_one(Transaction& tx, CampaignRow const& campaign, RecipientRow const& recipient);
    Result<RecipientChange> send_one(Transaction& tx, CampaignRow const& campaign, RecipientRow const& recipient);
    RecipientRow listed(CampaignRow const& campaign, ContactCardRow const& contact) const;

    struct Told {
        std::int64_t changes = 0;
        std::chrono::steady_clock::time_point at{};
    };
    CampaignParts parts_;
    Limits limits_;
    std::unordered_map<CampaignId, Told> told_;   // progress events
};

}   // namespace waqtor
