#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

Node participant_node(Account const& account, Role role) {
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
    for (auto const& [account, role] : group.members) node.add(participant_node(*account, role));
    if (!group.description.empty())
        node.add(Node{"description",
                      {{"id", group.description_id}, {"t", group.created_at}, {"participant", group.creator->lid_jid()}},
                      Node{"body", {}, to_bytes(bytes_of(group.description))}});
    if (group.announcement) node.add(Node{"announcement"});
    if (group.locked) node.add(Node{"locked"});
    if (group.expires_after > 0) node.add(Node{"ephemeral", {{"expiration", group.expires_after}}});
    if (group.approval) node.add(Node{"membership_approval_mode", {}, Node{"group_join", {{"state", "on"}}}});
    node.add(Node{"member_add_mode", {}, to_bytes(bytes_of(group.members_add ? std::string_view{"all_member_add"} : "admin_add"))});
    return node;
}

void notify_group(Service& service, Group const& group, Device const& by, Node const& change, std::set<Account*> const& also) {
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

namespace {

auto refuse(unsigned code, std::string text) { return std::unexpected(IqError{code, std::move(text)}); }

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
    notify_group(service, made, from, Node{"create", {{"type", "new"}, {"key", wish.string("key")}}, node});
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
        answer.add(participant_node(*account, Role::member));
        change.add(participant_node(*account, Role::member));
    }
    if (!touched.empty()) notify_group(service, group, from, change, touched);
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
    } else if (wish.is("ephemeral") || wish.is("not_ephemeral")) {
        group.expires_after = wish.number("expiration").value_or(0);
    } else if (wish.is("membership_approval_mode")) {
        auto const* join = wish.child("group_join");
        group.approval = join && join->attr("state") == "on";
    } else if (wish.is("member_add_mode")) {
        if (wish.text() != "all_member_add" && wish.text() != "admin_add") return refuse(400, "bad-request");
        group.members_add = wish.text() == "all_member_add";
    } else {
        return refuse(501, "feature-not-implemented");
    }
    notify_group(service, group, from, change);
    return std::vector<Node>{};
}

IqAnswer leave(Service& service, Device& from, Node const& wish) {
    auto answer = Node{"leave"};
    for (auto const& one : wish.children()) {
        auto const jid = one.is("group") ? Jid::parse(one.string("id")) : std::nullopt;
        auto* const group = jid ? service.world.group(*jid) : nullptr;
        if (!group || !group->members.contains(from.account)) return refuse(404, "item-not-found");
        notify_group(service, *group, from, Node{"remove", {}, participant_node(*from.account, Role::member)});
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
    if (auto answer = ask_invite(service, from, iq)) return *std::move(answer);
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
    if (auto answer = change_invite(service, from, iq)) return *std::move(answer);
    auto const to = iq.jid("to");
    auto* const group = to ? service.world.group(*to) : nullptr;
    if (!group) return refuse(404, "item-not-found");
    auto const role = group->members.find(from.account);
    if (role == group->members.end()) return refuse(403, "forbidden");
    auto const of_members = wish.is("add") || wish.is("remove") || wish.is("promote") || wish.is("demote");
    auto const of_admins = (of_members && !(wish.is("add") && group->members_add)) || (!of_members && group->locked);
    if (of_admins && role->second == Role::member) return refuse(403, "forbidden");
    return of_members ? change_members(service, from, *group, wish) : change_settings(service, from, *group, wish);
}

}   // namespace waqtor::sandbox
