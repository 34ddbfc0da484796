#include "whatsapp/signal/cipher.hpp"

#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp::signal {

namespace {

/// An empty stored form is a device or group nothing is known of yet.
template <class Record> Result<Record> read(Bytes const& stored) { return stored.empty() ? Record{} : Record::parse(stored); }

}   // namespace

Task<SessionRecord> Cipher::session(Jid device) {
    CO_TRY(auto const stored, co_await store_.sessions({std::move(device)}));
    co_return read<SessionRecord>(stored.at(0));
}

Task<SenderKeyRecord> Cipher::group(SenderKeyName name) {
    CO_TRY(auto const stored, co_await store_.sender_key(std::move(name)));
    co_return read<SenderKeyRecord>(stored);
}

Task<bool> Cipher::note_identity(Jid device, crypto::PublicKey identity, Changes& changes) {
    CO_TRY(auto const known, co_await store_.identity(device));
    if (known != identity) changes.identities[device] = identity;
    co_return known.has_value() && known != identity;
}

Task<Cipher::Started> Cipher::start(Jid device, Bundle bundle, crypto::Signatures* together) {
    CO_TRY(auto record, co_await session(device));
    CO_TRY_OK(record.start(me_, bundle, together));
    Started out;
    CO_TRY(out.identity_changed, co_await note_identity(device, bundle.identity, out.changes));
    out.changes.sessions[device] = record.serialize();
    co_return out;
}

Task<Cipher::Sealed> Cipher::encrypt(std::vector<Letter> letters) {
    std::vector<Jid> devices;
    devices.reserve(letters.size());
    for (auto const& letter : letters) devices.push_back(letter.to);
    CO_TRY(auto const stored, co_await store_.sessions(devices));

    Sealed out;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        CO_TRY(auto record, read<SessionRecord>(stored.at(i)));
        if (!record.has_current()) {
            out.without_session.push_back(devices[i]);
            continue;
        }
        CO_TRY(auto message, record.encrypt(me_, letters[i].plaintext));
        out.changes.sessions[devices[i]] = record.serialize();
        out.messages.push_back({devices[i], std::move(message)});
    }
    co_return out;
}

Task<Cipher::Opened> Cipher::decrypt(Jid from, Kind kind, Bytes message) {
    CO_TRY(auto record, co_await session(from));
    if (kind == Kind::prekey) {
        CO_TRY(auto parsed, PreKeyMessage::parse(message));
        co_return co_await decrypt_prekey(std::move(from), std::move(record), std::move(parsed));
    }
    CO_TRY(auto const parsed, Message::parse(message));
    Opened out;
    CO_TRY(out.plaintext, record.decrypt(me_, parsed));
    out.changes.sessions[from] = record.serialize();
    co_return out;
}

Task<Cipher::Opened> Cipher::decrypt_prekey(Jid from, SessionRecord record, PreKeyMessage message) {
    std::optional<SignedPreKey> signed_prekey;
    std::optional<PreKey> one_time;
    auto const fresh = !record.knows(message);
    if (fresh) {
        CO_TRY(signed_prekey, co_await store_.signed_prekey(message.signed_prekey_id));
        if (message.prekey_id) {
            CO_TRY(one_time, co_await store_.prekey(*message.prekey_id));
        }
    }
    Opened out;
    CO_TRY(out.plaintext,
           record.decrypt(me_, message, signed_prekey ? &signed_prekey->keys : nullptr, one_time ? &one_time->keys : nullptr));
    CO_TRY(out.identity_changed, co_await note_identity(from, message.identity, out.changes));
    if (one_time) out.changes.used_prekeys.push_back(one_time->id);
    out.changes.sessions[from] = record.serialize();
    co_return out;
}

Task<Cipher::GroupSealed> Cipher::encrypt_group(SenderKeyName own, Bytes plaintext, Key key) {
    CO_TRY(auto record, co_await group(own));
    if (record.empty() || key == Key::rotate) record.rotate();
    GroupSealed out;
    CO_TRY(auto const distribution, record.distribution());
    out.distribution = distribution.serialize();
    CO_TRY(out.message, record.encrypt(plaintext));
    out.changes.sender_keys[own] = record.serialize();
    co_return out;
}

Task<Changes> Cipher::accept_distribution(SenderKeyName member, Bytes distribution) {
    CO_TRY(auto const parsed, Distribution::parse(distribution));
    CO_TRY(auto record, co_await group(member));
    record.accept(parsed);
    Changes changes;
    changes.sender_keys[member] = record.serialize();
    co_return changes;
}

Task<Cipher::Opened> Cipher::decrypt_group(SenderKeyName member, Bytes message) {
    CO_TRY(auto const parsed, GroupMessage::parse(message));
    CO_TRY(auto record, co_await group(member));
    Opened out;
    CO_TRY(out.plaintext, record.decrypt(parsed));
    out.changes.sender_keys[member] = record.serialize();
    co_return out;
}

}   // namespace waqtor::whatsapp::signal
