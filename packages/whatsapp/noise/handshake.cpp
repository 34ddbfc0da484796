#include "whatsapp/noise/handshake.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/noise.pb.h"

namespace waqtor::whatsapp::noise {

namespace {

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

Bytes serialized(proto::HandshakeMessage const& message) { return to_bytes(bytes_of(message.SerializeAsString())); }

std::unexpected<Error> broken(char const* what, std::source_location at = std::source_location::current()) {
    return refuse(Refusal::handshake, std::string{"handshake: "} + what, at);
}

Result<proto::HandshakeMessage> parse(ByteView bytes) {
    proto::HandshakeMessage message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return broken("the message cannot be read");
    return message;
}

/// Opens a part, telling a wrong tag apart from other refusals.
Result<Bytes> open(SymmetricState& state, std::string const& part, char const* what) {
    auto opened = state.decrypt(bytes_of(part));
    if (!opened) return broken(what);
    return opened;
}

Result<void> mix_agreement(SymmetricState& state, crypto::PrivateKey const& mine, crypto::PublicKey const& theirs) {
    auto const shared = crypto::agree(mine, theirs);
    if (!shared) return broken("a public key of small order");
    state.mix_key(*shared);
    return {};
}

Result<crypto::PublicKey> key(ByteView bytes) {
    if (bytes.size() != 32) return broken("a public key does not have 32 bytes");
    return crypto::PublicKey{to_array<32>(bytes)};
}

}   // namespace

ClientHandshake::ClientHandshake(crypto::KeyPair ephemeral) : ephemeral_{std::move(ephemeral)} { state_.mix_hash(ephemeral_.pub); }

Bytes ClientHandshake::hello() const {
    proto::HandshakeMessage message;
    message.mutable_client_hello()->set_ephemeral(text(ephemeral_.pub));
    return serialized(message);
}

Result<ClientHandshake::Finished> ClientHandshake::finish(ByteView server_hello, crypto::KeyPair const& noise_key,
                                                          TrustRoot const& root, Timestamp now, ByteView client_payload) {
    TRY(auto const message, parse(server_hello));
    if (!message.has_server_hello()) return broken("no ServerHello");
    auto const& hello = message.server_hello();

    TRY(auto const server_ephemeral, key(bytes_of(hello.ephemeral())));
    state_.mix_hash(server_ephemeral);
    TRY_OK(mix_agreement(state_, ephemeral_.secret, server_ephemeral));
    TRY(auto const opened_static, open(state_, hello.static_(), "the server's key cannot be opened"));
    TRY(auto const server_static, key(opened_static));
    TRY_OK(mix_agreement(state_, ephemeral_.secret, server_static));
    TRY(auto const chain, open(state_, hello.payload(), "the server's certificates cannot be opened"));
    TRY_OK(verify_chain(chain, server_static, root, now));

    proto::HandshakeMessage answer;
    TRY(auto const sealed_key, state_.encrypt(noise_key.pub));
    TRY_OK(mix_agreement(state_, noise_key.secret, server_ephemeral));
    TRY(auto const sealed_payload, state_.encrypt(client_payload));
    answer.mutable_client_finish()->set_static_(text(sealed_key));
    answer.mutable_client_finish()->set_payload(text(sealed_payload));
    return Finished{serialized(answer), state_.split(Role::client)};
}

ServerHandshake::ServerHandshake(crypto::KeyPair server_static, Bytes chain, crypto::KeyPair ephemeral)
    : static_{std::move(server_static)}, chain_{std::move(chain)}, ephemeral_{std::move(ephemeral)} {}

Result<Bytes> ServerHandshake::answer(ByteView client_hello) {
    TRY(auto const message, parse(client_hello));
    if (!message.has_client_hello()) return broken("no ClientHello");
    if (message.client_hello().has_static_()) return broken("only the XX pattern is served");
    TRY(client_ephemeral_, key(bytes_of(message.client_hello().ephemeral())));

    state_.mix_hash(client_ephemeral_);
    state_.mix_hash(ephemeral_.pub);
    TRY_OK(mix_agreement(state_, ephemeral_.secret, client_ephemeral_));
    TRY(auto const sealed_key, state_.encrypt(static_.pub));
    TRY_OK(mix_agreement(state_, static_.secret, client_ephemeral_));
    TRY(auto const sealed_chain, state_.encrypt(chain_));

    proto::HandshakeMessage out;
    auto& hello = *out.mutable_server_hello();
    hello.set_ephemeral(text(ephemeral_.pub));
    hello.set_static_(text(sealed_key));
    hello.set_payload(text(sealed_chain));
    return serialized(out);
}

Result<ServerHandshake::Finished> ServerHandshake::finish(ByteView client_finish) {
    TRY(auto const message, parse(client_finish));
    if (!message.has_client_finish()) return broken("no ClientFinish");
    auto const& last = message.client_finish();
    TRY(auto const opened_key, open(state_, last.static_(), "the client's key cannot be opened"));
    TRY(auto const client, key(opened_key));
    TRY_OK(mix_agreement(state_, ephemeral_.secret, client));
    TRY(auto payload, open(state_, last.payload(), "the client's payload cannot be opened"));
    return Finished{client, std::move(payload), state_.split(Role::server)};
}

}   // namespace waqtor::whatsapp::noise
