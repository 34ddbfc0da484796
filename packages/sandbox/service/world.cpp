#include "sandbox/service/world.hpp"

#include "sandbox/phone/phone.hpp"
#include "sandbox/service/app_state.hpp"

#include <charconv>

namespace waqtor::sandbox {

namespace {

/// 0 for what is no number of at most 18 digits.
std::uint64_t digits(std::string_view text) {
    auto value = std::uint64_t{};
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    return text.size() <= 18 && read.ptr == text.data() + text.size() ? value : 0;
}

}   // namespace

Jid Device::pn() const { return account->pn().with_device(number); }
Jid Device::lid() const { return account->lid_jid().with_device(number); }

Account::Account() : identity{signal::Identity::generate()} {}
Account::~Account() = default;

Device* Account::device(std::uint16_t wanted) const {
    auto const found = devices.find(wanted);
    return found == devices.end() ? nullptr : found->second.get();
}

Account& World::add(std::string number, std::string push_name, std::string lid) {
    if (auto* const known = account(Jid{.user = Text{number}, .server = Server::user})) return *known;
    auto& slot = accounts[number];
    slot = std::make_unique<Account>();
    slot->number = std::move(number);
    slot->lid = lid.empty() ? next_lid() : std::move(lid);
    slot->push_name = std::move(push_name);
    slot->raw_id = static_cast<std::uint32_t>(from_big_endian(crypto::random_array<4>()));
    by_lid[slot->lid] = slot.get();
    woke(*slot);
    return *slot;
}

void World::add_sleeping(std::string_view number, std::string name, std::string_view lid,
                         std::shared_ptr<Behaviour const> behaviour) {
    auto const key = digits(number);
    if (key == 0 || accounts.contains(std::string{number}) || by_number_.contains(key)) return;
    auto const own_lid = lid.empty() ? digits(next_lid()) : digits(lid);
    by_number_.emplace(key, Sleeper{key, own_lid, std::move(name), std::move(behaviour)});
    number_of_lid_.emplace(own_lid, key);
}

World::Sleeper const* World::sleeper(Jid const& jid) const {
    auto key = digits(jid.user.view());
    if (jid.server == Server::lid) {
        auto const number = number_of_lid_.find(key);
        if (number == number_of_lid_.end()) return nullptr;
        key = number->second;
    }
    auto const found = by_number_.find(key);
    return found == by_number_.end() ? nullptr : &found->second;
}

Account* World::wake(Sleeper const& sleeper) {
    auto const number = sleeper.number;
    auto one = std::move(by_number_.extract(number).mapped());
    number_of_lid_.erase(one.lid);
    auto& account = add(std::to_string(number), std::move(one.name), std::to_string(one.lid));
    account.behaviour = std::move(one.behaviour);
    return &account;
}

Account* World::account(Jid const& jid) {
    auto const by_phone = jid.server == Server::user || jid.server == Server::legacy;
    if (!by_phone && jid.server != Server::lid) return nullptr;
    if (by_phone) {
        if (auto const found = accounts.find(jid.user.str()); found != accounts.end()) return found->second.get();
    } else if (auto const found = by_lid.find(jid.user.str()); found != by_lid.end()) {
        return found->second;
    }
    auto const* sleeping = sleeper(jid);
    return sleeping ? wake(*sleeping) : nullptr;
}

std::optional<World::Known> World::known(Jid const& jid) const {
    auto const by_phone = jid.server == Server::user || jid.server == Server::legacy;
    if (!by_phone && jid.server != Server::lid) return std::nullopt;
    if (by_phone) {
        if (auto const found = accounts.find(jid.user.str()); found != accounts.end())
            return Known{found->second->number, found->second->lid_hidden ? "" : found->second->lid};
    } else if (auto const found = by_lid.find(jid.user.str()); found != by_lid.end()) {
        return Known{found->second->number, found->second->lid};
    }
    auto const* sleeping = sleeper(jid);
    if (!sleeping) return std::nullopt;
    return Known{std::to_string(sleeping->number), std::to_string(sleeping->lid)};
}

Device* World::device(Jid const& jid) {
    auto const* owner = account(jid);
    return owner ? owner->device(jid.device) : nullptr;
}

Group* World::group(Jid const& jid) {
    auto const found = groups.find(jid);
    return found == groups.end() ? nullptr : &found->second;
}

}   // namespace waqtor::sandbox
