#include "whatsapp/messaging/groups.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/stanza_parts.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

constexpr std::size_t kMostSubject = 255, kMostDescription = 4096, kMostCode = 128, kMostId = 128;
constexpr std::size_t kMostMembers = 4096, kMostGroups = 10'000;

Jid group_server() { return {.server = Server::group}; }

Node group_iq(char const* type, Jid const& to, Node wish) {
    auto const is_set = std::string_view{type} == "set";
    return Node{"iq", {{"to", to}, {"type", is_set ? Value{"set"} : Value{"get"}}, {"xmlns", "w:g2"}}, std::move(wish)};
}
Node ask(Jid const& to, Node wish) { return group_iq("get", to, std::move(wish)); }
Node tell(Jid const& to, Node wish) { return group_iq("set", to, std::move(wish)); }

std::vector<Node> participants(std::vector<Jid> const& people) {
    std::vector<Node> out;
    out.reserve(people.size());
    for (auto const& one : people) out.push_back(Node{"participant", {{"jid", one.without_device()}}});
    return out;
}

std::unexpected<Error> malformed(char const* what) { return refuse(Refusal::malformed, std::string{"group: "} + what); }

Rank rank_of(std::string_view type) { return type == "superadmin" ? Rank::owner : type == "admin" ? Rank::admin : Rank::member; }

std::optional<GroupMember> member_of(Node const& node) {
    auto const jid = person_in(node, "jid");
    if (!jid) return std::nullopt;
    GroupMember out{.jid = *jid};
    out.phone = person_in(node, "phone_number").value_or(jid->server == Server::user ? *jid : Jid{});
    out.lid = person_in(node, "lid").value_or(jid->server == Server::lid ? *jid : Jid{});
    out.rank = rank_of(node.attr("type"));
    if (auto const error = node.number("error")) out.error = static_cast<unsigned>(std::min<std::uint64_t>(*error, 9999));
    return out;
}

std::vector<GroupMember> members_of(Node const& node) {
    std::vector<GroupMember> out;
    for (auto const& child : node.children()) {
        if (!child.is("participant") || out.size() == kMostMembers) continue;
        if (auto member = member_of(child)) out.push_back(*std::move(member));
    }
    return out;
}

/// Groups are named by their number or their whole address.
std::optional<Jid> group_named(Node const& node, std::string_view key) {
    auto jid = node.jid(key);
    if (!jid) jid = Jid::parse(node.string(key) + "@g.us");
    return jid && jid->server == Server::group && !jid->user.empty() ? jid : std::nullopt;
}

bool approval_of(Node const& mode) {
    auto const* join = mode.child("group_join");
    return !join || join->attr("state") != "off";
}

void read_part(Node const& part, GroupInfo& out) {
    if (part.is("description")) {
        out.description_id = clean(part.string("id"), kMostId, Lines::one);
        if (auto const* body = part.child("body")) out.description = clean(body->text(), kMostDescription);
    } else if (part.is("announcement")) {
        out.announcement = true;
    } else if (part.is("locked")) {
        out.locked = true;
    } else if (part.is("ephemeral")) {
        out.expires_after = seconds_in(part, "expiration");
    } else if (part.is("member_add_mode")) {
        out.members_add = part.text() != "admin_add";
    } else if (part.is("membership_approval_mode")) {
        out.approval = approval_of(part);
    } else if (part.is("linked_parent")) {
        out.parent = group_named(part, "jid").value_or(Jid{});
    } else if (part.is("parent")) {
        out.community = true;
    }
}

Result<GroupInfo> read_group(Node const& node) {
    auto const jid = group_named(node, "id");
    if (!jid) return malformed("it has no address");
    GroupInfo out{.jid = *jid, .subject = clean(node.string("subject"), kMostSubject)};
    out.subject_at = time_in(node, "s_t");
    out.creator = person_in(node, "creator").value_or(Jid{});
    out.created_at = time_in(node, "creation");
    out.by_lid = node.attr("addressing_mode") == "lid";
    for (auto const& part : node.children()) read_part(part, out);
    out.members = members_of(node);
    out.size = std::max<std::uint64_t>(node.number("size").value_or(0), out.members.size());
    return out;
}

std::string_view tag_of(MemberChange change) {
    switch (change) {
        case MemberChange::add: return "add";
        case MemberChange::remove: return "remove";
        case MemberChange::promote: return "promote";
        case MemberChange::demote: break;
    }
    return "demote";
}

