#include "core/campaigns/campaign_hook.hpp"

#include "core/text/normalise.hpp"

namespace waqtor {
namespace {

/// An answer this long after a campaign's message is still one to it.
constexpr auto kAnswersWithin = std::chrono::days{7};

/// In their folded form. Words that shops hear with another meaning ("cancel") are not among them.
constexpr std::array<std::string_view, 12> kOptOutWords{"stop",          "stop all", "unsubscribe", "opt out",
                                                        "optout",        "ايقاف",    "الغاء",       "الغاء الاشتراك",
                                                        "ايقاف الرسايل", "اوقف",     "اوقفوا",      "الغ الاشتراك"};

/// States of a message in order; a receipt that comes late takes nothing back.
int rank(RecipientState state) {
    switch (state) {
        case RecipientState::accepted: return 1;
        case RecipientState::sent: return 2;
        case RecipientState::delivered: return 3;
        case RecipientState::read: return 4;
        default: return 0;
    }
}

std::optional<RecipientState> reached(MessageState state) {
    switch (state) {
        case MessageState::sent: return RecipientState::sent;
        case MessageState::delivered: return RecipientState::delivered;
        case MessageState::read:
        case MessageState::played: return RecipientState::read;
        default: return std::nullopt;
    }
}
}   // namespace

bool is_opt_out(std::string_view text, std::vector<std::string> const& own) {
    if (text.size() > 200) return false;
    auto const folded = fold_words(text);
    return std::ranges::find(kOptOutWords, folded) != kOptOutWords.end() || std::ranges::find(own, folded) != own.end();
}

std::function<Result<bool>(Transaction&, WorkspaceId, std::string_view)> opt_out_check(CampaignStore& store) {
    return [&store](Transaction& tx, WorkspaceId workspace, std::string_view text) -> Result<bool> {
        TRY(auto const own, store.opt_out_words(tx, workspace));
        return is_opt_out(text, own);
    };
}

Result<void> CampaignHook::received(Transaction& tx, WorkspaceId workspace, ReceivedMessage const& message) {
    if (message.from_me || message.group) return {};
    auto const now = parts_.clock.now();
    TRY(auto const last, parts_.store.last_sent(tx, workspace, message.contact, now - kAnswersWithin));
    if (last && !last->replied_at) TRY_OK(parts_.store.mark_replied(tx, workspace, *last, now));
    if (!message.content.text || message.content.type != MessageType::text) return {};
    TRY(auto const own, parts_.store.opt_out_words(tx, workspace));
    if (!is_opt_out(*message.content.text, own)) return {};

    TRY_OK(parts_.contacts.opt_out(tx, workspace, message.contact, OptOutSource::keyword, "message " + message.id.text()));
    TRY(auto const pending, parts_.store.pending_of(tx, workspace, message.contact));
    for (auto const& row : pending)
        TRY_OK(parts_.store.change(tx, workspace, row, {RecipientState::skipped, std::string{kOptedOut}, {}, now}));
    TRY_OK(parts_.outbox.cancel_for_contact(tx, workspace, message.contact, kOptedOut));
    if (last) TRY_OK(parts_.store.mark_opted_out(tx, workspace, *last, now));
    return {};
}

Result<void> CampaignHook::progressed(Transaction& tx, WorkspaceId workspace, MessageProgress const& progress) {
    if (!progress.campaign) return {};
    if (progress.state == MessageState::accepted || progress.state == MessageState::queued) return {};   // still only accepted here
    TRY(auto const row, parts_.store.find_by_message(tx, workspace, progress.id));
    if (!row) return {};   // a message of before a pause or a retry
    auto const change = [&](RecipientState state, bool keeps_message) {
        return parts_.store.change(tx, workspace, *row,
                                   {state, progress.reason, keeps_message ? row->message : std::nullopt, progress.at});
    };
    if (auto const state = reached(progress.state)) {
        if (rank(*state) <= rank(row->state)) return {};
        return parts_.store.change(tx, workspace, *row, {*state, {}, row->message, progress.at});
    }
    if (row->state != RecipientState::accepted) return {};
    if (progress.state == MessageState::failed) return change(RecipientState::failed, true);
    if (progress.state != MessageState::cancelled) return {};
    if (progress.reason == kCampaignPaused)
        return parts_.store.change(tx, workspace, *row, {RecipientState::pending, {}, {}, progress.at});
    return change(RecipientState::cancelled, true);
}

}   // namespace waqtor
