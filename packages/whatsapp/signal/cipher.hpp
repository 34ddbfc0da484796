#pragma once
#include "whatsapp/signal/group.hpp"
#include "whatsapp/signal/session.hpp"
#include "whatsapp/signal/store.hpp"

namespace waqtor::whatsapp::signal {

/// Sessions and groups of one account over its store. Nothing is committed here: each call gives the Changes that the caller
/// commits together with what depends on them.
///
/// One operation at a time per account, from the call until its Changes are committed: two that overlap would both read the
/// same ratchet state and use a message key twice.
class Cipher {
public:
    /// Both are kept by reference.
    Cipher(Identity const& me, SignalStore& store) : me_{me}, store_{store} {}

    struct Started {
        Changes changes;
        bool identity_changed = false;   // the device had another identity before: tell the user
    };
    /// Starts a session from a bundle; one that exists is archived. `together` lives until this is over.
    Task<Started> start(Jid device, Bundle bundle, crypto::Signatures* together = nullptr);

    struct Letter {
        Jid to;
        Bytes plaintext;
    };
    struct Sealed {
        struct To {
            Jid device;
            Ciphertext message;
        };
        std::vector<To> messages;
        std::vector<Jid> without_session;   // fetch their bundles, start(), and ask again for these
        Changes changes;
    };
    /// A device may stand in `letters` once.
    Task<Sealed> encrypt(std::vector<Letter> letters);

    struct Opened {
        Bytes plaintext;
        Changes changes;
        bool identity_changed = false;
    };
    /// A `pkmsg` or `msg`. Refusals are those of SessionRecord::decrypt.
    Task<Opened> decrypt(Jid from, Kind kind, Bytes message);

    struct GroupSealed {
        Bytes message;        // skmsg
        Bytes distribution;   // for members who do not have the key yet; it reads from this message on
        Changes changes;
    };
    enum class Key { keep, rotate };
    /// Makes the account's sender key for the group when there is none, or a new one when a member has left.
    Task<GroupSealed> encrypt_group(SenderKeyName own, Bytes plaintext, Key key = Key::keep);
    /// A member's distribution message, taken out of a 1:1 message.
    Task<Changes> accept_distribution(SenderKeyName member, Bytes distribution);
    Task<Opened> decrypt_group(SenderKeyName member, Bytes message);

private:
    Identity const& me_;
    SignalStore& store_;

    Task<SessionRecord> session(Jid device);
    Task<SenderKeyRecord> group(SenderKeyName name);
    Task<bool> note_identity(Jid device, crypto::PublicKey identity, Changes& changes);
    Task<Opened> decrypt_prekey(Jid from, SessionRecord record, PreKeyMessage message);
};

}   // namespace waqtor::whatsapp::signal
