#include "core/campaigns/campaign_service.hpp"

#include "core/base/time_zone.hpp"
#include "core/campaigns/campaign_events.hpp"
#include "core/messages/template_text.hpp"

namespace waqtor {
namespace {

Result<void> check_allowed(Caller const& who, CampaignRow const& row) {
    if (who.sessions.empty()) return {};
    for (auto const& session : row.sessions)
        if (std::ranges::find(who.sessions, session) == who.sessions.end())
            return fail(Code::forbidden, "The campaign sends from a session you may not use");
    return {};
}

Result<void> require_status(CampaignRow const& row, std::initializer_list<CampaignStatus> allowed, std::string_view doing) {
    if (std::ranges::find(allowed, row.status) != allowed.end()) return {};
    return fail(Code::conflict, fmt::format("A campaign that is {} cannot be {}", enum_name(row.status), doing));
}

Result<std::vector<Variant>> variants_of(std::optional<Content> const& content,
                                         std::optional<std::vector<Variant>> const& variants) {
    if (content && variants) return invalid("variants", "give either content or variants");
    std::vector<Variant> out;
    if (content) out.push_back({.content = *content});
    if (variants) out = *variants;
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto const& each = out[i].content;
        auto const field = content ? std::string{"content"} : fmt::format("variants[{}].content", i);
        if (each.type == MessageType::text && (!each.text || each.text->empty())) return invalid(field + ".text", "is required");
        if (each.target || each.emoji || each.choices) return invalid(field + ".type", "cannot be sent by a campaign");
    }
    return out;
}

Result<void> set_schedule(CampaignRow& row, Schedule const& schedule, Timestamp now) {
    row.scheduled_at = schedule.at;
    row.time_zone = schedule.time_zone.value_or("");
    if (schedule.at && schedule.local) return invalid("schedule", "give either at or local");
    if (schedule.time_zone || schedule.local) {
        TRY(auto const zone, TimeZone::find(row.time_zone));
        if (schedule.local) {
            TRY(auto const local, local_from_iso(*schedule.local));
            row.scheduled_at = zone.to_utc(local);
        }
    }
    if (row.scheduled_at && *row.scheduled_at <= now) return invalid("schedule", "must be in the future");
    row.status = row.scheduled_at ? CampaignStatus::scheduled : CampaignStatus::draft;
    row.busy = row.scheduled_at.has_value();
    return {};
}

Campaign shown(CampaignRow const& row, CampaignCounts const& counts) {
    return {.id = row.id,
            .name = row.name,
            .status = row.status,
            .reason = row.reason.empty() ? std::nullopt : std::optional{row.reason},
            .variants = row.variants,
            .sessions = row.sessions,
            .variables = row.variables,
            .stop = stop_of(row),
            .scheduled_at = row.scheduled_at,
            .time_zone = row.time_zone.empty() ? std::nullopt : std::optional{row.time_zone},
            .counting = row.status == CampaignStatus::running && !row.frozen,
            .total_recipients = counts.total(),
            .pending_count = counts.pending,
            .accepted_count = counts.accepted,
            .sent_count = counts.reached(),
            .delivered_count = counts.delivered + counts.read,
            .read_count = counts.read,
            .failed_count = counts.failed,
            .cancelled_count = counts.cancelled,
            .skipped_count = counts.skipped,
            .opted_out_count = counts.opted_out,
            .replied_count = counts.replied,
            .created_at = row.created_at,
            .updated_at = row.updated_at,
            .started_at = row.started_at,
            .completed_at = row.completed_at};
}
}   // namespace

Result<Campaign> CampaignService::show(Transaction& tx, CampaignRow const& row, bool with_audience) {
    TRY(auto const counts, parts_.store.counts(tx, row.workspace, row.id));
    auto out = shown(row, counts);
    if (with_audience) {
        TRY(out.audience, parts_.store.audience(tx, row.workspace, row.id));
    }
    return out;
}

/// Numbers become contacts, so that a campaign names people, however their numbers change.
Result<Audience> CampaignService::resolve(Transaction& tx, WorkspaceId workspace, Audience audience) {
    auto contacts = std::move(audience.contacts).value_or(std::vector<ContactId>{});
    for (std::size_t i = 0; i < contacts.size(); ++i)
        if (!parts_.contacts.find(tx, workspace, contacts[i]))
            return invalid(fmt::format("audience.contacts[{}]", i), "is no contact of this workspace");
    for (auto const& phone : audience.phones.value_or(std::vector<std::string>{})) {
        TRY(auto const contact, parts_.contacts.identify(tx, workspace, {.phone = phone}));
        contacts.push_back(contact);
    }
    std::ranges::sort(contacts);
    contacts.erase(std::ranges::unique(contacts).begin(), contacts.end());
    audience.phones.reset();
    audience.contacts = contacts.empty() ? std::nullopt : std::optional{std::move(contacts)};
    return audience;
}

