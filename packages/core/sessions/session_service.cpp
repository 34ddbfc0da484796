#include "core/sessions/session_service.hpp"

#include "core/base/crash_point.hpp"
#include "core/base/run_on.hpp"
#include "core/sessions/live_session.hpp"
#include "core/sessions/session_events.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/redirect_error.hpp>

namespace waqtor {
namespace {

/// What people see of a client's phase. A client that worked before and lost its connection is DEGRADED, not STARTING.
SessionState state_of(ClientState const& state, SessionState before) {
    switch (state.phase) {
        case ClientPhase::connecting:
        case ClientPhase::interrupted:
            return before == SessionState::WORKING || before == SessionState::DEGRADED ||
                           (state.phase == ClientPhase::interrupted && state.me.phone)
                       ? SessionState::DEGRADED
                       : SessionState::STARTING;
        case ClientPhase::pairing: return SessionState::SCAN_QR;
        case ClientPhase::working: return SessionState::WORKING;
        case ClientPhase::logged_out: return SessionState::LOGGED_OUT;
        case ClientPhase::failed: return SessionState::FAILED;
    }
    return SessionState::FAILED;
}

std::string why_of(ClientState const& state, std::string const& before) {
    if (state.phase == ClientPhase::connecting) return before;
    return state.trouble == ClientTrouble::none ? std::string{} : std::string{enum_name(state.trouble)};
}

/// What is wrong with a client that says it works; empty when nothing is.
std::string_view trouble_in(ClientFigures const& figures, SessionPolicy const& policy, Timestamp now) {
    if (figures.last_frame && now - *figures.last_frame > policy.silent_after) return "silent";
    if (figures.oldest_unacknowledged && now - *figures.oldest_unacknowledged > policy.unacknowledged_after)
        return "unacknowledged";
    return {};
}
}   // namespace

SessionService::SessionService(SessionParts parts, asio::any_io_executor pool, SessionPolicy policy)
    : parts_{parts},
      pool_{std::move(pool)},
      strand_{asio::make_strand(pool_)},
      policy_{policy},
      owner_{Uuid::make(parts.clock.now())},
      working_{std::make_shared<std::unordered_set<SessionId> const>()},
      signal_{strand_} {}

SessionService::~SessionService() = default;

asio::awaitable<void> SessionService::run() {
    co_await asio::co_spawn(
        strand_,
        [](SessionService& self) -> asio::awaitable<void> {
            if (self.policy_.alone) co_await self.inherit();
            auto next_look = std::chrono::steady_clock::now();
            while (!self.stopping_) {
                co_await self.settle();
                for (auto& row : std::exchange(self.claimed_, {})) co_await self.begin(std::move(row));
                if (auto const now = std::chrono::steady_clock::now(); now >= next_look || self.poked_) {
                    self.poked_ = false;
                    co_await self.look();
                    next_look = now + self.policy_.look;
                }
                if (self.stopping_ || self.poked_ || !self.changes_.empty() || !self.claimed_.empty()) continue;
                boost::system::error_code ignored;
                self.signal_.expires_at(next_look);
                co_await self.signal_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            }
            while (!self.live_.empty()) co_await self.end(self.live_.begin()->second);
        }(*this),
        asio::use_awaitable);
}

void SessionService::stop() {
    asio::post(strand_, [this] {
        stopping_ = true;
        signal_.cancel();
    });
}

void SessionService::poke() {
    asio::post(strand_, [this] {
        poked_ = true;
        signal_.cancel();
    });
}

void SessionService::begin_claimed(SessionRow row) {
    asio::post(strand_, [this, row = std::move(row)]() mutable {
        claimed_.push_back(std::move(row));
        signal_.cancel();
    });
}

/// Nobody waits for the end of a lease whose holder was killed.
asio::awaitable<void> SessionService::inherit() {
    (void)co_await parts_.db.write([this](Transaction& tx) { return parts_.sessions.release_all(tx); });   // else they run out
}

asio::awaitable<void> SessionService::look() {
    auto const now = parts_.clock.now();
    auto const expires = now + policy_.lease;
    auto held = co_await parts_.db.write([this, expires](Transaction& tx) { return parts_.sessions.renew(tx, owner_, expires); });
    if (held) renewed_ = now;
    // Without the database nobody can tell who owns what. At the lease's end another process may: be gone a look before.
    if (!held && now + policy_.look < renewed_ + policy_.lease) co_return;
    auto const still_ours = [&](SessionId id) { return held && std::ranges::find(*held, id) != held->end(); };
    std::vector<LivePtr> lost;
    for (auto const& [id, live] : live_)
        if (!still_ours(id)) lost.push_back(live);
    for (auto const& live : lost) co_await end(live);
    if (!held) co_return;

    auto found = co_await parts_.db.read(
        [this, now](Transaction& tx) { return parts_.sessions.ownerless(tx, now, policy_.starts_per_look); });
    if (found)
        for (auto& row : *found) co_await begin(std::move(row));
    co_await check_health();
}

asio::awaitable<void> SessionService::begin(SessionRow row) {
    if (live_.contains(row.id)) co_return;
    auto const now = parts_.clock.now();
    auto const claimed = co_await parts_.db.write([this, id = row.id, now](Transaction& tx) -> Result<bool> {
        TRY(auto const ours, parts_.sessions.claim(tx, id, owner_, now, now + policy_.lease));
        if (!ours) TRY_OK(parts_.sessions.release(tx, id, owner_));   // claimed by a request, and stopped since
        return ours;
    });
    if (!claimed || !*claimed) co_return;
    crash_point(CrashPoint::session_claimed);
    auto live = std::make_shared<Live>(SessionRef{row.workspace, row.id}, asio::make_strand(pool_), strand_);
    live->latest.me.phone = row.phone;
    auto const proxy = proxy_of(row);
    live->client = parts_.clients.make(live->ref, live->executor, *this, proxy.value_or(""));
    live_.emplace(row.id, live);
    live->state = row.phone ? SessionState::DEGRADED : SessionState::STARTING;
    co_await note(live, SessionState::STARTING, "");
    if (live->ending) co_return;   // somebody ended it meanwhile: a start after its stop would outlive it
    asio::post(live->executor, [live] { live->client->start(); });
}

asio::awaitable<void> SessionService::end(LivePtr live) {
    if (std::exchange(live->ending, true)) {
        boost::system::error_code ignored;
        if (live_.contains(live->ref.session)) co_await live->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return;
    }
    if (live->state == SessionState::WORKING) co_await set_working(live, false);
    co_await asio::co_spawn(
        live->executor,
        [](LivePtr owned) -> asio::awaitable<void> {
            if (owned->unlink) (void)co_await owned->client->logout();
            co_await owned->client->stop();
        }(live),
        asio::use_awaitable);
    if (stopping_) co_await note(live, SessionState::STOPPED, "");   // nothing proves any more that it works
    // Failing to give a lease back only makes the next owner wait for its end.
    (void)co_await parts_.db.write(
        [this, id = live->ref.session](Transaction& tx) { return parts_.sessions.release(tx, id, owner_); });
    live_.erase(live->ref.session);
    live->ended.cancel();
}

void SessionService::state_changed(SessionRef session, ClientState const& state) {
    asio::post(strand_, [this, session, state] {
        changes_.push_back({session, state});
        signal_.cancel();
    });
}

asio::awaitable<void> SessionService::settle() {
    while (!changes_.empty()) {
        auto change = std::move(changes_.front());
        changes_.pop_front();
        auto const live = co_await find_live(change.session);
        if (live) co_await apply(live, std::move(change.state));
    }
}

asio::awaitable<void> SessionService::apply(LivePtr live, ClientState state) {
    auto const next = state_of(state, live->state);
    auto const why = why_of(state, live->why);
    auto const new_code = !state.qr.empty() && state.qr != live->latest.qr;
    live->latest = std::move(state);
    if (new_code)
        (void)co_await parts_.db.write([this, ref = live->ref, attempt = live->latest.qr_attempt](Transaction& tx) -> Result<void> {
            TRY_OK(parts_.events.append(tx, ref.workspace, SessionQrChanged{ref.session, attempt}));
            return {};
        });
    if (traffic_ && live->latest.trouble == ClientTrouble::temporary_ban && live->latest.until)
        (void)co_await traffic_->hold(live->ref, "temporary_ban", *live->latest.until);
    co_await note(live, next, why);
    if (next == SessionState::LOGGED_OUT || next == SessionState::FAILED) co_await end(live);
}

asio::awaitable<void> SessionService::note(LivePtr live, SessionState state, std::string why) {
    auto const was_working = std::exchange(live->state, state) == SessionState::WORKING;
    live->why = why;
    auto const works = state == SessionState::WORKING;
    if (works != was_working) co_await set_working(live, works);
    auto work = [this, ref = live->ref, me = live->latest.me, state, why](Transaction& tx) -> Result<void> {
        // Who has lost the session does not know how it is: "replaced" is what the next owner did to us.
        if (auto const ours = parts_.sessions.fence(tx, ref.session, owner_); !ours)
            return ours.error().code == Code::conflict ? Result<void>{} : ours;
        TRY(auto row, parts_.sessions.find(tx, ref.workspace, ref.session));
        auto const over = state == SessionState::STOPPED || state == SessionState::LOGGED_OUT || state == SessionState::FAILED;
        if (!row.wanted && !over) return {};   // people have ended it meanwhile, and said as what
        auto const now = parts_.clock.now();
        auto const linked = me.phone && state == SessionState::WORKING && row.phone != me.phone;
        if (row.state == state && row.why == why && !linked) return {};
        if (state == SessionState::WORKING || row.state == SessionState::WORKING) row.last_active_at = now;
        row.state = state;
        row.why = why;
        row.updated_at = now;
        if (linked) {
            row.phone = me.phone;
            row.lid = me.lid;
            row.linked_at = now;
            TRY_OK(parts_.events.append(tx, ref.workspace, SessionLinked{ref.session}));
        }
        if (me.name) row.push_name = me.name;
        if (state == SessionState::LOGGED_OUT) TRY_OK(parts_.clients.forget(tx, ref));
        TRY_OK(parts_.sessions.save(tx, row));
        TRY_OK(parts_.events.append(tx, ref.workspace, SessionStateChanged{ref.session, state, why}));
        return {};
    };
    live->noted = (co_await parts_.db.write(std::move(work))).has_value();   // if not, check_health() tries again
}

asio::awaitable<void> SessionService::set_working(LivePtr live, bool working) {
    auto next = std::make_shared<std::unordered_set<SessionId>>(*working_.load());
    if (working)
        next->insert(live->ref.session);
    else
        next->erase(live->ref.session);
    working_.store(std::move(next));
    if (!traffic_) co_return;
    live->dispatching.request_stop();
    boost::system::error_code ignored;
    if (live->dispatched.expiry() == asio::steady_timer::time_point::max())
        co_await live->dispatched.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!working) co_return;
    live->dispatching = {};
    live->dispatched.expires_at(asio::steady_timer::time_point::max());
    asio::co_spawn(live->executor, traffic_->dispatch(live->ref, live->dispatching.get_token()),
                   asio::bind_executor(strand_, [live](std::exception_ptr fault) {
                       if (fault) std::rethrow_exception(fault);   // never silently without a dispatcher
                       live->dispatched.expires_after({});
                   }));
}

