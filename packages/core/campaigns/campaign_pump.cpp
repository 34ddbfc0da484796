#include "core/campaigns/campaign_pump.hpp"

#include "core/base/crash_point.hpp"
#include "core/campaigns/campaign_events.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {
namespace {
constexpr std::int64_t kTidied = 500;   // rows cancelled or deleted in one transaction

/// The database is busy, gone or full, or we failed: nothing is wrong with the campaign.
bool passes(Error const& error) { return row(error.code).retryable || error.code == Code::internal; }

CampaignProgressed progress_of(CampaignId id, CampaignCounts const& counts) {
    return {.campaign = id,
            .total = counts.total(),
            .pending = counts.pending,
            .accepted = counts.accepted,
            .sent = counts.reached(),
            .delivered = counts.delivered + counts.read,
            .read = counts.read,
            .failed = counts.failed,
            .cancelled = counts.cancelled,
            .skipped = counts.skipped,
            .opted_out = counts.opted_out,
            .replied = counts.replied};
}

/// Why the stop rules say no more; empty when they do not.
std::string_view stopped_by(StopRules const& rules, CampaignCounts const& counts) {
    auto const failed = counts.failed - counts.base_failed;
    auto const reached = counts.reached() - counts.base_reached;
    auto const opted_out = counts.opted_out - counts.base_opted_out;
    if (failed + reached < rules.after.value_or(20)) return {};
    auto const over = [](std::int64_t part, std::int64_t whole, std::int64_t percent) {
        return percent < 100 && part > 0 && part * 100 >= percent * whole;
    };
    // Those under way count as not failed: numbers without WhatsApp fail at once, long before the first of the others is sent.
    if (over(failed, failed + reached + counts.accepted, rules.failure_percent.value_or(25))) return "failure_rate";
    if (over(opted_out, reached, rules.opt_out_percent.value_or(5))) return "opt_out_rate";
    return {};
}
}   // namespace

asio::awaitable<void> CampaignPump::run(std::stop_token stop) {
    // A strand: the executor may have many threads, and who wakes us comes on another.
    auto const strand = asio::make_strand(co_await asio::this_coro::executor);
    co_await asio::co_spawn(strand, loop(std::move(stop)), asio::use_awaitable);
}

asio::awaitable<void> CampaignPump::loop(std::stop_token stop) {
    auto const executor = co_await asio::this_coro::executor;
    EventBus::Subscription subscription{parts_.bus, WorkspaceId{}, executor};   // every workspace's
    auto const on_stop = std::stop_callback{stop, [this] { parts_.bus.wake({}); }};
    asio::steady_timer breath{executor};
    while (!stop.stop_requested()) {
        auto const more = co_await step();
        if (stop.stop_requested()) break;
        if (more && *more) continue;
        breath.expires_after(limits_.pause);
        co_await breath.async_wait(asio::use_awaitable);
        if (!stop.stop_requested()) co_await subscription.wait(limits_.longest_pause);
    }
}

Task<bool> CampaignPump::step() {
    CO_TRY(auto const busy, co_await parts_.db.read([this](Transaction& tx) { return parts_.store.busy(tx, parts_.clock.now()); }));
    std::erase_if(told_, [&](auto const& entry) { return std::ranges::find(busy, entry.first, &BusyCampaign::id) == busy.end(); });
    auto more = false;
    for (auto const& which : busy) {
        auto const outcome = co_await work(which);
        if (outcome)
            more = more || *outcome;
        else if (!passes(outcome.error()))
            CO_TRY_OK(co_await give_up(which, outcome.error().message));
    }
    co_return more;
}

Task<bool> CampaignPump::work(BusyCampaign which) {
    CO_TRY(auto campaign, co_await parts_.db.read([this, which](Transaction& tx) -> Result<std::optional<CampaignRow>> {
        auto found = parts_.store.find(tx, which.workspace, which.id);
        if (found) return std::optional{*std::move(found)};
        return found.error().code == Code::not_found ? Result<std::optional<CampaignRow>>{std::nullopt}
                                                     : std::unexpected(found.error());
    }));
    if (!campaign)   // removed
        co_return co_await parts_.db.write([this, which](Transaction& tx) -> Result<bool> {
            TRY(auto const gone, parts_.store.erase(tx, which.workspace, which.id, kTidied));
            return !gone;
        });
    co_return co_await tend(*std::move(campaign));
}

