#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

namespace {

Node copy(Node const& receipt, Attrs address, std::int64_t now) {
    auto out = Node{"receipt", std::move(address)};
    out.set("id", *receipt.find("id"));
    out.set("t", now);
    if (auto const* type = receipt.find("type")) out.set("type", *type);
    out.content = receipt.content;
    return out;
}

void to_all(Service& service, Account const& account, Device const* except, Node const& stanza) {
    for (auto const& [_, device] : account.devices)
        if (device.get() != except) service.deliver(*device, stanza);
}

bool for_own_devices(std::string_view type) { return type == "read-self" || type == "played-self"; }

/// Word of a message in a group goes to the one who sent it.
void group_receipt(Service& service, Device& from, Node const& receipt, Jid const& group) {
    auto const participant = receipt.jid("participant");
    auto* const sender = participant ? service.world.account(*participant) : nullptr;
    if (!sender) {
        service.ledger.add(Way::refused, from.name(), receipt, "participant");
        return;
    }
    auto const out = copy(receipt, {{"from", group}, {"participant", from.jid(participant->server)}}, service.now());
    if (receipt.attr("type") != "retry") return to_all(service, *sender, &from, out);
    if (auto* const device = sender->device(participant->device)) service.deliver(*device, out);
}

void direct_receipt(Service& service, Device& from, Node const& receipt, Jid const& to) {
    auto const type = receipt.attr("type");
    auto* const account = service.world.account(to);
    if (!account) {
        service.ledger.add(Way::refused, from.name(), receipt, "to");
        return;
    }
    if (for_own_devices(type)) {
        auto const out = copy(receipt, {{"from", from.jid(to.server)}, {"recipient", to.without_device()}}, service.now());
        return to_all(service, *from.account, &from, out);
    }
    auto out = copy(receipt, {{"from", from.jid(to.server)}}, service.now());
    if (auto const* recipient = receipt.find("recipient")) out.set("recipient", *recipient);
    auto const one_device =
        type == "retry" || type == "sender" || type == "peer_msg" || type == "hist_sync" || type == "server-error";
    if (!one_device) return to_all(service, *account, &from, out);
    if (auto* const device = account->device(to.device)) service.deliver(*device, out);
}

Node presence_of(Account const& account, Server server) {
    auto const online =
        account.phone->online() || std::ranges::any_of(account.devices, [](auto const& entry) { return entry.second->available; });
    return online ? Node{"presence", {{"from", account.jid(server)}}}
                  : Node{"presence", {{"from", account.jid(server)}, {"type", "unavailable"}, {"last", "deny"}}};
}

}   // namespace

void handle_receipt(Service& service, Device& from, Node const& receipt) {
    auto const* id = receipt.find("id");
    auto const to = receipt.jid("to");
    if (!id || !to) {
        service.ledger.add(Way::refused, from.name(), receipt, "id or to");
        return;
    }
    service.acknowledge(from, receipt);
    auto ack = Node{"ack", {{"class", "receipt"}, {"id", *id}, {"from", *receipt.find("to")}, {"t", service.now()}}};
    for (auto const* key : {"type", "participant", "recipient"})
        if (auto const* value = receipt.find(key)) ack.set(Text{std::string_view{key}}, *value);
    service.send(from, ack);
    if (to->server == Server::group && !for_own_devices(receipt.attr("type")))
        group_receipt(service, from, receipt, *to);
    else if (to->is_person())
        direct_receipt(service, from, receipt, *to);
}

void handle_presence(Service& service, Device& from, Node const& presence) {
    auto const type = presence.attr("type");
    if (type == "subscribe") {
        auto const to = presence.jid("to");
        auto* const account = to ? service.world.account(*to) : nullptr;
        if (!account) return;
        account->watchers.insert(&from);
        service.send(from, presence_of(*account, to->server));
        return;
    }
    if (type == "unsubscribe") {
        auto const to = presence.jid("to");
        if (auto* const account = to ? service.world.account(*to) : nullptr) account->watchers.erase(&from);
        return;
    }
    if (presence.has("name")) from.account->push_name = presence.string("name");
    from.available = type != "unavailable";
    for (auto* watcher : from.account->watchers) service.send(*watcher, presence_of(*from.account, Server::user));
}

void handle_chatstate(Service& service, Device& from, Node const& chatstate) {
    auto const to = chatstate.jid("to");
    if (!to) return;
    if (auto const* account = service.world.account(*to)) {
        auto out = Node{"chatstate", {{"from", from.jid(to->server).without_device()}}, chatstate.children()};
        for (auto const& [_, device] : account->devices) service.send(*device, out);
        return;
    }
    auto const* group = service.world.group(*to);
    if (!group || !group->members.contains(from.account)) return;
    auto const out = Node{"chatstate", {{"from", *to}, {"participant", from.lid().without_device()}}, chatstate.children()};
    for (auto const& [member, _] : group->members)
        for (auto const& [number, device] : member->devices)
            if (member != from.account) service.send(*device, out);
}

}   // namespace waqtor::sandbox
