#include "whatsapp/client/directory.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

namespace {

proto::TokenState parsed(Bytes const& bytes) {
    proto::TokenState out;
    if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) out.Clear();
    return out;
}

std::int64_t count(Timestamp at) { return at.time_since_epoch().count(); }
Timestamp moment(std::int64_t at) { return Timestamp{Milliseconds{at}}; }

void put(Draft& draft, Jid const& person, proto::TokenState const& state) {
    draft.put(ClientValueKind::token, person.to_string(), to_bytes(bytes_of(state.SerializeAsString())));
}

}   // namespace

Task<void> Directory::keep_token(Draft& draft, messaging::PrivacyToken token) {
    CO_TRY(auto const person, co_await canonical(bare(token.person)));
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::token, person.to_string()));
    auto state = parsed(stored);
    if (token.token.empty() || (!state.token().empty() && moment(state.at()) > token.at)) co_return Result<void>{};
    state.set_token(std::string{text_of(token.token)});
    state.set_at(count(token.at));
    put(draft, person, state);
    co_return Result<void>{};
}

Task<Bytes> Directory::token(Jid person) {
    CO_TRY(auto const main, co_await canonical(bare(person)));
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::token, main.to_string()));
    auto const state = parsed(stored);
    auto const good = !state.token().empty() && messaging::token_is_good(moment(state.at()), context_.clock.now());
    co_return good ? to_bytes(bytes_of(state.token())) : Bytes{};
}

Task<std::optional<Node>> Directory::leave_to_write(Jid person) {
    CO_TRY(auto const main, co_await canonical(bare(person)));
    CO_TRY(auto const theirs, co_await token(main));
    if (!theirs.empty()) co_return std::optional{messaging::token_node(theirs)};
    if (main.server != Server::lid) co_return std::optional<Node>{};
    CO_TRY(auto const salt, co_await context_.vault.get(ClientValueKind::other, std::string{kTokenSalt}));
    if (salt.empty()) co_return std::optional<Node>{};
    auto const made = crypto::hmac_sha256(salt, bytes_of(main.to_string()));
    co_return std::optional{Node{"cstoken", {}, to_bytes(made)}};
}

Task<std::optional<Timestamp>> Directory::token_issued(Jid person) {
    CO_TRY(auto const main, co_await canonical(bare(person)));
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::token, main.to_string()));
    auto const state = parsed(stored);
    co_return state.has_issued() ? std::optional{moment(state.issued())} : std::nullopt;
}

Task<void> Directory::note_token_issued(Draft& draft, Jid person, Timestamp at) {
    CO_TRY(auto const main, co_await canonical(bare(person)));
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::token, main.to_string()));
    auto state = parsed(stored);
    state.set_issued(count(at));
    put(draft, main, state);
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
