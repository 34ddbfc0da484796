#include "whatsapp/signal/store.hpp"

namespace waqtor::whatsapp::signal {

void Changes::merge(Changes later) {
    for (auto& [device, record] : later.sessions) sessions[device] = std::move(record);
    for (auto& [name, record] : later.sender_keys) sender_keys[name] = std::move(record);
    for (auto& [device, identity] : later.identities) identities[device] = identity;
    used_prekeys.insert(used_prekeys.end(), later.used_prekeys.begin(), later.used_prekeys.end());
}

}   // namespace waqtor::whatsapp::signal
