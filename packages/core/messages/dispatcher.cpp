#include "core/messages/dispatcher.hpp"

#include "core/base/time_zone.hpp"
#include "core/messages/content_rules.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>

namespace waqtor {
namespace {
using namespace std::chrono;

constexpr Milliseconds kWorthANote = seconds{5};   // shorter waits are the normal pace

Addressee recipient_of(DueMessage const& message) {
    return {.group = message.is_group,
            .last_received_at = message.last_received_at,
            .last_sent_at = message.last_sent_at,
            .sent_day = message.sent_day,
            .sent_today = message.sent_today};
}

/// The number to ask WhatsApp about, when nothing shows yet that it exists.
std::optional<std::string> unchecked_phone(DueMessage const& message) {
    if (message.checked_at || message.last_received_at || message.last_sent_at || message.is_group) return std::nullopt;
    auto const at = message.address.find("@s.whatsapp.net");
    if (at == std::string::npos) return std::nullopt;
    return "+" + message.address.substr(0, at);
}

/// Its file is read, and perhaps uploaded, when it is sent.
bool has_file(DueMessage const& message) { return message.content.contains("\"media\":{"); }
}   // namespace

asio::awaitable<void> MessageService::dispatch(SessionRef session, std::stop_token stop) {
    Dispatcher dispatcher{*this, session, std::move(stop), co_await asio::this_coro::executor};
    co_await dispatcher.run();
}

Dispatcher::Dispatcher(MessageService& service, SessionRef session, std::stop_token stop, asio::any_io_executor executor)
    : service_{service},
      session_{session},
      stop_{std::move(stop)},
      bell_{service.parts_.bus, session.workspace, std::move(executor)},
      on_stop_{stop_, [&bus = service.parts_.bus, workspace = session.workspace] { bus.wake(workspace); }} {}   // on any thread

asio::awaitable<void> Dispatcher::run() {
    if (auto const begun = co_await begin(); !begun && !co_await rest(now() + kPoll, false)) co_return;
    while (!stop_.stop_requested()) {
        heard_ = service_.doorbell(session_.session).load();
        auto batch = co_await look();
        if (!batch) {
            if (!co_await rest(now() + kPoll, false)) co_return;
            continue;
        }
        if (batch->due.empty()) {
            if (!co_await rest(batch->next, true)) co_return;
            continue;
        }
        auto const next = co_await work(*batch);
        auto const until = next ? next->rest_until : std::optional{now() + kPoll};
        if (until && !co_await rest(until, false)) co_return;
    }
}

/// Writes the session's first row, from which its warm-up counts.
Task<void> Dispatcher::begin() {
    return service_.parts_.db.write([&service = service_, session = session_](Transaction& tx) -> Result<void> {
        TRY(auto const found, service.parts_.governor.pace(tx, session));
        if (found) return {};
        TRY(auto const fresh, service.pace(tx, session));
        return service.parts_.governor.save(tx, fresh);
    });
}

Task<Dispatcher::Batch> Dispatcher::look() {
    return service_.parts_.db.read([&service = service_, session = session_, now = now()](Transaction& tx) -> Result<Batch> {
        Batch out;
        TRY(out.due, service.parts_.messages.due(tx, session, now, kBatch));
        if (out.due.empty()) {
            TRY(out.next, service.parts_.messages.next_due(tx, session));
            return out;
        }
        TRY(out.pace, service.pace(tx, session));
        TRY(out.limits, service.limits(tx, session));
        for (auto const& message : out.due) {
            auto to = recipient_of(message);
            if (message.contact) {
                auto const card = service.parts_.contacts.find(tx, session.workspace, *message.contact);
                if (!card && card.error().code != Code::not_found) return std::unexpected(card.error());
                to.blocked = !card || card->blocked;
                to.opted_out = card && card->opted_out;
                if (card) to.offset = zone_offset(card->time_zone, now);
            }
            out.recipients.push_back(to);
        }
        return out;
    });
}

/// The batch in order. What must wait alone is moved on together at the end; what holds everything up ends the batch.
Task<Dispatcher::Next> Dispatcher::work(Batch& batch) {
    if (batch.limits.check_numbers) CO_TRY_OK(co_await check_numbers(batch));
    std::vector<Postponed> later;
    Next out;
    Wave wave;
    std::size_t files_under_way = 0;
    std::map<ChatId, Timestamp> sent;   // in this batch
    for (std::size_t i = 0; i < batch.due.size() && !stop_.stop_requested(); ++i) {
        auto const& message = batch.due[i];
        auto& to = batch.recipients[i];
        auto const files = has_file(message);
        if (wave.size() == kAtOnce || (files && files_under_way == kFilesAtOnce) ||
            std::ranges::find(wave, message.chat, &DueMessage::chat) != wave.end()) {
            CO_TRY(out, co_await send(std::exchange(wave, {})));
            files_under_way = 0;
            if (out.rest_until) break;
        }
        if (auto const before = sent.find(message.chat); before != sent.end()) {
            to.sent_today = to.sent_day == day_of(before->second) ? to.sent_today + 1 : 1;
            to.sent_day = day_of(before->second);
            to.last_sent_at = before->second;
        }
        auto const decision = decide(batch.limits, service_.parts_.pacing, batch.pace, to, message.origin, now());
        if (decision.verdict == Verdict::wait_all) {
            out.rest_until = decision.until;
            break;
        }
        if (decision.verdict == Verdict::refuse) {
            CO_TRY_OK(co_await finish(message.id, MessageState::cancelled, std::string{enum_name(decision.reason)}));
            continue;
        }
        if (decision.verdict == Verdict::wait_alone) {
            later.push_back({message.id, decision.until, std::string{enum_name(decision.reason)}, message.tries});
            continue;
        }
        wave.push_back(&message);
        if (files) ++files_under_way;
        spend(batch.limits, batch.pace, to, now(), 0.5);
        sent[message.chat] = now();
    }
    if (!wave.empty() && !stop_.stop_requested()) {
        CO_TRY(auto const next, co_await send(std::move(wave)));
        out.rest_until = std::max(out.rest_until, next.rest_until);   // an empty one is the least
    }
    if (!later.empty()) CO_TRY_OK(co_await postpone(std::move(later)));
    co_return out;
}

/// Asks WhatsApp which of the batch's unknown numbers exist. Messages to those that do not fail, and leave the batch.
Task<void> Dispatcher::check_numbers(Batch& batch) {
    std::set<std::string> phones;
    for (auto const& message : batch.due)
        if (auto phone = unchecked_phone(message)) phones.insert(*std::move(phone));
    if (phones.empty()) co_return Result<void>{};
    auto checks = co_await service_.sender_->check(session_, {phones.begin(), phones.end()});
    if (!checks) {
        // Not connected: nothing can be sent either. Another failure must not stop what can be sent; sending finds out by itself.
        if (checks.error().code == Code::unavailable) co_return std::unexpected(checks.error());
        co_return Result<void>{};
    }
    std::map<std::string, NumberCheck> found;
    for (auto& check : *checks) found.emplace(check.phone, check);
    std::vector<Checked> checked;
    for (auto const& message : batch.due) {
        auto const phone = unchecked_phone(message);
        auto const check = phone ? found.find(*phone) : found.end();
        if (check != found.end()) checked.push_back({message.id, message.chat, check->second});
    }
    CO_TRY(auto const gone, co_await keep_checks(std::move(checked)));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < batch.due.size(); ++i) {
        if (gone.contains(batch.due[i].id)) continue;
        if (kept != i) {
            batch.due[kept] = std::move(batch.due[i]);
            batch.recipients[kept] = batch.recipients[i];
        }
        ++kept;
    }
    batch.due.resize(kept);
    batch.recipients.resize(kept);
    co_return Result<void>{};
}

