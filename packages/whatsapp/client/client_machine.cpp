#include "whatsapp/client/client.hpp"

#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

void Client::listen_to_phone() {
    receiver_.keep_machine = [this](Draft& draft, std::string const& id, messaging::Decoded const& decoded) {
        return keep_machine(draft, id, decoded);
    };
    receiver_.on_machine = [this](messaging::Decoded const& decoded) {
        if ((decoded.app_state_keys.empty() && !decoded.history) || !context_.working) return;   // else after the login
        connection_.spawn(catch_up(context_.line));
    };
}

Task<void> Client::keep_machine(Draft& draft, std::string const& id, messaging::Decoded const& decoded) {
    AppState::keep(draft, decoded.app_state_keys);
    if (decoded.history) History::keep(draft, id, *decoded.history, context_.clock.now());
    if (decoded.lid_mappings.empty()) co_return Result<void>{};
    auto const pairs = messaging::read_lid_mappings(decoded.lid_mappings);
    if (!pairs) co_return Result<void>{};   // one learns them from messages, too
    for (auto const& [phone, lid] : *pairs) CO_TRY_OK(co_await directory_.learn(draft, phone, lid));
    co_return Result<void>{};
}

/// Acknowledged once it is read: after a crash in between the service tells it again.
asio::awaitable<void> Client::settings_changed(Node notification) {
    auto const line = context_.line;
    auto const outcome = co_await app_state_.pull(messaging::parse_app_state_notice(notification));
    if (outcome || refusal_of(outcome.error())) line->send(ack_for(notification));
}

asio::awaitable<void> Client::presence(Node stanza) {
    auto const read = messaging::parse_presence(stanza);
    if (!read) co_return;
    auto who = co_await directory_.person(read->person);
    if (!who) co_return;
    PresenceNews const news{.who = *std::move(who), .available = read->available, .last_seen = read->last_seen};
    context_.vault.listener().presence_changed(context_.vault.ref(), news);
}

Task<void> Client::tokens(Node const& notification) {
    CO_TRY(auto const all, messaging::parse_token_notice(notification));
    Draft draft;
    for (auto const& one : all) CO_TRY_OK(co_await directory_.keep_token(draft, one));
    if (draft.values.empty()) co_return Result<void>{};
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

}   // namespace waqtor::whatsapp
