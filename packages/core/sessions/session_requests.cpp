#include "core/base/run_on.hpp"
#include "core/sessions/live_session.hpp"
#include "core/sessions/session_events.hpp"

#include <re2/re2.h>

// What people ask of sessions: all of it may come from any thread.

namespace waqtor {
namespace {

bool may_use(Caller const& who, SessionId session) {
    return who.sessions.empty() || std::ranges::find(who.sessions, session) != who.sessions.end();
}

Result<void> check_proxy(std::string const& proxy) {
    static RE2 const shape{R"((?:http|socks5)://(?:[^\s/@]+@)?(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5})"};
    if (proxy.empty() || RE2::FullMatch(proxy, shape)) return {};
    return invalid("proxy", "must be http://host:port or socks5://host:port, with user:password@ if it needs them");
}

SealedCell proxy_cell(std::string const& id) { return {"session", "proxy", id}; }

std::optional<Bytes> sealed_proxy(Sealer const& sealer, SessionId id, std::optional<Secret> const& proxy) {
    if (!proxy || proxy->value.empty()) return std::nullopt;
    auto const* bytes = reinterpret_cast<std::uint8_t const*>(proxy->value.data());
    auto const row = id.text();
    return sealer.seal(proxy_cell(row), {bytes, proxy->value.size()});
}
}   // namespace

Result<std::string> SessionService::proxy_of(SessionRow const& row) const {
    if (!row.proxy) return std::string{};
    auto const id = row.id.text();
    TRY(auto const plain, parts_.sealer.open(proxy_cell(id), *row.proxy));
    return std::string{plain.begin(), plain.end()};
}

Result<SessionRow> SessionService::find(Transaction& tx, Caller const& who, std::string_view which) {
    auto const id = SessionId::parse(which);
    auto row = id ? parts_.sessions.find(tx, who.workspace, *id) : parts_.sessions.find(tx, who.workspace, which);
    if (row && !may_use(who, row->id)) return fail(Code::not_found, "There is no such session");
    return row;
}

Task<SessionRow> SessionService::read(Caller who, std::string which) {
    return parts_.db.read([this, who = std::move(who), which = std::move(which)](Transaction& tx) { return find(tx, who, which); });
}

Task<Session> SessionService::shown(SessionRow row) {
    Session out{.id = row.id,
                .client_id = row.client_id,
                .name = row.name,
                .state = row.state,
                .phone_number = row.phone,
                .lid = row.lid,
                .push_name = row.push_name,
                .is_active = row.wanted,
                .is_ready = row.state == SessionState::WORKING,
                .has_proxy = row.proxy.has_value(),
                .created_at = row.created_at,
                .linked_at = row.linked_at,
                .last_active_at = row.last_active_at};
    if (!row.why.empty()) {
        out.why = row.why;
        out.advice = advice_for(row.why);
    }
    co_await run_on(strand_, [&] {
        auto const found = live_.find(row.id);
        if (found == live_.end()) return;
        auto const& live = *found->second;
        auto const count = [](std::optional<Milliseconds> time) {
            return time ? std::optional<std::int64_t>{time->count()} : std::nullopt;
        };
        out.has_qr = !live.latest.qr.empty();
        out.health =
            SessionHealth{live.figures.last_frame, count(live.figures.keepalive_round_trip), count(live.figures.ack_latency),
                          live.figures.unacknowledged, live.figures.oldest_unacknowledged};
    });
    co_return out;
}

Task<Session> SessionService::create(Caller who, CreateSession wish) {
    if (!who.sessions.empty()) co_return fail(Code::forbidden, "This key is limited to its sessions and cannot make new ones");
    if (wish.proxy) CO_TRY_OK(check_proxy(wish.proxy->value));
    auto const now = parts_.clock.now();
    auto const id = SessionId::make(now);
    if (wish.client_id && SessionId::parse(*wish.client_id)) co_return invalid("clientId", "must not look like an id");
    auto const client_id = wish.client_id.value_or("session-" + id.text().substr(24));
    auto const start = wish.start.value_or(true);
    SessionRow const row{.id = id,
                         .workspace = who.workspace,
                         .client_id = client_id,
                         .name = wish.name.value_or(client_id),
                         .wanted = start,
                         .state = start ? SessionState::STARTING : SessionState::STOPPED,
                         .why = {},
                         .proxy = sealed_proxy(parts_.sealer, id, wish.proxy),
                         .created_at = now,
                         .updated_at = now};
    CO_TRY_OK(co_await parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.sessions.add(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, SessionCreated{row.id}));
        if (row.wanted) TRY_OK(claim_here(tx, row.id));
        return {};
    }));
    if (start) begin_claimed(row);
    co_return co_await shown(row);
}