/// Writes what WhatsApp said of numbers; gives the messages that have nowhere to go.
Task<std::set<MessageId>> Dispatcher::keep_checks(std::vector<Checked> checked) {
    return service_.parts_.db.write([&service = service_, session = session_, checked = std::move(checked),
                                     now = now()](Transaction& tx) -> Result<std::set<MessageId>> {
        std::set<MessageId> gone;
        for (auto const& [message, chat, check] : checked) {
            if (check.exists) {
                TRY_OK(service.parts_.messages.mark_checked(tx, chat, now));
                if (check.lid)
                    TRY_OK(service.parts_.contacts.identify(tx, session.workspace, {.phone = check.phone, .lid = check.lid}));
                continue;
            }
            gone.insert(message);
            TRY(auto const standing, service.parts_.messages.standing(tx, session, message));
            if (standing && standing->state == MessageState::accepted)
                TRY_OK(service.end(tx, session.workspace, *standing, MessageState::failed, "not_on_whatsapp"));
        }
        return gone;
    });
}

Task<Dispatcher::Next> Dispatcher::send(Wave wave) {
    auto outcomes = co_await hand_over(wave);
    Next out;
    for (std::size_t i = 0; i < wave.size(); ++i) {
        if (outcomes[i]) continue;
        CO_TRY(auto const next, co_await settle(*wave[i], std::move(outcomes[i]).error()));
        out.rest_until = std::max(out.rest_until, next.rest_until);
    }
    co_return out;
}