Node setting_node(GroupSetting setting, bool on) {
    switch (setting) {
        case GroupSetting::announcement: return on ? Node{"announcement"} : Node{"not_announcement"};
        case GroupSetting::locked: return on ? Node{"locked"} : Node{"unlocked"};
        case GroupSetting::approval:
            return Node{"membership_approval_mode", {}, Node{"group_join", {{"state", on ? Value{"on"} : Value{"off"}}}}};
        case GroupSetting::members_add: break;
    }
    return Node{"member_add_mode", {}, to_bytes(bytes_of(on ? std::string_view{"all_member_add"} : "admin_add"))};
}

}   // namespace

Node group_query(Jid const& group) { return ask(group, Node{"query", {{"request", "interactive"}}}); }
Node groups_query() { return ask(group_server(), Node{"participating", {}, Node{"participants"}, Node{"description"}}); }
Node group_by_code_query(std::string_view code) { return ask(group_server(), Node{"invite", {{"code", code}}}); }

Result<GroupInfo> parse_group(Node const& answer) {
    auto const* group = answer.child("group");
    if (!group) return malformed("the answer has none");
    return read_group(*group);
}

Result<std::vector<GroupInfo>> parse_groups(Node const& answer) {
    auto const* groups = answer.child("groups");
    if (!groups) return malformed("the answer has no list");
    std::vector<GroupInfo> out;
    for (auto const& one : groups->children()) {
        if (!one.is("group") || out.size() == kMostGroups) continue;
        if (auto group = read_group(one)) out.push_back(*std::move(group));
    }
    return out;
}

Node create_group(std::string_view subject, std::vector<Jid> const& members, std::string_view key) {
    return tell(group_server(), Node{"create", {{"subject", subject}, {"key", key}}, participants(members)});
}

Node change_members(Jid const& group, MemberChange change, std::vector<Jid> const& people) {
    return tell(group, Node{Text{tag_of(change)}, {}, participants(people)});
}

Result<std::vector<GroupMember>> parse_member_changes(Node const& answer) {
    for (auto const& child : answer.children())
        if (child.is("add") || child.is("remove") || child.is("promote") || child.is("demote")) return members_of(child);
    return malformed("the answer does not say what happened");
}

Node set_subject(Jid const& group, std::string_view subject) {
    return tell(group, Node{"subject", {}, to_bytes(bytes_of(subject))});
}

Node set_description(Jid const& group, std::string_view text, std::string_view previous, std::string_view id) {
    auto wish = Node{"description", {{"id", id}}};
    if (!previous.empty()) wish.set("prev", previous);
    if (text.empty())
        wish.set("delete", "true");
    else
        wish.add(Node{"body", {}, to_bytes(bytes_of(text))});
    return tell(group, std::move(wish));
}

Node set_group(Jid const& group, GroupSetting setting, bool on) { return tell(group, setting_node(setting, on)); }

Node set_group_timer(Jid const& group, std::int64_t seconds) {
    return tell(group, seconds > 0 ? Node{"ephemeral", {{"expiration", seconds}}} : Node{"not_ephemeral"});
}

Node leave_groups(std::vector<Jid> const& groups) {
    auto wish = Node{"leave"};
    for (auto const& one : groups) wish.add(Node{"group", {{"id", one}}});
    return tell(group_server(), std::move(wish));
}

Node invite_query(Jid const& group, Invite what) {
    return what == Invite::get ? ask(group, Node{"invite"}) : tell(group, Node{"invite"});
}

Result<std::string> parse_invite(Node const& answer) {
    auto const* invite = answer.child("invite");
    auto code = invite ? code_of_link(invite->string("code")) : std::nullopt;
    if (!code) return malformed("the answer has no invitation");
    return *std::move(code);
}

std::optional<std::string> code_of_link(std::string_view link) {
    for (std::string_view prefix : {"https://", "chat.whatsapp.com/", "invite/"})
        if (link.starts_with(prefix)) link.remove_prefix(prefix.size());
    link = link.substr(0, link.find('?'));
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (link.empty() || link.size() > kMostCode || !std::ranges::all_of(link, fits)) return std::nullopt;
    return std::string{link};
}

Node join_group(std::string_view code) { return tell(group_server(), Node{"invite", {{"code", code}}}); }

Result<Joined> parse_join(Node const& answer) {
    auto const* waits = answer.child("membership_approval_request");
    auto const* group = waits ? waits : answer.child("group");
    auto const jid = group ? group_named(*group, "jid") : std::nullopt;
    if (!jid) return malformed("the answer does not say which was joined");
    return Joined{.group = *jid, .waits = waits != nullptr};
}

Node join_requests_query(Jid const& group) { return ask(group, Node{"membership_approval_requests"}); }

