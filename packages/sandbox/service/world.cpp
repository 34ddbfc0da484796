#include "sandbox/service/world.hpp"

#include "sandbox/phone/phone.hpp"

namespace waqtor::sandbox {

Jid Device::pn() const { return account->pn().with_device(number); }
Jid Device::lid() const { return account->lid_jid().with_device(number); }

Account::Account() : identity{signal::Identity::generate()} {}
Account::~Account() = default;

Device* Account::device(std::uint16_t wanted) const {
    auto const found = devices.find(wanted);
    return found == devices.end() ? nullptr : found->second.get();
}

Account& World::add(std::string number, std::string push_name) {
    auto& slot = accounts[number];
    if (slot) return *slot;
    slot = std::make_unique<Account>();
    slot->number = std::move(number);
    slot->lid = std::to_string(200'000'000'000'000U + 7919U * accounts.size());
    slot->push_name = std::move(push_name);
    slot->raw_id = static_cast<std::uint32_t>(from_big_endian(crypto::random_array<4>()));
    by_lid[slot->lid] = slot.get();
    return *slot;
}

Account* World::account(Jid const& jid) const {
    if (jid.server == Server::lid) {
        auto const found = by_lid.find(jid.user.str());
        return found == by_lid.end() ? nullptr : found->second;
    }
    if (jid.server != Server::user && jid.server != Server::legacy) return nullptr;
    auto const found = accounts.find(jid.user.str());
    return found == accounts.end() ? nullptr : found->second.get();
}

Device* World::device(Jid const& jid) const {
    auto const* owner = account(jid);
    return owner ? owner->device(jid.device) : nullptr;
}

Group* World::group(Jid const& jid) {
    auto const found = groups.find(jid);
    return found == groups.end() ? nullptr : &found->second;
}

}   // namespace waqtor::sandbox