asio::awaitable<void> SessionService::check_health() {
    std::vector<LivePtr> all;
    all.reserve(live_.size());
    for (auto const& [id, live] : live_) all.push_back(live);
    for (auto const& live : all) {
        live->figures = co_await run_on(live->executor, [live] { return live->client->figures(); });
        if (!live->ending && !live->noted) co_await note(live, live->state, live->why);
        if (live->ending || live->latest.phase != ClientPhase::working) continue;
        auto const why = trouble_in(live->figures, policy_, parts_.clock.now());
        auto const state = why.empty() ? SessionState::WORKING : SessionState::DEGRADED;
        if (state != live->state || why != live->why) co_await note(live, state, std::string{why});
    }
}

asio::awaitable<SessionService::LivePtr> SessionService::find_live(SessionRef session) {
    auto const found = live_.find(session.session);
    co_return found != live_.end() && found->second->ref == session ? found->second : nullptr;
}

Result<void> SessionService::fence(Transaction& tx, SessionRef session) {
    return parts_.sessions.fence(tx, session.session, owner_);
}
Result<void> SessionService::received(Transaction& tx, SessionRef session, Inbound const& message) {
    return traffic_ ? traffic_->received(tx, session, message) : Result<void>{};
}
Result<void> SessionService::receipt(Transaction& tx, SessionRef session, Receipt const& receipt) {
    return traffic_ ? traffic_->receipt(tx, session, receipt) : Result<void>{};
}
Result<void> SessionService::committed(Transaction& tx, SessionRef session, MessageId message) {
    return traffic_ ? traffic_->committed(tx, session, message) : Result<void>{};
}
Result<void> SessionService::acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) {
    return traffic_ ? traffic_->acknowledged(tx, session, message, at) : Result<void>{};
}
Result<void> SessionService::refused(Transaction& tx, SessionRef session, MessageId message, Refusal why, std::string_view detail) {
    return traffic_ ? traffic_->refused(tx, session, message, why, detail) : Result<void>{};
}
Result<void> SessionService::phone_changed(Transaction& tx, SessionRef session, PhoneChange const& change) {
    return traffic_ ? traffic_->phone_changed(tx, session, change) : Result<void>{};
}

}   // namespace waqtor