Result<std::vector<JoinRequest>> parse_join_requests(Node const& answer) {
    auto const* list = answer.child("membership_approval_requests");
    if (!list) return malformed("the answer has no list of who wants to join");
    std::vector<JoinRequest> out;
    for (auto const& one : list->children()) {
        auto const jid = person_in(one, "jid");
        if (!jid || out.size() == kMostMembers) continue;
        out.push_back({.jid = *jid, .phone = person_in(one, "phone_number").value_or(Jid{}), .at = time_in(one, "request_time")});
    }
    return out;
}

Node answer_join_requests(Jid const& group, Verdict verdict, std::vector<Jid> const& people) {
    auto const tag = verdict == Verdict::approve ? Text{"approve"} : Text{"reject"};
    return tell(group, Node{"membership_requests_action", {}, Node{tag, {}, participants(people)}});
}

Result<std::vector<GroupMember>> parse_join_verdicts(Node const& answer) {
    auto const* action = answer.child("membership_requests_action");
    if (!action || action->children().empty()) return malformed("the answer does not say who joined");
    return members_of(action->children().front());
}

namespace {

using Kind = GroupChange::Kind;

/// Settings: which, and whether the tag turns it on.
std::optional<GroupChange> setting_change(Node const& node) {
    static constexpr std::tuple<std::string_view, Kind, bool> kTags[] = {
        {"announcement", Kind::announcement, true},
        {"not_announcement", Kind::announcement, false},
        {"locked", Kind::locked, true},
        {"unlocked", Kind::locked, false},
        {"delete", Kind::deleted, true},
    };
    for (auto const& [tag, kind, on] : kTags)
        if (node.is(tag)) return GroupChange{.kind = kind, .on = on};
    if (node.is("membership_approval_mode")) return GroupChange{.kind = Kind::approval, .on = approval_of(node)};
    if (node.is("member_add_mode")) return GroupChange{.kind = Kind::members_add, .on = node.text() != "admin_add"};
    if (node.is("ephemeral")) return GroupChange{.kind = Kind::timer, .number = seconds_in(node, "expiration"), .on = true};
    if (node.is("not_ephemeral")) return GroupChange{.kind = Kind::timer};
    return std::nullopt;
}

std::optional<GroupChange> member_change(Node const& node) {
    static constexpr std::pair<std::string_view, Kind> kTags[] = {
        {"add", Kind::added}, {"remove", Kind::removed}, {"promote", Kind::promoted}, {"demote", Kind::demoted}};
    for (auto const& [tag, kind] : kTags)
        if (node.is(tag)) return GroupChange{.kind = kind, .members = members_of(node)};
    return std::nullopt;
}

GroupChange requests_of(Node const& node, GroupNotice const& notice) {
    GroupChange out{.kind = Kind::requests};
    for (auto const& one : node.children())
        if (auto member = member_of(one); member && out.members.size() < kMostMembers) out.members.push_back(*std::move(member));
    // The one who asks is named only outside.
    if (out.members.empty() && notice.by.is_person()) out.members.push_back({.jid = notice.by, .phone = notice.by_phone});
    return out;
}

GroupChange change_of(Node const& node, GroupNotice const& notice) {
    if (auto change = member_change(node)) return *std::move(change);
    if (auto change = setting_change(node)) return *std::move(change);
    if (node.is("subject")) return {.kind = Kind::subject, .text = clean(node.string("subject"), kMostSubject)};
    if (node.is("description")) {
        auto const* body = node.child("delete") ? nullptr : node.child("body");
        return {.kind = Kind::description,
                .text = body ? clean(body->text(), kMostDescription) : std::string{},
                .id = clean(node.string("id"), kMostId, Lines::one)};
    }
    if (node.is("invite")) return {.kind = Kind::invite, .text = code_of_link(node.string("code")).value_or("")};
    if (node.is("created_membership_requests")) return requests_of(node, notice);
    if (node.is("create")) {
        auto group = parse_group(node);
        if (group) return {.kind = Kind::created, .members = group->members, .info = *std::move(group)};
    }
    return {.kind = Kind::other, .text = clean(node.tag.view(), kMostId, Lines::one)};
}

}   // namespace

Result<GroupNotice> parse_group_notice(Node const& notification) {
    auto const group = notification.jid("from");
    if (!group || group->server != Server::group) return malformed("a notification that is of none");
    GroupNotice out{.group = group->without_device()};
    out.by = person_in(notification, "participant").value_or(Jid{});
    out.by_phone = person_in(notification, "participant_pn").value_or(out.by.server == Server::user ? out.by : Jid{});
    out.at = time_in(notification, "t");
    for (auto const& child : notification.children()) out.changes.push_back(change_of(child, out));
    return out;
}

}   // namespace waqtor::whatsapp::messaging
