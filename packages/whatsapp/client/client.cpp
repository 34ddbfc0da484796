#include "whatsapp/client/client_call.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <random>

namespace waqtor::whatsapp {

namespace {

constexpr auto kOpen = std::chrono::seconds{20};

/// Anything up to it: sessions that failed together do not try again together.
Milliseconds jittered(Milliseconds most) {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    return Milliseconds{std::uniform_int_distribution<std::int64_t>{0, most.count()}(random)};
}

std::string described(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (std::exception const& what) {
        return what.what();
    } catch (...) {
        return "unknown exception";
    }
}

}   // namespace

Client::Client(ClientParts parts)
    : context_{.executor = parts.executor,
               .pool = parts.pool,
               .clock = parts.clock,
               .endpoint = std::move(parts.endpoint),
               .pace = parts.pace,
               .vault = Vault{parts.executor, parts.db, parts.store, parts.listener, parts.session}},
      dials_{std::move(parts.dials)},
      directory_{context_},
      sessions_{context_},
      prekeys_{context_},
      groups_{context_},
      files_{context_, parts.files},
      originals_{context_},
      sender_{context_, directory_, sessions_, groups_},
      receiver_{context_, directory_, sessions_, prekeys_, originals_},
      blobs_{context_},
      app_state_{context_, directory_, sender_, blobs_},
      history_{context_, directory_, blobs_},
      manager_{context_, directory_, groups_, app_state_, [this] { return std::make_shared<Call>(*this); }},
      tokens_{context_, directory_},
      pairing_{context_,
               [this](Pairing::Shown shown) {
                   state_.qr = std::move(shown.qr);
                   state_.qr_attempt = shown.attempt;
                   state_.qr_expires = shown.expires;
                   state_.code = std::move(shown.code);
                   tell(ClientPhase::pairing);
               }},
      life_{parts.executor,
            [this](std::exception_ptr thrown) { tell(ClientPhase::failed, ClientTrouble::protocol, described(thrown)); }},
      connection_{parts.executor, [this](std::exception_ptr thrown) { end({ClientTrouble::protocol, described(thrown)}); }},
      stopped_{parts.executor},
      calls_done_{parts.executor},
      offline_bell_{parts.executor} {
    context_.vault.on_fenced = [this] {
        end({ClientTrouble::replaced, "another process owns this session now", Ending::Next::never});
    };
    listen_to_phone();
}

Client::~Client() = default;

void Client::start() {
    if (life_.running() > 0) return;
    stopping_ = false;
    leaving_ = false;
    life_.spawn(run());
}

asio::awaitable<void> Client::stop() {
    stopping_ = true;
    stopped_.ring();
    if (context_.line) context_.line->close({Code::gone, "stopped"});
    co_await life_.wait();
    while (calls_ > 0) co_await calls_done_.wait();
    co_await context_.vault.idle();
}

Person Client::me() const {
    Person out;
    auto const& account = context_.account;
    if (!account.linked()) return out;
    out.phone = "+" + account.phone.user.str();
    if (!account.lid.user.empty()) out.lid = account.lid.user.str();
    if (!account.name.empty()) out.name = account.name;
    return out;
}

void Client::tell(ClientPhase phase, ClientTrouble trouble, std::string detail) {
    if (phase != ClientPhase::pairing) {
        state_.qr.clear();
        state_.qr_attempt = 0;
        state_.qr_expires.reset();
        state_.code.clear();
    }
    state_.phase = phase;
    state_.trouble = trouble;
    state_.detail = std::move(detail);
    state_.me = me();
    context_.vault.listener().state_changed(context_.vault.ref(), state_);
}

void Client::end(Ending ending) {
    if (!ending_) ending_ = std::move(ending);
    if (context_.line) context_.line->close({Code::gone, ending_->detail});
}

Task<void> Client::load() {
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::credentials, ""));
    if (stored.empty()) {
        context_.account = Account::make(context_.clock.now());
        co_return Result<void>{};
    }
    CO_TRY(context_.account, Account::parse(stored));
    co_return Result<void>{};
}