Task<bool> CampaignPump::tend(CampaignRow campaign) {
    if (campaign.status == CampaignStatus::scheduled) {
        CO_TRY_OK(co_await parts_.db.write([this, campaign](Transaction& tx) -> Result<void> {
            TRY(auto row, parts_.store.lock(tx, campaign.workspace, campaign.id));
            if (row.status != CampaignStatus::scheduled || row.removed_at) return {};
            return begin_campaign(parts_, tx, row, {});
        }));
        co_return true;
    }
    if (campaign.status != CampaignStatus::running)
        co_return co_await parts_.db.write([this, campaign](Transaction& tx) -> Result<bool> {
            TRY(auto row, parts_.store.lock(tx, campaign.workspace, campaign.id));
            if (row.status == CampaignStatus::cancelled) {
                TRY(auto const moved, parts_.store.cancel_pending(tx, row.workspace, row.id, kCampaignCancelled, kTidied));
                if (moved == kTidied) return true;
            }
            if (row.status == CampaignStatus::running || row.removed_at) return true;
            row.busy = false;
            TRY_OK(parts_.store.save(tx, row));
            return false;
        });
    auto more = false;
    if (!campaign.frozen) {
        CO_TRY(more, co_await list_some(campaign));
    }
    CO_TRY(auto const fed, co_await feed_some(campaign));
    CO_TRY_OK(co_await settle(campaign));
    co_return more || fed;
}

RecipientRow CampaignPump::listed(CampaignRow const& campaign, ContactCardRow const& contact) const {
    std::vector<std::int64_t> weights;
    for (auto const& variant : campaign.variants) weights.push_back(variant.weight.value_or(1));
    RecipientRow out{.campaign = campaign.id, .contact = contact.id};
    out.variant = static_cast<std::int64_t>(sticky_choice(campaign.id, contact.id, 1, weights));
    out.session = static_cast<std::int64_t>(
        sticky_choice(campaign.id, contact.id, 2, std::vector<std::int64_t>(campaign.sessions.size(), 1)));
    if (contact.opted_out || contact.blocked) {
        out.state = RecipientState::skipped;
        out.reason = contact.opted_out ? kOptedOut : "blocked";
    }
    return out;
}

/// Lists the next recipients. Read apart from the writing, so that other writers wait only for the inserts.
Task<bool> CampaignPump::list_some(CampaignRow campaign) {
    CO_TRY(auto const rows, co_await parts_.db.read([this, campaign](Transaction& tx) -> Result<std::vector<RecipientRow>> {
        TRY(auto const audience, parts_.store.audience(tx, campaign.workspace, campaign.id));
        TRY(auto const contacts,
            parts_.contacts.audience(tx, campaign.workspace, query_of(audience), campaign.frozen_after, limits_.listed));
        std::vector<RecipientRow> out;
        for (auto const& contact : contacts) out.push_back(listed(campaign, contact));
        return out;
    }));
    auto const more = co_await parts_.db.write([this, campaign, rows](Transaction& tx) -> Result<bool> {
        TRY(auto row, parts_.store.lock(tx, campaign.workspace, campaign.id));
        if (row.status != CampaignStatus::running || row.frozen || row.frozen_after != campaign.frozen_after) return false;
        TRY_OK(parts_.store.add_recipients(tx, row.workspace, row.id, rows));
        row.frozen = std::ssize(rows) < limits_.listed;
        if (!rows.empty()) row.frozen_after = rows.back().contact;
        TRY_OK(parts_.store.save(tx, row));
        return !row.frozen;
    });
    crash_point(CrashPoint::campaign_listed);
    co_return more;
}

Task<bool> CampaignPump::feed_some(CampaignRow campaign) {
    auto const which = BusyCampaign{campaign.workspace, campaign.id};
    CO_TRY(auto const counts,
           co_await parts_.db.read([this, which](Transaction& tx) { return parts_.store.counts(tx, which.workspace, which.id); }));
    if (counts.pending == 0 || counts.accepted >= limits_.in_outbox) co_return false;
    auto const more = co_await parts_.db.write([this, which](Transaction& tx) { return feed(tx, which); });
    crash_point(CrashPoint::campaign_fed);
    co_return more;
}

/// Moves recipients into the outbox, each with its message, in one transaction.
Result<bool> CampaignPump::feed(Transaction& tx, BusyCampaign which) {
    TRY(auto const campaign, parts_.store.lock(tx, which.workspace, which.id));
    if (campaign.status != CampaignStatus::running || campaign.removed_at) return false;
    TRY(auto const counts, parts_.store.counts(tx, which.workspace, which.id));
    auto const room = std::min(limits_.fed, limits_.in_outbox - counts.accepted);
    if (room <= 0) return false;
    TRY(auto const pending, parts_.store.pending(tx, which.workspace, which.id, room));
    for (auto const& recipient : pending) TRY_OK(feed_one(tx, campaign, recipient));
    return std::ssize(pending) == limits_.fed;
}

