#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/encoding.hpp"

/// Links that lead into a group, and people who wait for an admin.
namespace waqtor::sandbox {

namespace {

auto refuse(unsigned code, std::string text) { return std::unexpected(IqError{code, std::move(text)}); }

std::string new_code() { return crypto::to_hex(crypto::random_array<11>()); }

Group* by_code(Service& service, std::string_view code) {
    for (auto& [_, group] : service.world.groups)
        if (!code.empty() && group.invite == code) return &group;
    return nullptr;
}

bool is_admin(Group const& group, Account* account) {
    auto const found = group.members.find(account);
    return found != group.members.end() && found->second != Role::member;
}

IqAnswer join(Service& service, Device& from, Group& group) {
    if (group.members.contains(from.account)) return refuse(409, "conflict");
    if (group.approval) {
        group.requests.try_emplace(from.account, service.now());
        notify_group(service, group, from, Node{"created_membership_requests", {{"request_method", "invite_link"}}});
        return std::vector{Node{"membership_approval_request", {{"jid", group.jid}}}};
    }
    group.members[from.account] = Role::member;
    notify_group(service, group, from, Node{"add", {{"reason", "invite"}}, participant_node(*from.account, Role::member)});
    return std::vector{Node{"group", {{"jid", group.jid}}}};
}

IqAnswer decide(Service& service, Device& from, Group& group, Node const& verdict) {
    auto answer = Node{verdict.tag};
    auto added = Node{"add"};
    for (auto const& one : verdict.children()) {
        auto const jid = one.jid("jid");
        auto* const account = jid ? service.world.account(*jid) : nullptr;
        if (!account || group.requests.erase(account) == 0) {
            answer.add(Node{"participant", {{"jid", jid.value_or(Jid{})}, {"error", "404"}}});
            continue;
        }
        answer.add(participant_node(*account, Role::member));
        if (!verdict.is("approve")) continue;
        group.members[account] = Role::member;
        added.add(participant_node(*account, Role::member));
    }
    if (!added.children().empty()) notify_group(service, group, from, added);
    return std::vector{Node{"membership_requests_action", {}, std::move(answer)}};
}

}   // namespace

std::optional<IqAnswer> ask_invite(Service& service, Device& from, Node const& iq) {
    auto const* invite = iq.child("invite");
    if (invite && invite->has("code")) {
        auto const* group = by_code(service, invite->string("code"));
        if (!group) return refuse(404, "item-not-found");
        return std::vector{group_node(*group)};
    }
    auto const asks_requests = iq.child("membership_approval_requests") != nullptr;
    if (!invite && !asks_requests) return std::nullopt;
    auto const to = iq.jid("to");
    auto* const group = to ? service.world.group(*to) : nullptr;
    if (!group) return refuse(404, "item-not-found");
    if (!is_admin(*group, from.account)) return refuse(403, "forbidden");
    if (invite) {
        if (group->invite.empty()) group->invite = new_code();
        return std::vector{Node{"invite", {{"code", group->invite}}}};
    }
    auto list = Node{"membership_approval_requests"};
    for (auto const& [account, since] : group->requests)
        list.add(Node{"membership_approval_request",
                      {{"jid", account->lid_jid()}, {"phone_number", account->pn()}, {"request_time", since}}});
    return std::vector{std::move(list)};
}

std::optional<IqAnswer> change_invite(Service& service, Device& from, Node const& iq) {
    auto const& wish = iq.children().front();
    if (wish.is("invite") && wish.has("code")) {
        auto* const group = by_code(service, wish.string("code"));
        if (!group) return refuse(404, "item-not-found");
        return join(service, from, *group);
    }
    if (!wish.is("invite") && !wish.is("membership_requests_action")) return std::nullopt;
    auto const to = iq.jid("to");
    auto* const group = to ? service.world.group(*to) : nullptr;
    if (!group) return refuse(404, "item-not-found");
    if (!is_admin(*group, from.account)) return refuse(403, "forbidden");
    if (wish.is("invite")) {
        group->invite = new_code();
        notify_group(service, *group, from, Node{"invite", {{"code", group->invite}}});
        return std::vector{Node{"invite", {{"code", group->invite}}}};
    }
    if (wish.children().empty()) return refuse(400, "bad-request");
    return decide(service, from, *group, wish.children().front());
}

}   // namespace waqtor::sandbox
