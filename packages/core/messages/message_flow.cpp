#include "core/base/time_zone.hpp"
#include "core/messages/content_rules.hpp"
#include "core/messages/message_events.hpp"
#include "core/messages/message_service.hpp"

#include <sodium.h>

// What happens to messages that were accepted: committed, acknowledged, delivered, read, refused.

namespace waqtor {
namespace {
using namespace std::chrono;

// WhatsApp does not say how long these last; after them one message tries again.
constexpr Milliseconds kNewContactLock = hours{24};
constexpr Milliseconds kRateLock = minutes{15};

constexpr std::array kSteps{MessageState::accepted,  MessageState::queued, MessageState::sent,
                            MessageState::delivered, MessageState::read,   MessageState::played};

/// How far along; nothing for the two ends.
std::optional<std::size_t> step_of(MessageState state) {
    auto const at = std::ranges::find(kSteps, state);
    return at == kSteps.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - kSteps.begin())};
}

void set_time(StateTimes& times, MessageState state, Timestamp at) {
    switch (state) {
        case MessageState::queued: times.queued_at = at; break;
        case MessageState::sent: times.sent_at = at; break;
        case MessageState::delivered: times.delivered_at = at; break;
        case MessageState::read: times.read_at = at; break;
        case MessageState::played: times.played_at = at; break;
        default: times.ended_at = at; break;
    }
}

double dice() { return static_cast<double>(randombytes_random()) / 4'294'967'296.0; }
}   // namespace

Result<void> MessageService::tell(Transaction& tx, WorkspaceId workspace, MessageStanding const& standing, MessageState state,
                                  std::string const& reason, Timestamp at) {
    auto const said = OutboundMessage{standing.id,      standing.session,  standing.chat,
                                      standing.contact, standing.campaign, reason.empty() ? std::nullopt : std::optional{reason}};
    auto const append = [&](auto const& event) -> Result<void> {
        TRY_OK(parts_.events.append(tx, workspace, event));
        return {};
    };
    switch (state) {
        case MessageState::accepted: TRY_OK(append(MessageAccepted{said})); break;
        case MessageState::queued: TRY_OK(append(MessageQueued{said})); break;
        case MessageState::sent: TRY_OK(append(MessageSent{said})); break;
        case MessageState::delivered: TRY_OK(append(MessageDelivered{said})); break;
        case MessageState::read: TRY_OK(append(MessageRead{said})); break;
        case MessageState::played: TRY_OK(append(MessagePlayed{said})); break;
        case MessageState::failed: TRY_OK(append(MessageFailed{said})); break;
        case MessageState::cancelled: TRY_OK(append(MessageCancelled{said})); break;
    }
    auto const progress = MessageProgress{.id = standing.id,
                                          .session = standing.session,
                                          .contact = standing.contact.value_or(ContactId{}),
                                          .campaign = standing.campaign,
                                          .state = state,
                                          .reason = reason,
                                          .at = at};
    for (auto* hook : hooks_) TRY_OK(hook->progressed(tx, workspace, progress));
    return {};
}

Result<void> MessageService::advance(Transaction& tx, WorkspaceId workspace, MessageStanding const& standing, MessageState to,
                                     Timestamp at) {
    auto const from = step_of(standing.state);
    auto const goal = step_of(to);
    if (!from || !goal || *goal <= *from) return {};   // an end is an end, and nothing goes backwards
    StateTimes times;
    for (auto step = *from + 1; step <= *goal; ++step) set_time(times, kSteps[step], at);
    TRY_OK(parts_.messages.set_state(tx, standing.id, to, "", times));
    for (auto step = *from + 1; step <= *goal; ++step) TRY_OK(tell(tx, workspace, standing, kSteps[step], "", at));
    return {};
}

Result<void> MessageService::end(Transaction& tx, WorkspaceId workspace, MessageStanding const& standing, MessageState how,
                                 std::string reason) {
    auto const now = parts_.clock.now();
    StateTimes times;
    times.ended_at = now;
    TRY_OK(parts_.messages.set_state(tx, standing.id, how, reason, times));
    return tell(tx, workspace, standing, how, reason, now);
}

Result<void> MessageService::committed(Transaction& tx, SessionRef session, MessageId message) {
    TRY(auto const found, parts_.messages.standing(tx, session, message));
    if (!found) return fail(Code::conflict, "There is no such message");
    if (found->state != MessageState::accepted) return fail(Code::conflict, "The message was taken back or has left already");
    if (found->contact) {
        TRY(auto const card, parts_.contacts.find(tx, session.workspace, *found->contact));
        if (card.blocked || (card.opted_out && found->origin == Origin::campaign))
            return fail(Code::conflict, "The recipient does not want it any more");
    }
    auto const now = parts_.clock.now();
    if (parts_.pacing == Pacing::on) {
        TRY(auto const chat, parts_.messages.find_chat(tx, session.workspace, found->chat));
        TRY(auto const allowed, limits(tx, session));
        TRY(auto used, pace(tx, session));
        spend(allowed, used, {.group = chat.is_group, .last_received_at = chat.last_received_at, .last_sent_at = chat.last_sent_at},
              now, dice());
        TRY_OK(parts_.governor.save(tx, used));
    }
    TRY_OK(parts_.messages.count_sent(tx, found->chat, day_of(now), now));
    return advance(tx, session.workspace, *found, MessageState::queued, now);
}

