#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

namespace {

Node device_list(Service const& service, Account const& account) {
    auto list = Node{"device-list"};
    for (auto const& [number, device] : account.devices) {
        auto entry = Node{"device", {{"id", number}}};
        if (number != 0) entry.set("key-index", device->key_index);
        list.add(std::move(entry));
    }
    return Node{"devices",
                {},
                std::move(list),
                Node{"key-index-list", {{"ts", service.now()}}, signed_key_index_list(account, service.now())}};
}

/// The account a `<user>` asks about: by jid, or by the number in its `<contact>`.
Account* asked_for(Service& service, Node const& user) {
    if (auto const jid = user.jid("jid")) return service.world.account(*jid);
    auto const* contact = user.child("contact");
    if (!contact) return nullptr;
    auto number = contact->text();
    if (number.starts_with('+')) number.remove_prefix(1);
    return service.world.account(Jid{.user = Text{number}, .server = Server::user});
}

/// What one protocol of the query says about the account; nothing when it has nothing to say.
std::optional<Node> part(Service const& service, std::string_view protocol, Account const* account, Node const& user) {
    if (protocol == "contact") {
        auto const* contact = user.child("contact");
        auto answer = Node{"contact", {{"type", account ? Value{"in"} : Value{"out"}}}};
        if (contact && !contact->bytes().empty()) answer.content = to_bytes(contact->bytes());
        return answer;
    }
    if (!account) return std::nullopt;
    if (protocol == "devices") return device_list(service, *account);
    if (protocol == "lid") return Node{"lid", {{"val", account->lid_jid()}}};
    if (protocol == "status") return Node{"status", {{"t", service.now()}}, to_bytes(bytes_of(account->about))};
    if (protocol == "disappearing_mode") return Node{"disappearing_mode", {{"duration", "0"}, {"t", "0"}}};
    return std::nullopt;
}

Jid subject(Account const* account, Node const& user) {
    if (auto const jid = user.jid("jid")) return *jid;
    return account ? account->pn() : server_jid();
}

}   // namespace

IqAnswer answer_usync(Service& service, Device&, Node const& iq) {
    auto const& usync = *iq.child("usync");
    auto const* query = usync.child("query");
    auto const* list = usync.child("list");
    auto const* sid = usync.find("sid");
    if (!query || !list || !sid) return std::unexpected(IqError{400, "bad-request"});

    auto result = Node{"result"};
    for (auto const& protocol : query->children()) result.add(Node{protocol.tag});
    auto users = Node{"list"};
    for (auto const& user : list->children()) {
        auto const* account = asked_for(service, user);
        auto const jid = subject(account, user);
        if (jid.user.empty() && !user.child("contact")) continue;
        auto entry = Node{"user", {{"jid", jid.user.empty() ? Jid{.user = Text{"0"}, .server = Server::user} : jid}}};
        for (auto const& protocol : query->children())
            if (auto made = part(service, protocol.tag.view(), account, user)) entry.add(*std::move(made));
        users.add(std::move(entry));
    }
    return std::vector{Node{
        "usync",
        {{"sid", *sid}, {"index", "0"}, {"last", "true"}, {"mode", usync.string("mode")}, {"context", usync.string("context")}},
        std::move(result),
        std::move(users)}};
}

}   // namespace waqtor::sandbox
