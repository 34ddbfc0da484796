#include "sandbox/service/service.hpp"

#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "sandbox/wire/connection.hpp"
#include "whatsapp/proto/client_payload.pb.h"

#include <boost/asio/post.hpp>

namespace waqtor::sandbox {

Service::Service(asio::any_io_executor executor, Authority const& authority, Clock const& clock)
    : ledger{clock}, schedule{executor}, executor_{std::move(executor)}, authority_{authority}, clock_{clock} {
    world.woke = [this](Account& account) { account.phone = std::make_unique<Phone>(*this, account); };
}

std::int64_t Service::now() const { return std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count(); }

noise::ServerHandshake Service::new_handshake() const {
    return noise::ServerHandshake{authority_.noise_server(), authority_.noise_chain(clock_.now())};
}

Result<void> Service::connected(std::shared_ptr<Connection> connection, ByteView payload) {
    whatsapp::proto::ClientPayload client;
    if (!client.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
        return fail(Code::malformed, "the client payload cannot be read");
    connections_.insert(connection);
    connection->visit = visits_.empty() ? 1 : visits_.back().number + 1;
    visits_.push_back({.number = connection->visit, .opened = clock_.now(), .how = "pairing"});
    if (visits_.size() > kMostVisits) visits_.pop_front();
    if (client.user_agent().app_version().tertiary() < lowest_version) {
        refuse_login(*connection, 405);
        return {};
    }
    return client.has_device_pairing_data() ? register_device(*connection, client) : login(*connection, client);
}

Visit& Service::visit(Connection const& connection) {
    static auto forgotten = Visit{};   // only after 100,000 later ones
    auto const first = visits_.empty() ? 0 : visits_.front().number;
    return connection.visit >= first && connection.visit - first < visits_.size() ? visits_[connection.visit - first] : forgotten;
}

void Service::refuse_login(Connection& connection, unsigned reason) {
    ledger.add(Way::refused, {}, "login", "failure " + std::to_string(reason));
    visit(connection).how = "refused " + std::to_string(reason);
    auto failure = Node{"failure", {{"reason", reason}, {"location", "lla"}}};
    if (reason == 402) {   // a ban for a while: why (sent to too many) and for how many seconds
        failure.set("code", "101");
        failure.set("expire", "3600");
    }
    connection.end_with(failure);
    changed();
}

Result<void> Service::login(Connection& connection, whatsapp::proto::ClientPayload const& payload) {
    auto const jid = Jid{.user = Text{std::to_string(payload.username())},
                         .device = static_cast<std::uint16_t>(payload.device()),
                         .server = Server::user};
    auto* const device = world.device(jid);
    if (!device || device->number == 0 || device->noise_key != connection.noise_key()) {
        refuse_login(connection, 401);
        return {};
    }
    if (device->account->refused != 0) {
        refuse_login(connection, device->account->refused);
        return {};
    }
    visit(connection).device = device->name();
    visit(connection).how = "login";
    if (device->connection) {
        device->connection->end_with(Node{"stream:error", {}, Node{"conflict", {{"type", "replaced"}}}});
    }
    device->connection = &connection;
    connection.device = device;
    device->active = false;
    ledger.add(Way::life, device->name(), "login");
    auto success = Node{"success",
                        {{"t", now()},
                         {"props", "30"},
                         {"abprops", "1"},
                         {"group_abprops", "1"},
                         {"location", "lla"},
                         {"display_name", device->account->push_name},
                         {"creation", now()}}};
    if (!device->account->lid_hidden) success.set("lid", device->lid());
    connection.send(success);
    if (!payload.passive()) activate(*device);
    changed();
    return {};
}

void Service::activate(Device& device) {
    if (device.active || !device.connection) return;
    device.active = true;
    auto const count = [&](char const* tag) {
        return std::ranges::count_if(device.pending, [&](auto const& one) { return one.stanza.is(tag); });
    };
    auto const total = device.pending.size();
    if (total > 0)
        device.connection->send(Node{"ib",
                                     {{"from", server_jid()}},
                                     Node{"offline_preview",
                                          {{"count", total},
                                           {"message", count("message")},
                                           {"receipt", count("receipt")},
                                           {"notification", count("notification")},
                                           {"appdata", "0"}}}});
    for (auto& one : device.pending) {
        one.stanza.set("offline", "0");
        one.sent = true;
        ledger.add(Way::to_device, device.name(), one.stanza);
        write(device, one.stanza);
        if (!device.connection) return;   // a fault cut it
    }
    device.connection->send(Node{"ib", {{"from", server_jid()}}, Node{"offline", {{"count", total}}}});
    ledger.add(Way::life, device.name(), "active");
    if (!std::exchange(device.welcomed, true)) device.account->phone->welcome(device);
    changed();
}

void Service::stanza(Connection& connection, Node const& stanza) {
    if (connection.device)
        take(connection, stanza);
    else
        pairing_stanza(connection, stanza);
    changed();
}

void Service::disconnected(Connection& connection) {
    if (auto* const device = std::exchange(connection.device, nullptr)) {
        if (device->connection == &connection) {
            device->connection = nullptr;
            device->active = false;
            device->available = false;
            for (auto& one : device->pending) one.sent = false;
        }
        ledger.add(Way::life, device->name(), "gone");
    }
    if (auto& one = visit(connection); !one.ended) one.ended = clock_.now();
    std::erase_if(pairings_, [&](auto const& one) { return one->connection.lock().get() == &connection; });
    std::erase_if(connections_, [&](auto const& one) { return one.get() == &connection; });
    changed();
}

void Service::note_fault(Connection& connection, std::string const& what) {
    ledger.add(Way::fault, connection.device ? connection.device->name() : std::string{}, "connection", what);
    changed();
}

void Service::submit(Device& from, Node const& stanza) {
    ledger.add(Way::from_device, from.name(), stanza);
    if (stanza.is("iq"))
        handle_iq(*this, from, stanza);
    else if (stanza.is("message"))
        handle_message(*this, from, stanza);
    else if (stanza.is("receipt"))
        handle_receipt(*this, from, stanza);
    else if (stanza.is("ack"))
        acknowledge(from, stanza);
    else if (stanza.is("presence"))
        handle_presence(*this, from, stanza);
    else if (stanza.is("chatstate"))
        handle_chatstate(*this, from, stanza);
    else if (!stanza.is("ib"))   // offline_batch, unified_session: nothing to do
        ledger.add(Way::unknown, from.name(), stanza);
}

void Service::send(Device& to, Node const& stanza) {
    if (to.connection) write(to, stanza);
}

void Service::deliver(Device& to, Node stanza) {
    if (!fault(to, stanza)) return;
    if (to.account->phone && to.number == 0) {
        // Later, so that whoever sent it is done first.
        asio::post(executor_, [this, account = to.account, stanza = std::move(stanza)] {
            account->phone->receive(stanza);
            changed();
        });
        return;
    }
    auto& kept = to.pending.emplace_back(std::move(stanza));
    if (!to.active || !to.connection) return;
    kept.sent = true;
    ledger.add(Way::to_device, to.name(), kept.stanza);
    write(to, kept.stanza);
}

void Service::acknowledge(Device& by, Node const& stanza) {
    auto const tag = stanza.is("ack") ? stanza.attr("class") : std::string_view{"message"};
    // The receipts of one message have its id in common: which of them it is says the type.
    auto const same_type = [&](Node const& one) { return tag != "receipt" || one.attr("type") == stanza.attr("type"); };
    auto const done = [&](std::string const& id) {
        std::erase_if(by.pending, [&](auto const& one) {
            return one.sent && one.stanza.is(tag) && one.stanza.string("id") == id && same_type(one.stanza);
        });
    };
    done(stanza.string("id"));
    if (auto const* list = stanza.child("list"))
        for (auto const& item : list->children()) done(item.string("id"));
}

Account& Service::add_account(std::string_view number, std::string push_name) {
    if (number.starts_with('+')) number.remove_prefix(1);
    return world.add(std::string{number}, std::move(push_name));
}

}   // namespace waqtor::sandbox
