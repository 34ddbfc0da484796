#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/encoding.hpp"

namespace waqtor::sandbox {

namespace {

constexpr unsigned kInvalid = 479;     // as the service numbers a stanza it cannot take
constexpr unsigned kForbidden = 403;   // no member of the group
constexpr unsigned kReachOut = 463;    // nobody new may be written to

/// Why a message is not taken; nothing when it is.
using Refused = std::optional<std::pair<unsigned, std::string>>;

bool is_cipher(Node const& enc) {
    auto const type = enc.attr("type");
    return enc.is("enc") && enc.attr("v") == "2" && !enc.bytes().empty() && (type == "pkmsg" || type == "msg" || type == "skmsg");
}

Refused check_encs(Device const& from, Node const& message) {
    auto prekey = false;
    auto const check = [&](Node const& enc) {
        prekey |= enc.attr("type") == "pkmsg";
        return is_cipher(enc);
    };
    for (auto const& child : message.children())
        if (child.is("enc") && !check(child)) return std::pair{kInvalid, std::string{"enc"}};
    if (auto const* participants = message.child("participants"))
        for (auto const& to : participants->children()) {
            if (!to.is("to") || !to.jid("jid")) return std::pair{kInvalid, std::string{"participants"}};
            for (auto const& enc : to.children())
                if (!check(enc)) return std::pair{kInvalid, std::string{"enc"}};
        }
    if (prekey && from.number != 0 && !message.child("device-identity"))
        return std::pair{kInvalid, std::string{"device-identity is missing"}};
    return std::nullopt;
}

/// What goes along to every device; never the list of the others, nor what is for the service alone.
bool goes_along(Node const& child) {
    return child.is("meta") || child.is("biz") || child.is("bot") || child.is("multicast") || child.is("franking");
}

/// The stanza one device gets: `encs` are relayed as they came, byte for byte.
Node outgoing(Service const& service, Device const& from, Node const& message, Attrs address, std::vector<Node> encs) {
    auto out = Node{"message", std::move(address)};
    out.set("id", *message.find("id"));
    out.set("type", *message.find("type"));
    out.set("t", service.now());
    out.set("notify", from.account->push_name);
    for (auto const* key : {"edit", "category", "push_priority"})
        if (auto const* value = message.find(key)) out.set(Text{std::string_view{key}}, *value);
    auto const prekey = std::ranges::any_of(encs, [](auto const& enc) { return enc.attr("type") == "pkmsg"; });
    for (auto& enc : encs) out.add(std::move(enc));
    for (auto const& child : message.children())
        if (goes_along(child) || (prekey && child.is("device-identity"))) out.add(child);
    return out;
}

Attrs direct_address(Device const& from, Device const& target, Account const& to, Server server) {
    auto const other = server == Server::lid ? Server::user : Server::lid;
    auto address = Attrs{{"from", from.jid(server)}};
    if (target.account == from.account && &to != from.account) {
        address.push_back({"recipient", to.jid(server)});
        address.push_back({server == Server::lid ? Text{"peer_recipient_pn"} : Text{"peer_recipient_lid"}, to.jid(other)});
    } else {
        if (other == Server::lid && from.account->lid_hidden) return address;
        address.push_back({server == Server::lid ? Text{"sender_pn"} : Text{"sender_lid"}, from.jid(other).without_device()});
    }
    return address;
}

Refused relay_direct(Service& service, Device& from, Node const& message, Jid const& to) {
    auto* const account = service.world.account(to);
    if (!account) return std::pair{404U, std::string{"no such number"}};
    std::vector<std::pair<Jid, std::vector<Node>>> parts;
    if (auto const* participants = message.child("participants"))
        for (auto const& one : participants->children()) parts.emplace_back(*one.jid("jid"), one.children());
    else if (auto const* enc = message.child("enc"))
        parts.emplace_back(to, std::vector{*enc});
    if (parts.empty()) return std::pair{kInvalid, std::string{"nothing encrypted"}};
    auto const stranger = account != from.account && !from.account->contacts.contains(account);
    auto const token = account->tokens.find(from.account);
    auto const* shown = message.child("tctoken");
    auto const may = token != account->tokens.end() && shown && std::ranges::equal(shown->bytes(), token->second);
    if (stranger && !may && from.number != 0 && from.account->reach_out_locked)
        return std::pair{kReachOut, std::string{"reach-out lock"}};

    auto const server = to.server == Server::lid ? Server::lid : Server::user;
    auto const blocked = account->blocked.contains(from.account->lid_jid());
    if (account != from.account) {
        from.account->contacts.insert(account);
        account->contacts.insert(from.account);
    }
    for (auto const& [jid, encs] : parts) {
        auto* const owner = service.world.account(jid);
        if (owner != account && owner != from.account) return std::pair{kInvalid, "participant " + jid.to_string()};
        auto* const target = owner->device(jid.device);
        if (!target || target == &from) {
            service.ledger.add(Way::refused, from.name(), "message", "no device " + jid.to_string());
            continue;
        }
        if (blocked && owner == account && account != from.account) continue;
        service.deliver(*target, outgoing(service, from, message, direct_address(from, *target, *account, server), encs));
    }
    return std::nullopt;
}

Refused relay_group(Service& service, Device& from, Node const& message, Jid const& to) {
    auto* const group = service.world.group(to);
    if (!group) return std::pair{404U, std::string{"no such group"}};
    if (!group->members.contains(from.account)) return std::pair{kForbidden, std::string{"not a member"}};
    std::map<Device*, std::vector<Node>> own_parts;
    if (auto const* participants = message.child("participants"))
        for (auto const& one : participants->children()) own_parts[service.world.device(*one.jid("jid"))] = one.children();
    std::vector<Node> shared;
    for (auto const& child : message.children())
        if (child.is("enc")) shared.push_back(child);
    if (own_parts.empty() && shared.empty()) return std::pair{kInvalid, std::string{"nothing encrypted"}};

    auto const lid = message.attr("addressing_mode") != "pn";
    auto const server = lid ? Server::lid : Server::user;
    auto const address =
        Attrs{{"from", group->jid},
              {"participant", from.jid(server)},
              {lid ? Text{"participant_pn"} : Text{"participant_lid"}, from.jid(lid ? Server::user : Server::lid).without_device()},
              {"addressing_mode", lid ? Value{"lid"} : Value{"pn"}}};
    auto const only = message.jid("participant");   // a retry goes to the one who asked
    for (auto const& [member, _] : group->members)
        for (auto const& [number, device] : member->devices) {
            if (device.get() == &from || (only && service.world.device(*only) != device.get())) continue;
            auto encs = own_parts.contains(device.get()) ? own_parts[device.get()] : std::vector<Node>{};
            encs.insert(encs.end(), shared.begin(), shared.end());
            if (!encs.empty()) service.deliver(*device, outgoing(service, from, message, address, std::move(encs)));
        }
    return std::nullopt;
}

Refused relay(Service& service, Device& from, Node const& message) {
    auto const to = message.jid("to");
    if (!to || message.attr("type").empty()) return std::pair{kInvalid, std::string{"to or type"}};
    if (auto wrong = check_encs(from, message)) return wrong;
    if (to->server == Server::group) return relay_group(service, from, message, *to);
    if (to->is_person()) return relay_direct(service, from, message, *to);
    return std::pair{kInvalid, "cannot relay to " + to->to_string()};
}

}   // namespace

void handle_message(Service& service, Device& from, Node const& message) {
    if (service.on_message) service.on_message(from, message);
    auto const* id = message.find("id");
    auto const* to = message.find("to");
    if (!id || !to) {
        service.ledger.add(Way::refused, from.name(), message, "id or to");
        return;
    }
    auto ack = Node{"ack", {{"class", "message"}, {"id", *id}, {"from", *to}, {"t", service.now()}}};
    if (auto const* participant = message.find("participant")) ack.set("participant", *participant);
    if (auto const refused = relay(service, from, message)) {
        service.ledger.add(Way::refused, from.name(), message, refused->second);
        ack.set("error", refused->first);
    } else if (from.number != 0) {
        service.deliveries.taken(from, message.string("id"));
    }
    service.send(from, ack);
}

std::string participant_hash(std::vector<Jid> const& devices) {
    std::vector<std::string> names;
    for (auto const& device : devices) names.push_back(device.to_agent_string());
    std::ranges::sort(names);
    std::string all;
    for (auto const& name : names) all += name;
    auto const hash = crypto::sha256(bytes_of(all));
    return "2:" + crypto::to_base64(ByteView{hash}.first(6));
}

}   // namespace waqtor::sandbox
