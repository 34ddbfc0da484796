#include "whatsapp/signal/memory_store.hpp"

namespace waqtor::whatsapp::signal {

namespace {
template <class Map> auto found(Map const& map, typename Map::key_type const& key) {
    auto const entry = map.find(key);
    return entry == map.end() ? std::nullopt : std::optional{entry->second};
}
}   // namespace

Task<std::vector<Bytes>> MemoryStore::sessions(std::vector<Jid> devices) {
    std::vector<Bytes> out;
    out.reserve(devices.size());
    for (auto const& device : devices) out.push_back(found(state_.sessions, device).value_or(Bytes{}));
    co_return out;
}

Task<Bytes> MemoryStore::sender_key(SenderKeyName name) { co_return found(state_.sender_keys, name).value_or(Bytes{}); }

Task<std::optional<crypto::PublicKey>> MemoryStore::identity(Jid device) { co_return found(state_.identities, device); }

Task<std::optional<PreKey>> MemoryStore::prekey(KeyId id) { co_return found(prekeys_, id); }

Task<std::optional<SignedPreKey>> MemoryStore::signed_prekey(KeyId id) { co_return found(signed_prekeys_, id); }

Task<void> MemoryStore::commit(Changes changes) {
    for (auto id : changes.used_prekeys) prekeys_.erase(id);
    changes.used_prekeys.clear();
    state_.merge(std::move(changes));
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp::signal
