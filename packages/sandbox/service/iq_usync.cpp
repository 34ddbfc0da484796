#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

namespace {

constexpr std::string_view kUsualAbout = "Hey there!";

Node device_list(Service const& service, Account& account) {
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

/// Whom a `<user>` asks about: by jid, or by the number in its `<contact>`.
std::optional<Jid> asked_for(Node const& user) {
    if (auto const jid = user.jid("jid")) return jid;
    auto const* contact = user.child("contact");
    if (!contact) return std::nullopt;
    auto number = contact->text();
    if (number.starts_with('+')) number.remove_prefix(1);
    return Jid{.user = Text{number}, .server = Server::user};
}

using Known = std::optional<World::Known>;

/// What one protocol of the query says about the number; nothing when it has nothing to say. Only the list of devices needs the
/// phone's keys, so only that wakes it: a check of 100,000 contacts makes none.
std::optional<Node> part(Service& service, std::string_view protocol, Jid const& asked, Known const& known, Node const& user) {
    if (protocol == "contact") {
        auto const* contact = user.child("contact");
        auto answer = Node{"contact", {{"type", known ? Value{"in"} : Value{"out"}}}};
        if (contact && !contact->bytes().empty()) answer.content = to_bytes(contact->bytes());
        return answer;
    }
    if (!known) return std::nullopt;
    if (protocol == "devices") return device_list(service, *service.world.account(asked));
    if (protocol == "lid" && !known->lid.empty())
        return Node{"lid", {{"val", Jid{.user = Text{known->lid}, .server = Server::lid}}}};
    if (protocol == "status") {
        auto const about = service.world.account(asked)->about;
        return Node{"status", {{"t", service.now()}}, to_bytes(bytes_of(about.empty() ? kUsualAbout : about))};
    }
    if (protocol == "disappearing_mode") return Node{"disappearing_mode", {{"duration", "0"}, {"t", "0"}}};
    return std::nullopt;
}

Jid subject(Known const& known, Node const& user) {
    if (auto const jid = user.jid("jid")) return *jid;
    return known ? Jid{.user = Text{known->number}, .server = Server::user} : server_jid();
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
        auto const asked = asked_for(user);
        auto const known = asked ? service.world.known(*asked) : std::nullopt;
        auto const jid = subject(known, user);
        if (jid.user.empty() && !user.child("contact")) continue;
        auto entry = Node{"user", {{"jid", jid.user.empty() ? Jid{.user = Text{"0"}, .server = Server::user} : jid}}};
        for (auto const& protocol : query->children())
            if (auto made = part(service, protocol.tag.view(), asked.value_or(Jid{}), known, user)) entry.add(*std::move(made));
        users.add(std::move(entry));
    }
    return std::vector{Node{
        "usync",
        {{"sid", *sid}, {"index", "0"}, {"last", "true"}, {"mode", usync.string("mode")}, {"context", usync.string("context")}},
        std::move(result),
        std::move(users)}};
}

}   // namespace waqtor::sandbox
