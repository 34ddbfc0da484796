#include "whatsapp/signal/ratchet.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <limits>

namespace waqtor::whatsapp::signal {

namespace {

struct RootStep {
    crypto::Secret32 root_key;
    crypto::Secret32 chain_key;
};

RootStep split_root(crypto::Secret<64> const& both) {
    return {crypto::secret32(both.view().first(32)), crypto::secret32(both.view().last(32))};
}

/// What a new agreement makes of the root key.
RootStep root_step(crypto::Secret32 const& root_key, crypto::Secret32 const& shared) {
    return split_root(crypto::hkdf<64>(shared, root_key, "WhisperRatchet"));
}

/// X3DH's secret: 32 times FF, then the agreements in the order both ends agree on.
class MasterSecret {
public:
    MasterSecret() { std::ranges::fill(bytes_.writable().first<32>(), std::uint8_t{0xff}); }

    /// Has its place at once, its value when `agreements` have run.
    void add(crypto::Agreements& agreements, crypto::PrivateKey const& mine, crypto::PublicKey const& theirs) {
        agreements.add(mine, theirs, bytes_.writable().subspan(size_).first<32>());
        size_ += 32;
    }
    RootStep derive() const { return split_root(crypto::hkdf<64>(bytes_.view().first(size_), {}, "WhisperText")); }

private:
    crypto::Secret<160> bytes_;
    std::size_t size_ = 32;
};

struct MessageKeys {
    crypto::Secret<80> bytes;

