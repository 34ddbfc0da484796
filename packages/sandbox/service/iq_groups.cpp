#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

namespace {

auto refuse(unsigned code, std::string text) { return std::unexpected(IqError{code, std::move(text)}); }

Node participant(Account const& account, Role role) {
    auto node = Node{"participant", {{"jid", account.lid_jid()}, {"phone_number", account.pn()}}};
    if (role != Role::member) node.set("type", role == Role::admin ? Value{"admin"} : Value{"superadmin"});
    return node;
}

Node group_node(Group const& group) {
    auto node = Node{"group",
                     {{"id", group.jid.user},
                      {"subject", group.subject},
                      {"s_t", group.subject_at},
                      {"s_o", group.creator->lid_jid()},
                      {"s_o_pn", group.creator->pn()},
                      {"creation", group.created_at},
                      {"creator", group.creator->lid_jid()},
                      {"creator_pn", group.creator->pn()},
                      {"addressing_mode", "lid"},
                      {"size", group.members.size()},
                      {"a_v_id", group.created_at},
                      {"p_v_id", group.created_at}}};
    for (auto const& [account, role] : group.members) node.add(participant(*account, role));
    if (!group.description.empty())
        node.add(Node{"description",
                      {{"id", group.description_id}, {"t", group.created_at}, {"participant", group.creator->lid_jid()}},
                      Node{"body", {}, to_bytes(bytes_of(group.description))}});
    if (group.announcement) node.add(Node{"announcement"});
    if (group.locked) node.add(Node{"locked"});
    return node;
}

/// Tells every device of the group but the one who did it.
void notify(Service& service, Group const& group, Device const& by, Node const& change, std::set<Account*> const& also = {}) {
    auto const stanza = Node{"notification",
                             {{"from", group.jid},
                              {"type", "w:gp2"},
                              {"id", service.new_id()},
                              {"t", service.now()},
                              {"participant", by.lid().without_device()},
                              {"participant_pn", by.pn().without_device()},
                              {"addressing_mode", "lid"},
                              {"notify", by.account->push_name}},
                             change};
    auto told = also;
    for (auto const& [account, _] : group.members) told.insert(account);
    for (auto* account : told)
        for (auto const& [number, device] : account->devices)
            if (device.get() != &by) service.deliver(*device, stanza);
}

IqAnswer create(Service& service, Device& from, Node const& wish) {
    if (wish.attr("subject").empty()) return refuse(400, "bad-request");
    auto group = Group{
        .jid = {.user = Text{"120363" + std::to_string(400'000'000'000U + service.world.groups.size())}, .server = Server::group},
        .subject = wish.string("subject"),
        .subject_at = service.now(),
        .creator = from.account,
        .created_at = service.now()};
    group.members[from.account] = Role::superadmin;
    for (auto const& one : wish.children()) {
        if (!one.is("participant")) continue;
        auto const jid = one.jid("jid");
        auto* const account = jid ? service.world.account(*jid) : nullptr;
        if (!account) return refuse(404, "item-not-found");
        group.members.try_emplace(account, Role::member);
    }
    auto const& made = service.world.groups.insert_or_assign(group.jid, group).first->second;
    auto const node = group_node(made);
    notify(service, made, from, Node{"create", {{"type", "new"}, {"key", wish.string("key")}}, node});
    return std::vector{node};
}

/// add, remove, promote and demote: one answer per person.
IqAnswer change_members(Service& service, Device& from, Group& group, Node const& wish) {
    auto answer = Node{wish.tag};
    auto change = Node{wish.tag};
    std::set<Account*> touched;
    for (auto const& one : wish.children()) {
        auto const jid = one.jid("jid");
        auto* const account = jid ? service.world.account(*jid) : nullptr;
        auto const is_member = account && group.members.contains(account);
        if (!account || is_member == wish.is("add")) {
            answer.add(
                Node{"participant", {{"jid", jid.value_or(Jid{})}, {"error", account && is_member ? Value{"409"} : Value{"404"}}}});
            continue;
        }
        touched.insert(account);
        if (wish.is("remove"))
            group.members.erase(account);
        else
            group.members[account] = wish.is("promote") ? Role::admin : Role::member;
        answer.add(participant(*account, Role::member));
        change.add(participant(*account, Role::member));
    }
    if (!touched.empty()) notify(service, group, from, change, touched);
    return std::vector{std::move(answer)};
}

IqAnswer change_settings(Service& service, Device& from, Group& group, Node const& wish) {
    auto change = wish;
    if (wish.is("subject")) {
        group.subject = std::string{wish.text()};
        group.subject_at = service.now();
        change = Node{"subject", {{"subject", group.subject}, {"s_t", group.subject_at}, {"s_o", from.lid().without_device()}}};
    } else if (wish.is("description")) {
        auto const* body = wish.child("body");
        group.description = body ? std::string{body->text()} : std::string{};
        group.description_id = wish.string("id");
    } else if (wish.is("announcement") || wish.is("not_announcement")) {
        group.announcement = wish.is("announcement");
    } else if (wish.is("locked") || wish.is("unlocked")) {
        group.locked = wish.is("locked");
    } else {
        return refuse(501, "feature-not-implemented");
    }
    notify(service, group, from, change);
    return std::vector<Node>{};
}

IqAnswer leave(Service& service, Device& from, Node const& wish) {
    auto answer = Node{"leave"};
    for (auto const& one : wish.children()) {
        auto const jid = one.is("group") ? Jid::parse(one.string("id")) : std::nullopt;
        auto* const group = jid ? service.world.group(*jid) : nullptr;
        if (!group || !group->members.contains(from.account)) return refuse(404, "item-not-found");
        notify(service, *group, from, Node{"remove", {}, participant(*from.account, Role::member)});
        group->members.erase(from.account);
        answer.add(Node{"group", {{"id", *jid}}});
    }
    return std::vector{std::move(answer)};
}

}   // namespace

IqAnswer answer_group_get(Service& service, Device& from, Node const& iq) {
    if (iq.child("participating")) {
        auto groups = Node{"groups"};
        for (auto const& [_, group] : service.world.groups)
            if (group.members.contains(from.account)) groups.add(group_node(group));
        return std::vector{std::move(groups)};
    }
    auto const to = iq.jid("to");
    auto const* group = to ? service.world.group(*to) : nullptr;
    if (!group) return refuse(404, "item-not-found");
    if (!iq.child("query")) return refuse(501, "feature-not-implemented");
    if (!group->members.contains(from.account)) return refuse(403, "forbidden");
    return std::vector{group_node(*group)};
}

IqAnswer answer_group_set(Service& service, Device& from, Node const& iq) {
    if (iq.children().empty()) return refuse(400, "bad-request");
    auto const& wish = iq.children().front();
    if (wish.is("create")) return create(service, from, wish);
    if (wish.is("leave")) return leave(service, from, wish);
    auto const to = iq.jid("to");
    auto* const group = to ? service.world.group(*to) : nullptr;
    if (!group) return refuse(404, "item-not-found");
    auto const role = group->members.find(from.account);
    if (role == group->members.end()) return refuse(403, "forbidden");
    auto const of_members = wish.is("add") || wish.is("remove") || wish.is("promote") || wish.is("demote");
    if ((of_members || group->locked) && role->second == Role::member) return refuse(403, "forbidden");
    return of_members ? change_members(service, from, *group, wish) : change_settings(service, from, *group, wish);
}

}   // namespace waqtor::sandbox
