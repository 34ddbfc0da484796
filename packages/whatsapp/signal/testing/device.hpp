#pragma once
#include "whatsapp/signal/session.hpp"

#include <map>

namespace waqtor::whatsapp::signal::testing {

/// A device with one session record towards its only peer. Each decrypted message goes through the stored form of the record.
struct Device {
    Identity identity = Identity::generate();
    SignedPreKey signed_prekey = SignedPreKey::generate(7, identity);
    std::map<KeyId, PreKey> prekeys;
    KeyId last_prekey = 0;
    SessionRecord sessions;

    Bundle bundle(bool with_one_time = true) {
        Bundle out{
            identity.registration_id, identity.keys.pub, {signed_prekey.id, signed_prekey.keys.pub, signed_prekey.signature}, {}};
        if (with_one_time) {
            auto const id = ++last_prekey;
            auto const& made = prekeys[id] = PreKey::generate(id);
            out.one_time = Bundle::OneTime{id, made.keys.pub};
        }
        return out;
    }

    Result<std::string> decrypt(Ciphertext const& message) {
        TRY(auto const plaintext, read(message));
        TRY(sessions, SessionRecord::parse(sessions.serialize()));
        return std::string{text_of(plaintext)};
    }

private:
    Result<Bytes> read(Ciphertext const& message) {
        if (message.kind == Kind::message) {
            TRY(auto const parsed, Message::parse(message.bytes));
            return sessions.decrypt(identity, parsed);
        }
        TRY(auto const parsed, PreKeyMessage::parse(message.bytes));
        auto const fresh = !sessions.knows(parsed);
        auto const one_time = prekeys.find(parsed.prekey_id.value_or(0));
        auto const* signed_keys = parsed.signed_prekey_id == signed_prekey.id ? &signed_prekey.keys : nullptr;
        TRY(auto plaintext,
            sessions.decrypt(identity, parsed, signed_keys, one_time == prekeys.end() ? nullptr : &one_time->second.keys));
        if (fresh && one_time != prekeys.end()) prekeys.erase(one_time);
        return plaintext;
    }
};

}   // namespace waqtor::whatsapp::signal::testing
