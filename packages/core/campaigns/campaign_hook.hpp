#pragma once
#include "core/campaigns/campaign_parts.hpp"

namespace waqtor {

/// What campaigns do in the transactions of messages: recipients and counters move with their messages, and a person who opts out
/// gets nothing more from the moment their message is stored.
class CampaignHook final : public MessageHook {
public:
    explicit CampaignHook(CampaignParts parts) : parts_{parts} {}

    Result<void> received(Transaction& tx, WorkspaceId workspace, ReceivedMessage const& message) override;
    Result<void> progressed(Transaction& tx, WorkspaceId workspace, MessageProgress const& progress) override;

private:
    CampaignParts parts_;
};

/// True when a message of only this text asks for no more messages; `own` are the workspace's words, folded.
bool is_opt_out(std::string_view text, std::vector<std::string> const& own);

/// The same question for other features, with the workspace's words looked up.
std::function<Result<bool>(Transaction&, WorkspaceId, std::string_view)> opt_out_check(CampaignStore& store);

}   // namespace waqtor
