#include "whatsapp/client/client.hpp"

#include "whatsapp/crypto/secret.hpp"

namespace waqtor::whatsapp {

namespace {

Milliseconds between(Milliseconds least, Milliseconds most) {
    auto const span = static_cast<std::uint64_t>(std::max<std::int64_t>((most - least).count(), 1));
    return least + Milliseconds{static_cast<std::int64_t>(from_big_endian(crypto::random_array<8>()) % span)};
}

/// As all clients name a session: how far into the week it began.
std::int64_t unified_session(Timestamp now) {
    using namespace std::chrono;
    return (now.time_since_epoch() + days{3}).count() % milliseconds{days{7}}.count();
}

}   // namespace

asio::awaitable<void> Client::login(Node success) {
    auto const line = context_.line;
    auto changed = context_.account;
    if (auto const lid = success.jid("lid")) changed.lid = lid->with_device(changed.phone.device);
    if (auto name = success.string("display_name"); !name.empty()) changed.name = std::move(name);
    Result<void> outcome;
    if (changed.lid != context_.account.lid || changed.name != context_.account.name)
        outcome = co_await context_.save(std::move(changed));
    if (outcome) outcome = co_await prekeys_.look_after();
    if (outcome) {
        auto const active = co_await line->ask(Node{"iq", {{"type", "set"}, {"xmlns", "passive"}}, Node{"active"}});
        if (!active) outcome = std::unexpected(active.error());
    }
    if (!outcome) {
        if (!line->closed()) end({ClientTrouble::network, "after the login: " + outcome.error().message});
        co_return;
    }
    line->send(Node{"ib", {}, Node{"unified_session", {{"id", unified_session(context_.clock.now())}}}});
    // The end of the offline queue is told by <ib><offline>; it also arrives when there was nothing.
    asio::steady_timer limit{context_.executor, context_.pace.offline_most};
    limit.async_wait([this](boost::system::error_code error) {
        if (error) return;
        offline_over_ = true;
        offline_bell_.ring();
    });
    while (!offline_over_ && !line->closed()) co_await offline_bell_.wait();
    limit.cancel();
    if (line->closed()) co_return;
    if (auto const repeated = co_await sender_.repeat(); !repeated) {
        end({ClientTrouble::network, "the stored messages: " + repeated.error().message});
        co_return;
    }
    if (line->closed()) co_return;
    context_.working = true;
    tell(ClientPhase::working);
    connection_.spawn(catch_up(line));
    Draft tidy;
    tidy.work.push_back([now = context_.clock.now(), pace = context_.pace, store = &context_.vault.store(),
                         session = context_.vault.ref().session](Transaction& tx) -> Result<void> {
        TRY_OK(store->tidy(tx, session, now - pace.kept));
        return store->tidy_originals(tx, session, now - pace.kept_originals);
    });
    (void)co_await context_.vault.commit_draft(std::move(tidy));   // tried again at the next login
}

/// What can wait until the session works. It goes on after the next login where the connection breaks.
asio::awaitable<void> Client::catch_up(std::shared_ptr<Line> line) {
    (void)co_await app_state_.catch_up();
    if (!line->closed()) (void)co_await history_.work();
    // Once in a process: what the service keeps for this device changes only through this device.
    if (!line->closed() && !std::exchange(prekeys_compared_, true) && !co_await prekeys_.compare()) prekeys_compared_ = false;
}

asio::awaitable<void> Client::keep_alive(std::shared_ptr<Line> line) {
    auto const& pace = context_.pace;
    auto missed = 0U;
    while (!line->closed()) {
        co_await line->wait_closed(between(pace.keepalive_least, pace.keepalive_most));
        if (line->closed()) co_return;
        auto const before = std::chrono::steady_clock::now();
        auto const answer = co_await line->ask(Node{"iq", {{"type", "get"}, {"xmlns", "w:p"}}}, pace.keepalive_answer);
        if (line->closed()) co_return;
        if (answer || answer.error().code != Code::timeout) {
            missed = 0;
            keepalive_round_trip_ = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - before);
        } else if (++missed >= pace.keepalives_missed) {
            end({ClientTrouble::silent, "the service does not answer any more"});
        }
        auto const oldest = sender_.oldest_sent();
        if (context_.working && oldest && context_.clock.now() - *oldest > pace.acknowledged_within)
            end({ClientTrouble::silent, "messages are not acknowledged any more"});
        if (calls_ == 0 && sender_.waiting() == 0) context_.vault.forget_cache();
    }
}

}   // namespace waqtor::whatsapp
