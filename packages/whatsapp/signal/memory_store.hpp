#pragma once
#include "whatsapp/signal/store.hpp"

namespace waqtor::whatsapp::signal {

/// Keeps everything in maps: for tests, and for the sandbox's phones. From one thread at a time.
class MemoryStore final : public SignalStore {
public:
    Task<std::vector<Bytes>> sessions(std::vector<Jid> devices) override;
    Task<Bytes> sender_key(SenderKeyName name) override;
    Task<std::optional<crypto::PublicKey>> identity(Jid device) override;
    Task<std::optional<PreKey>> prekey(KeyId id) override;
    Task<std::optional<SignedPreKey>> signed_prekey(KeyId id) override;
    Task<void> commit(Changes changes) override;

    void add(PreKey key) { prekeys_.insert_or_assign(key.id, std::move(key)); }
    void add(SignedPreKey key) { signed_prekeys_.insert_or_assign(key.id, std::move(key)); }
    std::size_t prekeys() const { return prekeys_.size(); }

private:
    Changes state_;
    std::map<KeyId, PreKey> prekeys_;
    std::map<KeyId, SignedPreKey> signed_prekeys_;
};

}   // namespace waqtor::whatsapp::signal