/// All of them at the same time; returns when the last one is done.
asio::awaitable<std::vector<Result<void>>> Dispatcher::hand_over(Wave const& wave) {
    std::vector<Result<void>> outcomes(wave.size());
    asio::steady_timer done{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    auto left = wave.size();
    for (std::size_t i = 0; i < wave.size(); ++i) {
        auto const& message = *wave[i];
        auto const outgoing = Outgoing{
            .id = message.id, .whatsapp_id = message.whatsapp_id, .to = message.address, .content = content_from(message.content)};
        asio::co_spawn(done.get_executor(), service_.sender_->send(session_, outgoing),
                       [&, i](std::exception_ptr thrown, Result<void> outcome) {
                           outcomes[i] = thrown ? Result<void>{fail(Code::internal, "Sending failed")} : std::move(outcome);
                           if (--left == 0) done.cancel();
                       });
    }
    while (left > 0) co_await done.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return outcomes;
}

/// Nothing was committed: says why, or tries again later.
Task<Dispatcher::Next> Dispatcher::settle(DueMessage const& message, Error error) {
    switch (error.code) {
        case Code::unavailable: co_return Next{now() + kPoll};   // not working just now; the message has not lost its turn
        case Code::not_found: CO_TRY_OK(co_await finish(message.id, MessageState::failed, "not_on_whatsapp")); break;
        case Code::gone:
        case Code::too_large: CO_TRY_OK(co_await finish(message.id, MessageState::failed, "media_failed: " + error.message)); break;
        case Code::conflict: {
            CO_TRY(auto const wanted, co_await service_.parts_.db.write([&service = service_, session = session_,
                                                                         id = message.id](Transaction& tx) -> Result<bool> {
                TRY(auto const standing, service.parts_.messages.standing(tx, session, id));
                if (!standing || standing->state != MessageState::accepted) return false;
                if (!standing->contact) return true;
                TRY(auto const card, service.parts_.contacts.find(tx, session.workspace, *standing->contact));
                if (!card.blocked && !(card.opted_out && standing->origin == Origin::campaign)) return true;
                TRY_OK(
                    service.end(tx, session.workspace, *standing, MessageState::cancelled, card.blocked ? "blocked" : "opted_out"));
                return false;
            }));
            if (wanted)
                co_return Next{now() + kPoll};   // refused for another reason: this process may not own the session any more
            break;
        }
        case Code::busy:
        case Code::storage_full:
        case Code::timeout:
        case Code::rate_limited:
        case Code::internal:
            if (message.tries + 1 >= kMostTries) {
                CO_TRY_OK(co_await finish(message.id, MessageState::failed, "gave_up: " + error.message));
            } else {
                std::vector<Postponed> again{{message.id, now() + seconds{5} * (1 << message.tries), "retry", message.tries + 1}};
                CO_TRY_OK(co_await postpone(std::move(again)));
            }
            break;
        default: CO_TRY_OK(co_await finish(message.id, MessageState::failed, "cannot_be_sent: " + error.message)); break;
    }
    co_return Next{};
}

Task<void> Dispatcher::finish(MessageId message, MessageState how, std::string reason) {
    return service_.parts_.db.write(
        [&service = service_, session = session_, message, how, reason = std::move(reason)](Transaction& tx) -> Result<void> {
            TRY(auto const standing, service.parts_.messages.standing(tx, session, message));
            if (!standing || standing->state != MessageState::accepted) return {};
            return service.end(tx, session.workspace, *standing, how, reason);
        });
}

Task<void> Dispatcher::postpone(std::vector<Postponed> all) {
    return service_.parts_.db.write([&service = service_, now = now(), all = std::move(all)](Transaction& tx) -> Result<void> {
        for (auto const& one : all) {
            TRY_OK(service.parts_.messages.postpone(tx, one.message, one.until, one.why, one.tries));
            if (one.until - now >= kWorthANote)
                TRY_OK(service.parts_.messages.add(tx, MessageNote{one.message, now, "waiting", one.why, one.until}));
        }
        return {};
    });
}

/// Something was accepted for this session. Its transaction may not be on disk yet when the bell rings for another one; it is by
/// the next ring, so each ring is looked at twice.
bool Dispatcher::news() {
    auto const rung = service_.doorbell(session_.session).load();
    auto const changed = rung != heard_;
    heard_ = rung;
    return std::exchange(look_again_, changed) || changed;
}

asio::awaitable<bool> Dispatcher::rest(std::optional<Timestamp> until, bool woken_by_news) {
    auto const poll_at = steady_clock::now() + kPoll;
    while (!stop_.stop_requested()) {
        auto const left = until ? *until - now() : Milliseconds::max();
        if (left <= Milliseconds{0}) co_return true;
        auto const woken = co_await bell_.wait(std::min<Milliseconds>(left, kPoll));
        if (stop_.stop_requested()) break;
        if (!woken_by_news) continue;
        if (woken && news()) co_return true;
        if (steady_clock::now() >= poll_at) co_return true;
    }
    co_return false;
}

}   // namespace waqtor
