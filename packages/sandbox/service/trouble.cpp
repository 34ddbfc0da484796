#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "sandbox/wire/connection.hpp"

/// What goes wrong: stanzas on their way, and what may happen to devices and accounts.
namespace waqtor::sandbox {

namespace {

constexpr auto kHeldBack = Milliseconds{1'000};

void send_all(Connection& connection) {
    for (auto const& stanza : std::exchange(connection.held_out, {})) connection.send(stanza);
}

}   // namespace

void Service::write(Device& to, Node const& stanza) {
    auto& connection = *to.connection;
    auto const* rule = faults.strike(FaultRule::Way::to_device, to, stanza);
    if (!rule) {
        connection.send(stanza);
        if (!connection.held_out.empty()) send_all(connection);
        return;
    }
    ledger.add(Way::fault, to.name(), stanza, std::string{name_of(rule->kind)});
    auto const held = connection.weak_from_this();
    switch (rule->kind) {
        case FaultRule::Kind::drop: return;
        case FaultRule::Kind::delay:
            return schedule.after(rule->delay, [held, stanza] {
                if (auto const one = held.lock()) one->send(stanza);
            });
        case FaultRule::Kind::reorder:
            connection.held_out.push_back(stanza);
            return schedule.after(rule->delay == Milliseconds{0} ? kHeldBack : rule->delay, [held] {
                if (auto const one = held.lock()) send_all(*one);
            });
        case FaultRule::Kind::duplicate:
            connection.send(stanza);
            connection.send(stanza);
            return;
        case FaultRule::Kind::corrupt: {
            auto spoilt = stanza;
            corrupt(spoilt);
            return connection.send(spoilt);
        }
        case FaultRule::Kind::disconnect: return connection.close();
    }
}

void Service::take(Connection& connection, Node const& stanza) {
    auto& device = *connection.device;
    auto const* rule = faults.strike(FaultRule::Way::from_device, device, stanza);
    auto const take_held = [this](Connection& from) {
        for (auto const& one : std::exchange(from.held_in, {}))
            if (from.device) submit(*from.device, one);
    };
    if (!rule) {
        submit(device, stanza);
        return take_held(connection);
    }
    ledger.add(Way::fault, device.name(), stanza, std::string{name_of(rule->kind)});
    auto const held = connection.weak_from_this();
    switch (rule->kind) {
        case FaultRule::Kind::drop:
        case FaultRule::Kind::corrupt: return;   // what cannot be read is as good as lost
        case FaultRule::Kind::delay:
            return schedule.after(rule->delay, [this, held, stanza] {
                auto const one = held.lock();
                if (!one || !one->device) return;
                submit(*one->device, stanza);
                changed();
            });
        case FaultRule::Kind::reorder:
            connection.held_in.push_back(stanza);
            return schedule.after(rule->delay == Milliseconds{0} ? kHeldBack : rule->delay, [this, held, take_held] {
                if (auto const one = held.lock()) take_held(*one);
                changed();
            });
        case FaultRule::Kind::duplicate:
            submit(device, stanza);
            if (connection.device) submit(*connection.device, stanza);
            return;
        case FaultRule::Kind::disconnect: return connection.close();
    }
}

Result<void> Service::stream_error(Device& device, unsigned code) {
    if (!device.connection) return fail(Code::not_found, "not connected: " + device.name());
    device.connection->end_with(Node{"stream:error", {{"code", code}}});
    return {};
}

void Service::exhaust_prekeys(Device& device) {
    device.prekeys.clear();
    deliver(device, Node{"notification",
                         {{"from", server_jid()}, {"type", "encrypt"}, {"id", new_id()}, {"t", now()}},
                         Node{"count", {{"value", "0"}}}});
}

void Service::refuse_logins(Account& account, unsigned reason) {
    account.refused = reason;
    if (reason == 0) return;
    for (auto const& [_, device] : account.devices)
        if (device->connection) device->connection->end_with(Node{"stream:error", {{"code", "503"}}});
}

void Service::change_identity(Account& account) {
    ledger.add(Way::life, account.pn().to_string(), "identity changed");
    while (account.devices.size() > 1) unlink(*account.devices.rbegin()->second);
    account.identity = signal::Identity::generate();
    account.key_index_list.clear();
    account.last_key_index = 0;
    account.raw_id = static_cast<std::uint32_t>(from_big_endian(crypto::random_array<4>()));
    account.devices.clear();
    account.phone = std::make_unique<Phone>(*this, account);
    for (auto* contact : account.contacts)
        for (auto const& [number, device] : contact->devices)
            if (number != 0 && contact != &account)
                deliver(
                    *device,
                    Node{"notification",
                         {{"from", account.pn()}, {"type", "encrypt"}, {"id", new_id()}, {"t", now()}, {"lid", account.lid_jid()}},
                         Node{"identity"}});
}

}   // namespace waqtor::sandbox