    explicit MessageKeys(crypto::Secret32 const& seed) : bytes{crypto::hkdf<80>(seed, {}, "WhisperMessageKeys")} {}
    ByteView cipher_key() const { return bytes.view().first(32); }
    ByteView mac_key() const { return bytes.view().subspan(32, 32); }
    crypto::AesIv iv() const { return to_array<16>(bytes.view().last(16)); }
};

ByteArray<Message::kMacSize> mac_of(MessageKeys const& keys, crypto::PublicKey const& sender, crypto::PublicKey const& receiver,
                                    ByteView signed_part) {
    auto const whole = crypto::hmac_sha256(keys.mac_key(), {sender.serialized(), receiver.serialized(), signed_part});
    return to_array<Message::kMacSize>(whole);
}

/// Answers the peer's new ratchet key with a new one of ours.
Result<void> ratchet_step(SessionState& state, crypto::PublicKey const& theirs) {
    crypto::KeyPair fresh;
    crypto::Secret32 received, sent;
    crypto::Agreements agreements;
    agreements.generate(fresh);
    agreements.add(state.ratchet.secret, theirs, received.writable());
    agreements.add(fresh.secret, theirs, sent.writable());
    TRY_OK(agreements.run());
    auto receive = root_step(state.root_key, received);
    auto send = root_step(receive.root_key, sent);

    state.receiving.insert(state.receiving.begin(),
                           {.ratchet_key = theirs, .chain = {.chain = Chain{std::move(receive.chain_key)}}});
    if (state.receiving.size() > kMostReceivingChains) state.receiving.pop_back();
    // The number of the last message of the chain that ends here.
    state.previous_counter = std::max(state.sending.index(), 1U) - 1;
    state.ratchet = std::move(fresh);
    state.root_key = std::move(send.root_key);
    state.sending = Chain{std::move(send.chain_key)};
    return {};
}

}   // namespace

bool is_signed(Bundle const& bundle, crypto::Signatures* together) {
    auto const& [_, key, signature] = bundle.signed_prekey;
    return crypto::verify(bundle.identity, key.serialized(), signature, together);
}

Result<SessionState> start_session(Identity const& me, Bundle const& bundle, crypto::Signatures* together) {
    if (!is_signed(bundle, together))
        return refuse(Refusal::prekey_signature, "the signed prekey is not signed by the identity it came with");

    crypto::KeyPair base, ratchet;
    MasterSecret master;
    crypto::Secret32 sent;
    crypto::Agreements agreements;
    agreements.generate(base);
    agreements.generate(ratchet);
    master.add(agreements, me.keys.secret, bundle.signed_prekey.key);
    master.add(agreements, base.secret, bundle.identity);
    master.add(agreements, base.secret, bundle.signed_prekey.key);
    if (bundle.one_time) master.add(agreements, base.secret, bundle.one_time->key);
    agreements.add(ratchet.secret, bundle.signed_prekey.key, sent.writable());
    TRY_OK(agreements.run());
    auto first = master.derive();
    auto send = root_step(first.root_key, sent);
    SessionState state{.remote_identity = bundle.identity,
                       .base_key = base.pub,
                       .remote_registration_id = bundle.registration_id,
                       .root_key = std::move(send.root_key),
                       .ratchet = std::move(ratchet),
                       .sending = Chain{std::move(send.chain_key)},
                       .previous_counter = 0,
                       .receiving = {},
                       .pending = SessionState::Pending{{}, bundle.signed_prekey.id}};
    if (bundle.one_time) state.pending->prekey_id = bundle.one_time->id;
    state.receiving.push_back({bundle.signed_prekey.key, {.chain = Chain{std::move(first.chain_key)}}});
    return state;
}

Result<SessionState> accept_session(Identity const& me, PreKeyMessage const& message, crypto::KeyPair const& signed_prekey,
                                    crypto::KeyPair const* one_time) {
    MasterSecret master;
    crypto::Agreements agreements;
    master.add(agreements, signed_prekey.secret, message.identity);
    master.add(agreements, me.keys.secret, message.base_key);
    master.add(agreements, signed_prekey.secret, message.base_key);
    if (one_time) master.add(agreements, one_time->secret, message.base_key);
    TRY_OK(agreements.run());
    auto first = master.derive();
    return SessionState{.remote_identity = message.identity,
                        .base_key = message.base_key,
                        .remote_registration_id = message.registration_id,
                        .root_key = std::move(first.root_key),
                        .ratchet = signed_prekey,
                        .sending = Chain{std::move(first.chain_key)},
                        .previous_counter = 0,
                        .receiving = {},
                        .pending = {}};
}

Result<Bytes> encrypt_message(SessionState& state, Identity const& me, ByteView plaintext) {
    if (state.sending.index() == std::numeric_limits<std::uint32_t>::max())
        return refuse(Refusal::no_session, "this session has used up its message numbers");
    Message message{.ratchet_key = state.ratchet.pub,
                    .counter = state.sending.index(),
                    .previous_counter = state.previous_counter,
                    .ciphertext = {},
                    .signed_part = {}};
    auto const keys = MessageKeys{state.sending.next()};
    message.ciphertext = crypto::cbc_encrypt(keys.cipher_key(), keys.iv(), plaintext);
    auto out = message.serialize_unsigned();
    append(out, mac_of(keys, me.keys.pub, state.remote_identity, out));
    return out;
}

Result<Bytes> decrypt_message(SessionState& state, Identity const& me, Message const& message) {
    auto const same_key = [&](SessionState::Receiving const& one) { return one.ratchet_key == message.ratchet_key; };
    auto found = std::ranges::find_if(state.receiving, same_key);
    if (found == state.receiving.end()) {
        TRY_OK(ratchet_step(state, message.ratchet_key));
        found = state.receiving.begin();
    }
    TRY(auto const seed, found->chain.seed_for(message.counter));
    auto const keys = MessageKeys{seed};
    if (!crypto::equal(mac_of(keys, state.remote_identity, me.keys.pub, message.signed_part), message.mac))
        return refuse(Refusal::message_mac, "the message was changed, or is for another session");
    TRY(auto plaintext, crypto::cbc_decrypt(keys.cipher_key(), keys.iv(), message.ciphertext));
    state.pending.reset();
    return plaintext;
}

}   // namespace waqtor::whatsapp::signal
