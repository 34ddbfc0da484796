#pragma once
#include "whatsapp/signal/store.hpp"

namespace waqtor::whatsapp {

/// A store with changes on top that are not committed yet, so that steps of one operation see each other.
class Layered final : public signal::SignalStore {
public:
    Layered(signal::SignalStore& below, signal::Changes& changes) : below_{below}, changes_{changes} {}

    /// Takes over the session kept under a person's phone address when there is none under the LID yet.
    Task<void> adopt(Jid device, std::optional<Jid> old_device) {
        if (!old_device || *old_device == device) co_return Result<void>{};
        CO_TRY(auto found, co_await below_.sessions({device, *old_device}));
        if (found[0].empty() && !found[1].empty()) changes_.sessions[device] = std::move(found[1]);
        co_return Result<void>{};
    }

    Task<std::vector<Bytes>> sessions(std::vector<Jid> devices) override {
        CO_TRY(auto out, co_await below_.sessions(devices));
        for (std::size_t i = 0; i < devices.size(); ++i)
            if (auto const found = changes_.sessions.find(devices[i]); found != changes_.sessions.end()) out[i] = found->second;
        co_return out;
    }
    Task<Bytes> sender_key(signal::SenderKeyName name) override {
        if (auto const found = changes_.sender_keys.find(name); found != changes_.sender_keys.end()) co_return found->second;
        co_return co_await below_.sender_key(std::move(name));
    }
    Task<std::optional<crypto::PublicKey>> identity(Jid device) override {
        if (auto const found = changes_.identities.find(device); found != changes_.identities.end()) co_return found->second;
        co_return co_await below_.identity(std::move(device));
    }
    Task<std::optional<signal::PreKey>> prekey(signal::KeyId id) override { return below_.prekey(id); }
    Task<std::optional<signal::SignedPreKey>> signed_prekey(signal::KeyId id) override { return below_.signed_prekey(id); }
    Task<void> commit(signal::Changes changes) override {
        changes_.merge(std::move(changes));
        co_return Result<void>{};
    }

private:
    signal::SignalStore& below_;
    signal::Changes& changes_;
};

}   // namespace waqtor::whatsapp
