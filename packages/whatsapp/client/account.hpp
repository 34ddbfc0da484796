#pragma once
#include "core/base/time.hpp"
#include "whatsapp/binary/jid.hpp"
#include "whatsapp/signal/keys.hpp"

namespace waqtor::whatsapp {

/// Who this device is: made before linking, completed by it, and lost with it.
struct Account {
    signal::Identity identity;
    crypto::KeyPair noise_key;
    crypto::Secret32 adv_secret;
    signal::SignedPreKey signed_prekey;
    Timestamp signed_prekey_made{};
    signal::KeyId next_prekey = 1;
    Bytes signed_identity{};   // ADVSignedDeviceIdentity; goes with every pkmsg; empty while not linked
    Jid phone{};               // with device
    Jid lid{};                 // with device
    std::string name{};
    Bytes routing_info{};

    static Account make(Timestamp now);
    bool linked() const { return !signed_identity.empty(); }
    /// The own address among those of that server.
    Jid const& own(Server server) const { return server == Server::user || lid.user.empty() ? phone : lid; }
    /// True for this number, by phone or LID, on any device.
    bool is_me(Jid const& jid) const { return jid.same_user(phone) || jid.same_user(lid); }
    /// True for this very device.
    bool is_this(Jid const& jid) const { return is_me(jid) && jid.device == phone.device; }

    /// Holds secret keys, so a store seals it.
    Bytes serialize() const;
    static Result<Account> parse(ByteView bytes);
};

/// One-time and signed prekeys as they are stored.
Bytes serialize(signal::PreKey const& key);
Bytes serialize(signal::SignedPreKey const& key);
std::optional<signal::PreKey> parse_prekey(signal::KeyId id, ByteView bytes);
std::optional<signal::SignedPreKey> parse_signed_prekey(signal::KeyId id, ByteView bytes);

}   // namespace waqtor::whatsapp
