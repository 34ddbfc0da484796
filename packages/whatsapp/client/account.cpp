#include "whatsapp/client/account.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

namespace {

constexpr std::size_t kKey = 32;
constexpr std::size_t kSignature = 64;

std::string copy(ByteView bytes) { return std::string{text_of(bytes)}; }
crypto::KeyPair pair_from(std::string const& secret) { return crypto::KeyPair::from(crypto::secret32(bytes_of(secret))); }

/// Public and secret half, so that reading costs no computation.
Bytes both(crypto::KeyPair const& keys) { return concat({keys.secret, keys.pub}); }
crypto::KeyPair both_from(ByteView bytes) {
    return {crypto::secret32(bytes.first(kKey)), {to_array<kKey>(bytes.subspan(kKey, kKey))}};
}

}   // namespace

Account Account::make(Timestamp now) {
    Account out;
    out.identity = signal::Identity::generate();
    out.noise_key = crypto::KeyPair::generate();
    out.adv_secret = crypto::random_secret();
    out.signed_prekey = signal::SignedPreKey::generate(1, out.identity);
    out.signed_prekey_made = now;
    return out;
}

Bytes Account::serialize() const {
    proto::AccountState state;
    state.set_identity_secret(copy(identity.keys.secret));
    state.set_registration_id(identity.registration_id);
    state.set_noise_secret(copy(noise_key.secret));
    state.set_adv_secret(copy(adv_secret));
    state.set_signed_prekey_id(signed_prekey.id);
    state.set_signed_prekey_secret(copy(signed_prekey.keys.secret));
    state.set_signed_prekey_signature(copy(signed_prekey.signature));
    state.set_signed_prekey_made(signed_prekey_made.time_since_epoch().count());
    state.set_next_prekey(next_prekey);
    state.set_signed_identity(copy(signed_identity));
    state.set_phone(phone.server == Server::none ? "" : phone.to_string());
    state.set_lid(lid.server == Server::none ? "" : lid.to_string());
    state.set_name(name);
    state.set_routing_info(copy(routing_info));
    Bytes out(state.ByteSizeLong());
    state.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

Result<Account> Account::parse(ByteView bytes) {
    proto::AccountState state;
    if (!state.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || state.identity_secret().size() != kKey ||
        state.noise_secret().size() != kKey || state.adv_secret().size() != kKey || state.signed_prekey_secret().size() != kKey ||
        state.signed_prekey_signature().size() != kSignature)
        return refuse(Refusal::malformed, "the stored account cannot be read");
    Account out;
    out.identity = {pair_from(state.identity_secret()), state.registration_id()};
    out.noise_key = pair_from(state.noise_secret());
    out.adv_secret = crypto::secret32(bytes_of(state.adv_secret()));
    out.signed_prekey = {state.signed_prekey_id(), pair_from(state.signed_prekey_secret()),
                         to_array<kSignature>(bytes_of(state.signed_prekey_signature()))};
    out.signed_prekey_made = Timestamp{Milliseconds{state.signed_prekey_made()}};
    out.next_prekey = state.next_prekey();
    out.signed_identity = to_bytes(bytes_of(state.signed_identity()));
    out.phone = Jid::parse(state.phone()).value_or(Jid{});
    out.lid = Jid::parse(state.lid()).value_or(Jid{});
    out.name = state.name();
    out.routing_info = to_bytes(bytes_of(state.routing_info()));
    return out;
}

Bytes serialize(signal::PreKey const& key) { return both(key.keys); }
Bytes serialize(signal::SignedPreKey const& key) { return concat({key.keys.secret, key.keys.pub, key.signature}); }

std::optional<signal::PreKey> parse_prekey(signal::KeyId id, ByteView bytes) {
    if (bytes.size() != 2 * kKey) return std::nullopt;
    return signal::PreKey{id, both_from(bytes)};
}

std::optional<signal::SignedPreKey> parse_signed_prekey(signal::KeyId id, ByteView bytes) {
    if (bytes.size() != 2 * kKey + kSignature) return std::nullopt;
    return signal::SignedPreKey{id, both_from(bytes), to_array<kSignature>(bytes.subspan(2 * kKey))};
}

}   // namespace waqtor::whatsapp