Result<void> CampaignPump::feed_one(Transaction& tx, CampaignRow const& campaign, RecipientRow const& recipient) {
    TRY(auto const change, send_one(tx, campaign, recipient));
    return parts_.store.change(tx, campaign.workspace, recipient, change);
}

Result<RecipientChange> CampaignPump::send_one(Transaction& tx, CampaignRow const& campaign, RecipientRow const& recipient) {
    auto const now = parts_.clock.now();
    auto const skip = [&](std::string_view why) { return RecipientChange{RecipientState::skipped, std::string{why}, {}, now}; };
    auto const failed = [&](std::string why) { return RecipientChange{RecipientState::failed, std::move(why), {}, now}; };
    auto const contact = parts_.contacts.find(tx, campaign.workspace, recipient.contact);
    if (!contact)
        return contact.error().code == Code::not_found ? Result<RecipientChange>{skip("contact_removed")}
                                                       : std::unexpected(contact.error());
    if (contact->opted_out) return skip(kOptedOut);
    if (contact->blocked) return skip("blocked");
    if (contact->id != recipient.contact) {   // merged since: the person has a row of their own, perhaps
        TRY(auto const other, parts_.store.find_recipient(tx, campaign.workspace, campaign.id, contact->id));
        if (other) return skip("same_person");
    }
    auto content = personal(campaign.variants[static_cast<std::size_t>(recipient.variant)].content, *contact, campaign.variables);
    if (!content) return failed("missing_variable");
    auto const message = parts_.outbox.accept(tx, campaign.workspace,
                                              {.session = campaign.sessions[static_cast<std::size_t>(recipient.session)],
                                               .contact = contact->id,
                                               .content = *std::move(content),
                                               .origin = Origin::campaign,
                                               .campaign = campaign.id});
    if (message) return RecipientChange{RecipientState::accepted, {}, *message, now};
    switch (message.error().code) {
        case Code::forbidden: return skip(kOptedOut);
        case Code::not_found: return failed("session_not_found");
        case Code::invalid: return failed("invalid_content");
        default: return std::unexpected(message.error());
    }
}

/// Ends or stops the campaign when it is time, and tells its progress.
Task<void> CampaignPump::settle(CampaignRow campaign) {
    CO_TRY(auto const counts, co_await parts_.db.read([this, campaign](Transaction& tx) {
        return parts_.store.counts(tx, campaign.workspace, campaign.id);
    }));
    auto& told = told_[campaign.id];
    auto const now = std::chrono::steady_clock::now();
    auto const done = campaign.frozen && counts.pending == 0 && counts.accepted == 0;
    auto const why = stopped_by(stop_of(campaign), counts);
    auto const tells = counts.changes != told.changes && now - told.at >= limits_.progress_every;
    if (!done && why.empty() && !tells) co_return Result<void>{};
    told = {counts.changes, now};
    auto const settled = co_await parts_.db.write([this, campaign, why = std::string{why}](Transaction& tx) -> Result<void> {
        TRY(auto row, parts_.store.lock(tx, campaign.workspace, campaign.id));
        if (row.status != CampaignStatus::running || row.removed_at) return {};
        TRY(auto const fresh, parts_.store.counts(tx, row.workspace, row.id));
        TRY_OK(parts_.events.append(tx, row.workspace, progress_of(row.id, fresh)));
        if (row.frozen && fresh.pending == 0 && fresh.accepted == 0) {
            row.status = CampaignStatus::completed;
            row.completed_at = parts_.clock.now();
            row.busy = false;
            TRY_OK(parts_.store.save(tx, row));
            TRY_OK(parts_.events.append(tx, row.workspace, CampaignCompleted{{row.id, {}}}));
        } else if (!why.empty())
            return pause_campaign(parts_, tx, row, why);
        return {};
    });
    if (done) crash_point(CrashPoint::campaign_completed);
    co_return settled;
}

Task<void> CampaignPump::give_up(BusyCampaign which, std::string reason) {
    return parts_.db.write([this, which, reason](Transaction& tx) -> Result<void> {
        TRY(auto campaign, parts_.store.lock(tx, which.workspace, which.id));
        TRY_OK(parts_.outbox.cancel_for_campaign(tx, which.workspace, which.id, kCampaignPaused));
        campaign.status = CampaignStatus::failed;
        campaign.reason = reason;
        campaign.busy = false;
        TRY_OK(parts_.store.save(tx, campaign));
        TRY_OK(parts_.events.append(tx, which.workspace, CampaignFailed{{which.id, reason}}));
        return {};
    });
}

}   // namespace waqtor