Result<void> CampaignService::fill(Transaction& tx, Caller const& who, CampaignRow& row, CreateCampaign const& wish) {
    if (wish.content || wish.variants) {
        TRY(row.variants, variants_of(wish.content, wish.variants));
    }
    if (wish.sessions) {
        row.sessions = *wish.sessions;
        for (auto const& session : row.sessions)
            if (!parts_.sessions.require(tx, {row.workspace, session}))
                return invalid("sessions", session.text() + " is no session of this workspace");
    }
    if (row.sessions.empty() && !who.sessions.empty()) row.sessions = who.sessions;
    if (wish.variables) row.variables = *wish.variables;
    if (wish.stop) row.stop = write_json(*wish.stop).as_object();
    if (wish.schedule) TRY_OK(set_schedule(row, *wish.schedule, parts_.clock.now()));
    return check_allowed(who, row);
}

Task<Campaign> CampaignService::create(Caller who, CreateCampaign wish) {
    auto outcome = co_await parts_.db.write([this, who, wish](Transaction& tx) -> Result<Campaign> {
        auto const now = parts_.clock.now();
        CampaignRow row{.id = CampaignId::make(now),
                        .workspace = who.workspace,
                        .name = wish.name,
                        .created_by = who.user,
                        .created_at = now,
                        .updated_at = now};
        TRY_OK(fill(tx, who, row, wish));
        TRY_OK(parts_.store.add(tx, row));
        if (wish.audience) {
            TRY(auto const audience, resolve(tx, who.workspace, *wish.audience));
            TRY_OK(parts_.store.set_audience(tx, who.workspace, row.id, audience));
        }
        TRY_OK(parts_.events.append(tx, who.workspace, CampaignCreated{{row.id, {}}}));
        if (row.busy) TRY_OK(parts_.events.append(tx, who.workspace, CampaignScheduled{{row.id, {}}}));
        return show(tx, row, true);
    });
    parts_.bus.wake({});
    co_return outcome;
}

Task<Campaign> CampaignService::change(Caller who, CampaignId campaign, Act act) {
    auto outcome = co_await parts_.db.write([this, who, campaign, act](Transaction& tx) -> Result<Campaign> {
        TRY_OK(parts_.store.find(tx, who.workspace, campaign));
        TRY(auto row, parts_.store.lock(tx, who.workspace, campaign));
        TRY_OK(check_allowed(who, row));
        row.updated_at = parts_.clock.now();
        TRY_OK(act(tx, row));
        return show(tx, row, true);
    });
    parts_.bus.wake({});
    co_return outcome;
}

Task<Campaign> CampaignService::update(Caller who, UpdateCampaign wish) {
    return change(who, wish.id, [this, who, wish](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(row, {CampaignStatus::draft, CampaignStatus::scheduled}, "changed"));
        if (wish.name) row.name = *wish.name;
        TRY_OK(fill(tx, who, row,
                    {.content = wish.content,
                     .variants = wish.variants,
                     .sessions = wish.sessions,
                     .variables = wish.variables,
                     .schedule = wish.schedule,
                     .stop = wish.stop}));
        if (wish.audience) {
            TRY(auto const audience, resolve(tx, row.workspace, *wish.audience));
            TRY_OK(parts_.store.set_audience(tx, row.workspace, row.id, audience));
        }
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, CampaignUpdated{{row.id, {}}}));
        return {};
    });
}

Task<Campaign> CampaignService::get(WorkspaceId workspace, CampaignId campaign) {
    return parts_.db.read([this, workspace, campaign](Transaction& tx) -> Result<Campaign> {
        TRY(auto const row, parts_.store.find(tx, workspace, campaign));
        return show(tx, row, true);
    });
}

Task<Page<Campaign>> CampaignService::list(WorkspaceId workspace, ListCampaigns wish) {
    return parts_.db.read([this, workspace, wish](Transaction& tx) -> Result<Page<Campaign>> {
        TRY(auto const rows, parts_.store.list(tx, workspace, wish.status, {wish.limit.value_or(50), wish.offset.value_or(0)}));
        Page<Campaign> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) {
            TRY(auto each, show(tx, row, false));
            out.items.push_back(std::move(each));
        }
        return out;
    });
}