Task<Page<Session>> SessionService::list(Caller who, PageRequest page) {
    CO_TRY(auto rows, co_await parts_.db.read([this, who, page](Transaction& tx) {
        return parts_.sessions.list(tx, who.workspace, page, who.sessions);
    }));
    Page<Session> out{{}, rows.total, rows.limit, rows.offset};
    for (auto& row : rows.items) {
        CO_TRY(auto session, co_await shown(std::move(row)));
        out.items.push_back(std::move(session));
    }
    co_return out;
}

Task<Session> SessionService::get(Caller who, std::string which) {
    CO_TRY(auto row, co_await read(std::move(who), std::move(which)));
    co_return co_await shown(std::move(row));
}

Task<Session> SessionService::update(Caller who, UpdateSession wish) {
    if (wish.proxy) CO_TRY_OK(check_proxy(wish.proxy->value));
    CO_TRY(auto row, co_await parts_.db.write([this, who, wish](Transaction& tx) -> Result<SessionRow> {
        TRY(auto found, find(tx, who, wish.id));
        if (wish.name) found.name = *wish.name;
        if (wish.proxy) found.proxy = sealed_proxy(parts_.sealer, found.id, wish.proxy);
        found.updated_at = parts_.clock.now();
        TRY_OK(parts_.sessions.save(tx, found));
        return found;
    }));
    co_return co_await shown(std::move(row));
}

/// Who asks this process to start a session looks here for its QR code: no other process may be quicker.
Result<bool> SessionService::claim_here(Transaction& tx, SessionId session) {
    auto const now = parts_.clock.now();
    return parts_.sessions.claim(tx, session, owner_, now, now + policy_.lease);
}

/// Notes what people want; the next look makes it so.
Task<SessionRow> SessionService::want(Caller who, std::string which, bool wanted, SessionState state) {
    auto claimed = false;
    auto outcome = co_await parts_.db.write([this, who, which, wanted, state, &claimed](Transaction& tx) -> Result<SessionRow> {
        claimed = false;
        TRY(auto row, find(tx, who, which));
        auto const running = row.wanted && row.state != SessionState::LOGGED_OUT && row.state != SessionState::FAILED;
        if (wanted == running && (running || row.state == state)) return row;
        row.wanted = wanted;
        row.state = state;
        row.why.clear();
        row.updated_at = parts_.clock.now();
        TRY_OK(parts_.sessions.save(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, SessionStateChanged{row.id, state, ""}));
        if (wanted) {
            TRY(claimed, claim_here(tx, row.id));
        }
        return row;
    });
    if (outcome && claimed) begin_claimed(*outcome);
    poke();
    co_return outcome;
}

Task<Session> SessionService::start(Caller who, std::string which) {
    CO_TRY(auto row, co_await want(std::move(who), std::move(which), true, SessionState::STARTING));
    co_return co_await shown(std::move(row));
}

asio::awaitable<void> SessionService::end_here(SessionRef session) {
    co_await asio::co_spawn(
        strand_,
        [](SessionService& self, SessionRef ref) -> asio::awaitable<void> {
            if (auto const live = co_await self.find_live(ref)) co_await self.end(live);
        }(*this, session),
        asio::use_awaitable);
}

/// Before anything ends it: a look that sees it no longer wanted may be quicker than we are.
asio::awaitable<void> SessionService::unlink_when_ended(SessionRef session) {
    co_await run_on(strand_, [this, session] {
        if (auto const found = live_.find(session.session); found != live_.end()) found->second->unlink = true;
    });
}

Task<Session> SessionService::stop_session(Caller who, std::string which) {
    CO_TRY(auto row, co_await want(who, which, false, SessionState::STOPPED));
    co_await end_here({row.workspace, row.id});
    co_return co_await shown(std::move(row));
}

Task<Session> SessionService::restart(Caller who, std::string which) {
    CO_TRY_OK(co_await stop_session(who, which));
    co_return co_await start(std::move(who), std::move(which));
}

Task<Session> SessionService::logout(Caller who, std::string which) {
    CO_TRY(auto row, co_await read(who, which));
    co_await unlink_when_ended({row.workspace, row.id});
    CO_TRY(row, co_await want(who, row.id.text(), false, SessionState::LOGGED_OUT));
    co_await end_here({row.workspace, row.id});
    CO_TRY(row, co_await parts_.db.write([this, ref = SessionRef{row.workspace, row.id}](Transaction& tx) -> Result<SessionRow> {
        TRY_OK(parts_.clients.forget(tx, ref));
        TRY(auto found, parts_.sessions.find(tx, ref.workspace, ref.session));
        found.phone.reset();
        found.lid.reset();
        found.push_name.reset();
        found.linked_at.reset();
        found.updated_at = parts_.clock.now();
        TRY_OK(parts_.sessions.save(tx, found));
        return found;
    }));
    co_return co_await shown(std::move(row));
}