Result<void> MessageService::acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) {
    TRY(auto const found, parts_.messages.standing(tx, session, message));
    if (!found) return {};   // erased meanwhile
    TRY_OK(advance(tx, session.workspace, *found, MessageState::sent, at));
    if (found->type != MessageType::edit && found->type != MessageType::revoke) return {};
    TRY(auto const row, parts_.messages.find(tx, session.workspace, message));
    return apply_to_target(tx, session.workspace, row.chat, true, std::nullopt, content_from(row.content), at);
}

Result<void> MessageService::receipt(Transaction& tx, SessionRef session, Receipt const& receipt) {
    auto const to = receipt.kind == ReceiptKind::delivered ? MessageState::delivered
                    : receipt.kind == ReceiptKind::read    ? MessageState::read
                                                           : MessageState::played;
    for (auto const& id : receipt.ids) {
        TRY(auto const found, parts_.messages.standing(tx, session, id));
        if (found) TRY_OK(advance(tx, session.workspace, *found, to, receipt.at));
    }
    return {};
}

Result<void> MessageService::refused(Transaction& tx, SessionRef session, MessageId message, Refusal why, std::string_view detail) {
    TRY(auto const found, parts_.messages.standing(tx, session, message));
    if (!found || (found->state != MessageState::accepted && found->state != MessageState::queued)) return {};
    if (why == Refusal::reach_out_locked || why == Refusal::rate_limited) {
        auto const now = parts_.clock.now();
        TRY(auto used, pace(tx, session));
        if (why == Refusal::reach_out_locked)
            used.new_hold_until = now + kNewContactLock;
        else {
            used.hold_until = std::max(used.hold_until.value_or(now), now + kRateLock);
            used.hold_reason = "rate_limited";
        }
        TRY_OK(parts_.governor.save(tx, used));
    }
    if (!detail.empty())
        TRY_OK(
            parts_.messages.add(tx, MessageNote{message, parts_.clock.now(), "refused", std::string{detail.substr(0, 200)}, {}}));
    return end(tx, session.workspace, *found, MessageState::failed, std::string{enum_name(why)});
}

Task<void> MessageService::hold(SessionRef session, std::string reason, Timestamp until) {
    return parts_.db.write([this, session, reason = std::move(reason), until](Transaction& tx) -> Result<void> {
        TRY(auto used, pace(tx, session));
        used.hold_until = until;
        used.hold_reason = reason;
        return parts_.governor.save(tx, used);
    });
}

Result<SessionPace> MessageService::pace(Transaction& tx, SessionRef session) {
    TRY(auto found, parts_.governor.pace(tx, session));
    if (found) return *std::move(found);
    SessionPace fresh{.session = session.session, .workspace = session.workspace};
    fresh.warm_up_from = parts_.clock.now();
    return fresh;
}

Result<GovernorLimits> MessageService::limits(Transaction& tx, SessionRef session) {
    auto value = write_json(GovernorLimits{});
    for (auto const& whose : {std::optional<SessionId>{}, std::optional{session.session}}) {
        TRY(auto const chosen, parts_.governor.chosen(tx, session.workspace, whose));
        for (auto const& [name, setting] : chosen)
            if (value.as_object().contains(name)) value.as_object()[name] = setting;
    }
    return read_json<GovernorLimits>(value);
}

Result<Addressee> MessageService::recipient(Transaction& tx, WorkspaceId workspace, ChatRow const& chat) {
    Addressee out{.group = chat.is_group,
                  .last_received_at = chat.last_received_at,
                  .last_sent_at = chat.last_sent_at,
                  .sent_day = chat.sent_day,
                  .sent_today = chat.sent_today};
    if (!chat.contact) return out;
    auto const card = parts_.contacts.find(tx, workspace, *chat.contact);
    if (!card && card.error().code == Code::not_found) {
        out.blocked = true;   // the contact was removed: nobody is left to write to
        return out;
    }
    if (!card) return std::unexpected(card.error());
    out.blocked = card->blocked;
    out.opted_out = card->opted_out;
    out.offset = zone_offset(card->time_zone, parts_.clock.now());
    return out;
}

}   // namespace waqtor