Task<Campaign> CampaignService::start(Caller who, CampaignId campaign) {
    return change(who, campaign, [this, who](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(
            row, {CampaignStatus::draft, CampaignStatus::scheduled, CampaignStatus::paused, CampaignStatus::failed}, "started"));
        return begin_campaign(parts_, tx, row, who.sessions);
    });
}

Task<Campaign> CampaignService::pause(Caller who, CampaignId campaign) {
    return change(who, campaign, [this](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(row, {CampaignStatus::running}, "paused"));
        return pause_campaign(parts_, tx, row, {});
    });
}

Task<Campaign> CampaignService::cancel(Caller who, CampaignId campaign) {
    return change(who, campaign, [this](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(row, {CampaignStatus::scheduled, CampaignStatus::running, CampaignStatus::paused}, "cancelled"));
        TRY_OK(parts_.outbox.cancel_for_campaign(tx, row.workspace, row.id, kCampaignCancelled));
        row.status = CampaignStatus::cancelled;
        row.completed_at = parts_.clock.now();
        row.busy = true;   // the pump cancels those that are pending, some at a time
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, CampaignCancelled{{row.id, {}}}));
        return {};
    });
}

Task<Campaign> CampaignService::unschedule(Caller who, CampaignId campaign) {
    return change(who, campaign, [this](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(row, {CampaignStatus::scheduled, CampaignStatus::draft}, "made a draft"));
        row.status = CampaignStatus::draft;
        row.busy = false;
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, CampaignUpdated{{row.id, {}}}));
        return {};
    });
}

Task<Campaign> CampaignService::schedule(Caller who, CampaignId campaign) {
    return change(who, campaign, [this](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(row, {CampaignStatus::draft, CampaignStatus::scheduled}, "scheduled"));
        if (!row.scheduled_at || *row.scheduled_at <= parts_.clock.now()) return invalid("schedule", "must be in the future");
        row.status = CampaignStatus::scheduled;
        row.busy = true;
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, CampaignScheduled{{row.id, {}}}));
        return {};
    });
}

Task<Campaign> CampaignService::retry(Caller who, CampaignId campaign) {
    return change(who, campaign, [this, who](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(require_status(row, {CampaignStatus::running, CampaignStatus::paused, CampaignStatus::completed}, "retried"));
        TRY(auto const again, parts_.store.retry_failed(tx, row.workspace, row.id));
        if (again == 0) return fail(Code::conflict, "No message of the campaign failed");
        return begin_campaign(parts_, tx, row, who.sessions);
    });
}

Task<Campaign> CampaignService::clone(Caller who, CampaignId campaign) {
    return parts_.db.write([this, who, campaign](Transaction& tx) -> Result<Campaign> {
        TRY(auto const old, parts_.store.find(tx, who.workspace, campaign));
        TRY_OK(check_allowed(who, old));
        TRY(auto const audience, parts_.store.audience(tx, who.workspace, campaign));
        auto const now = parts_.clock.now();
        CampaignRow const row{.id = CampaignId::make(now),
                              .workspace = who.workspace,
                              .name = old.name,
                              .variants = old.variants,
                              .sessions = old.sessions,
                              .variables = old.variables,
                              .stop = old.stop,
                              .created_by = who.user,
                              .created_at = now,
                              .updated_at = now};
        TRY_OK(parts_.store.add(tx, row));
        TRY_OK(parts_.store.set_audience(tx, who.workspace, row.id, audience));
        TRY_OK(parts_.events.append(tx, who.workspace, CampaignCreated{{row.id, {}}}));
        return show(tx, row, true);
    });
}

Task<void> CampaignService::remove(Caller who, CampaignId campaign) {
    CO_TRY_OK(co_await change(who, campaign, [this](Transaction& tx, CampaignRow& row) -> Result<void> {
        TRY_OK(parts_.outbox.cancel_for_campaign(tx, row.workspace, row.id, kCampaignCancelled));
        row.removed_at = parts_.clock.now();
        row.busy = true;   // the pump deletes its rows, some at a time
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, CampaignRemoved{{row.id, {}}}));
        return {};
    }));
    co_return Result<void>{};
}

Task<OptOutWords> CampaignService::opt_out_words(WorkspaceId workspace) {
    return parts_.db.read([this, workspace](Transaction& tx) -> Result<OptOutWords> {
        TRY(auto words, parts_.store.opt_out_words(tx, workspace));
        return OptOutWords{std::move(words)};
    });
}

}   // namespace waqtor
