#pragma once
#include "core/base/result.hpp"
#include "whatsapp/binary/jid.hpp"
#include "whatsapp/signal/keys.hpp"

#include <map>

namespace waqtor::whatsapp::signal {

/// Whose sender key in which group.
struct SenderKeyName {
    Jid group;
    Jid sender;
    friend auto operator<=>(SenderKeyName const&, SenderKeyName const&) = default;
};

/// What an operation changed. The caller commits it in one transaction with all that depends on it (the outgoing frame, the
/// received message) before a byte leaves; otherwise a crash would repeat a key or lose a message for ever.
struct Changes {
    std::map<Jid, Bytes> sessions;                // the stored form of SessionRecord
    std::map<SenderKeyName, Bytes> sender_keys;   // of SenderKeyRecord
    std::map<Jid, crypto::PublicKey> identities;
    std::vector<KeyId> used_prekeys;   // to be deleted

    /// Later changes win.
    void merge(Changes later);
    bool empty() const { return sessions.empty() && sender_keys.empty() && identities.empty() && used_prekeys.empty(); }
};

/// Where one account keeps its Signal state. Addresses name devices (`user:device@server`); the caller decides between phone
/// number and LID before it gets here. Records and keys are secret: a store on disk seals them.
class SignalStore {
public:
    virtual ~SignalStore() = default;

    /// In the order asked for; empty where there is no session.
    virtual Task<std::vector<Bytes>> sessions(std::vector<Jid> devices) = 0;
    virtual Task<Bytes> sender_key(SenderKeyName name) = 0;
    /// The identity last seen of a device, if any.
    virtual Task<std::optional<crypto::PublicKey>> identity(Jid device) = 0;
    virtual Task<std::optional<PreKey>> prekey(KeyId id) = 0;
    virtual Task<std::optional<SignedPreKey>> signed_prekey(KeyId id) = 0;

    /// All or nothing.
    virtual Task<void> commit(Changes changes) = 0;
};

}   // namespace waqtor::whatsapp::signal