asio::awaitable<void> Client::run() {
    auto failures = 0U;
    state_.until.reset();
    for (auto loaded = false; !stopping_ && !leaving_;) {
        tell(ClientPhase::connecting);
        Ending ending;
        if (!loaded) {
            auto const outcome = co_await load();
            loaded = outcome.has_value();
            if (!outcome) ending = {ClientTrouble::protocol, "the stored account: " + outcome.error().message};
        }
        if (loaded) ending = co_await connect();
        if (stopping_ || (leaving_ && ending.next != Ending::Next::unlinked)) break;
        if (std::exchange(context_.working, false)) failures = 0;
        if (ending.next == Ending::Next::at_once) continue;
        if (ending.next == Ending::Next::unlinked) {
            auto const forgotten = co_await unlink();
            state_.until = ending.until;
            co_return tell(ClientPhase::logged_out, ending.trouble,
                           forgotten ? ending.detail : ending.detail + "; " + forgotten.error().message);
        }
        if (ending.next == Ending::Next::never) {
            state_.until = ending.until;
            co_return tell(ClientPhase::failed, ending.trouble, ending.detail);
        }
        if (!co_await pause(ending, failures++)) break;
    }
}

/// Waits before the next attempt; false when the client is stopped meanwhile.
asio::awaitable<bool> Client::pause(Ending const& ending, unsigned failures) {
    auto const& pace = context_.pace;
    auto const grown = pace.backoff_first * (std::int64_t{1} << std::min(failures, 20U));
    auto const most = std::min<Milliseconds>(pace.backoff_most, grown);
    auto const wait = jittered(most);
    state_.until = context_.clock.now() + wait;
    tell(ClientPhase::interrupted, ending.trouble, ending.detail);
    state_.until.reset();
    co_return co_await rest(std::chrono::steady_clock::now() + wait);
}

/// False when the client is stopped meanwhile.
asio::awaitable<bool> Client::rest(std::chrono::steady_clock::time_point until) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{context_.executor, until};
    auto expired = [](asio::steady_timer& of) -> asio::awaitable<void> {
        co_await of.async_wait(asio::as_tuple(asio::use_awaitable));
    };
    co_await (expired(timer) || stopped_.wait());
    co_return !stopping_ && !leaving_;
}

asio::awaitable<Client::Ending> Client::connect() {
    auto const& endpoint = context_.endpoint;
    auto const& account = context_.account;
    if (!endpoint.fault.empty()) co_return Ending{ClientTrouble::network, endpoint.fault, Ending::Next::never};
    transport::Credentials credentials{.noise_key = account.noise_key, .root = endpoint.noise_root, .payload = {}};
    if (account.linked()) {
        auto payload = login_payload(endpoint.version, endpoint.appearance, account.phone);
        if (!payload) co_return Ending{ClientTrouble::protocol, payload.error().message, Ending::Next::never};
        credentials.payload = *std::move(payload);
        credentials.routing_info = account.routing_info;
    } else {
        credentials.payload = registration_payload(endpoint.version, endpoint.appearance, account.identity, account.signed_prekey);
    }
    if (auto const mine = dials_->place(); mine > std::chrono::steady_clock::now() && !co_await rest(mine)) co_return Ending{};
    transport::Options options{.url = endpoint.url, .tls = endpoint.tls, .proxy = endpoint.proxy, .deadline = kOpen};
    using namespace asio::experimental::awaitable_operators;
    auto opened =
        co_await (transport::Channel::open(std::move(options), std::move(credentials), context_.clock) || stopped_.wait());
    if (opened.index() == 1 || stopping_ || leaving_) co_return Ending{};
    auto& channel = std::get<0>(opened);
    if (!channel) {
        auto const refused = refusal_of(channel.error()).has_value() || channel.error().code == Code::invalid;
        co_return Ending{refused ? ClientTrouble::protocol : ClientTrouble::network, whatsapp::described(channel.error())};
    }
    auto line = std::make_shared<Line>(context_.executor, *std::move(channel), context_.clock);
    auto ending = co_await serve(std::move(line));
    co_return ending;
}