Task<void> SessionService::remove(Caller who, std::string which) {
    CO_TRY(auto const row, co_await read(who, which));
    co_await unlink_when_ended({row.workspace, row.id});
    CO_TRY_OK(co_await want(std::move(who), row.id.text(), false, SessionState::STOPPED));
    co_await end_here({row.workspace, row.id});
    co_return co_await parts_.db.write([this, ref = SessionRef{row.workspace, row.id}](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.clients.forget(tx, ref));
        TRY_OK(parts_.sessions.remove(tx, ref.workspace, ref.session));
        TRY_OK(parts_.events.append(tx, ref.workspace, SessionRemoved{ref.session}));
        return {};
    });
}

Task<SessionQr> SessionService::qr(Caller who, std::string which) {
    CO_TRY(auto const row, co_await read(std::move(who), std::move(which)));
    auto const state = co_await run_on(strand_, [this, id = row.id]() -> std::optional<ClientState> {
        auto const found = live_.find(id);
        return found == live_.end() ? std::nullopt : std::optional{found->second->latest};
    });
    if (!state && row.state == SessionState::SCAN_QR)
        co_return fail(Code::unavailable, "Another process runs this session and has its QR code; start it here or ask there");
    if (!state || state->qr.empty() || !state->qr_expires)
        co_return fail(Code::not_found, fmt::format("There is no QR code to scan now; the session is {}", enum_name(row.state)));
    auto const left = std::chrono::ceil<std::chrono::seconds>(*state->qr_expires - parts_.clock.now()).count();
    co_return SessionQr{row.client_id, state->qr, state->qr_attempt, std::max<std::int64_t>(left, 0), *state->qr_expires};
}

Task<PairingCode> SessionService::pairing_code(Caller who, std::string which, std::string phone) {
    CO_TRY(auto const row, co_await read(std::move(who), std::move(which)));
    if (row.state != SessionState::SCAN_QR)
        co_return fail(Code::conflict, fmt::format("The session does not wait to be linked; it is {}", enum_name(row.state)));
    CO_TRY(auto code, co_await with_client<std::string>({row.workspace, row.id},
                                                        [phone](WhatsAppClient& client) { return client.pairing_code(phone); }));
    co_return PairingCode{std::move(code)};
}

template <class T> Task<T> SessionService::with_client(SessionRef session, std::function<Task<T>(WhatsAppClient&)> use) {
    auto const live = co_await asio::co_spawn(strand_, find_live(session), asio::use_awaitable);
    if (!live) co_return fail(Code::unavailable, "The session does not run here");
    co_return co_await asio::co_spawn(live->executor, use(*live->client), asio::use_awaitable);
}

Task<void> SessionService::send(SessionRef session, Outgoing message) {
    return with_client<void>(session, [message = std::move(message)](WhatsAppClient& client) { return client.send(message); });
}

Task<std::vector<NumberCheck>> SessionService::check(SessionRef session, std::vector<std::string> phones) {
    return with_client<std::vector<NumberCheck>>(
        session, [phones = std::move(phones)](WhatsAppClient& client) { return client.check(phones); });
}

Task<void> SessionService::mark_read(SessionRef session, Address chat, std::vector<std::string> ids,
                                     std::optional<Address> sender) {
    return with_client<void>(session, [chat = std::move(chat), ids = std::move(ids), sender = std::move(sender)](
                                          WhatsAppClient& client) { return client.mark_read(chat, ids, sender); });
}

Task<void> SessionService::mark_played(SessionRef session, Address chat, std::vector<std::string> ids,
                                       std::optional<Address> sender) {
    return with_client<void>(session, [chat = std::move(chat), ids = std::move(ids), sender = std::move(sender)](
                                          WhatsAppClient& client) { return client.mark_played(chat, ids, sender); });
}

Task<std::string> SessionService::download(SessionRef session, MessageType type, Media media) {
    return with_client<std::string>(
        session, [type, media = std::move(media)](WhatsAppClient& client) { return client.download(type, media); });
}

Task<void> SessionService::typing(SessionRef session, Address chat, bool on) {
    return with_client<void>(session, [chat = std::move(chat), on](WhatsAppClient& client) { return client.typing(chat, on); });
}

Result<void> SessionService::require(Transaction& tx, SessionRef session) {
    TRY_OK(parts_.sessions.find(tx, session.workspace, session.session));
    return {};
}

Result<SessionId> SessionService::standard(Transaction& tx, WorkspaceId workspace, std::vector<SessionId> const& among) {
    TRY(auto const page, parts_.sessions.list(tx, workspace, {.limit = 10'000}, among));
    if (page.items.empty()) return fail(Code::not_found, "There is no session to send from; link a number first");
    auto const works = std::ranges::find(page.items, SessionState::WORKING, &SessionRow::state);
    return works == page.items.end() ? page.items.front().id : works->id;
}

}   // namespace waqtor