asio::awaitable<Client::Ending> Client::serve(std::shared_ptr<Line> line) {
    context_.line = line;
    ending_.reset();
    offline_over_ = false;
    keepalive_round_trip_.reset();
    pairing_.reset();
    connection_.spawn(line->write());
    connection_.spawn(keep_alive(line));
    std::optional<Ending> out;
    while (!out) {
        auto stanza = co_await line->receive();
        if (!stanza) {
            auto const broken = refusal_of(stanza.error()).has_value();
            out = Ending{broken ? ClientTrouble::protocol : ClientTrouble::network, stanza.error().message};
        } else if (stanza->is("message")) {
            auto arrived = co_await receiver_.arrival(*std::move(stanza));
            if (!arrived)
                end({ClientTrouble::network, "what came could not be read: " + arrived.error().message});
            else if (*arrived)
                connection_.spawn(message(*std::move(arrived)));
            co_await connection_.wait_below(kMostAtWork);
        } else {
            out = dispatch(*std::move(stanza));
        }
    }
    if (ending_) out = ending_;
    line->close({Code::gone, out->detail});
    offline_bell_.ring();
    pairing_.wake();
    co_await connection_.wait();
    context_.line.reset();
    co_return *std::move(out);
}

/// Forgets the device. What was not acknowledged will never be.
Task<void> Client::unlink() {
    Draft draft;
    draft.work.push_back([store = &context_.vault.store(), listener = &context_.vault.listener(),
                          ref = context_.vault.ref()](Transaction& tx) -> Result<void> {
        constexpr std::int64_t kAll = 1'000'000;
        TRY(auto const frames, store->unacknowledged(tx, ref.session, Timestamp{}, "", kAll));
        TRY_OK(store->forget(tx, ref.session));
        for (auto const& frame : frames)
            if (frame.message)
                TRY_OK(listener->refused(tx, ref, *frame.message, waqtor::Refusal::other, "the device was unlinked"));
        return {};
    });
    CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    context_.vault.forget_cache();
    context_.account = Account::make(context_.clock.now());
    sender_.forget();
    co_return Result<void>{};
}

Task<void> Client::logout() {
    Call const call{*this};
    if (auto const line = context_.online(); line && context_.account.linked()) {
        auto const removed = co_await (*line)->ask(
            Node{"iq",
                 {{"type", "set"}, {"xmlns", "md"}},
                 Node{"remove-companion-device", {{"jid", context_.account.phone}, {"reason", "user_initiated"}}}},
            std::chrono::seconds{10});
        (void)removed;   // the keys go in any case; the phone can remove what is left
    }
    end({ClientTrouble::none, "logged out", Ending::Next::unlinked});
    if (life_.running() == 0) {
        CO_TRY_OK(co_await unlink());
        tell(ClientPhase::logged_out);
        co_return Result<void>{};
    }
    leaving_ = true;
    stopped_.ring();   // a pause between two connections ends, and dialling
    co_await life_.wait();
    if (state_.phase != ClientPhase::logged_out) {   // it was between two connections
        CO_TRY_OK(co_await unlink());
        tell(ClientPhase::logged_out);
    }
    co_return Result<void>{};
}

Task<std::string> Client::pairing_code(std::string phone) {
    Call const call{*this};
    co_return co_await pairing_.code(std::move(phone));
}

Task<std::vector<NumberCheck>> Client::check(std::vector<std::string> phones) {
    Call const call{*this};
    co_return co_await directory_.check(std::move(phones));
}

Task<void> Client::typing(Address chat, bool on) {
    Call const call{*this};
    CO_TRY(auto const line, context_.online());
    auto const to = Jid::parse(chat);
    if (!to) co_return invalid("chat", "is no WhatsApp address");
    line->send(Node{"chatstate", {{"to", *to}}, on ? Node{"composing"} : Node{"paused"}});
    co_return Result<void>{};
}

ClientFigures Client::figures() const {
    ClientFigures out;
    if (context_.line) out.last_frame = context_.line->last_frame();
    out.keepalive_round_trip = keepalive_round_trip_;
    out.ack_latency = sender_.ack_latency();
    out.unacknowledged = sender_.waiting();
    out.oldest_unacknowledged = sender_.oldest();
    for (auto const& [collection, why] : app_state_.broken())
        out.unreadable_settings.push_back(std::string{messaging::name_of(collection)} + ": " + why);
    out.lost_history = history_.lost();
    return out;
}

}   // namespace waqtor::whatsapp
