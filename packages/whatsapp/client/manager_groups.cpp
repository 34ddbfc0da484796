#include "whatsapp/client/manager.hpp"

#include "whatsapp/crypto/encoding.hpp"

namespace waqtor::whatsapp {

namespace {

constexpr std::size_t kMostMembers = 1024;

GroupRank rank_of(messaging::Rank rank) {
    switch (rank) {
        case messaging::Rank::owner: return GroupRank::owner;
        case messaging::Rank::admin: return GroupRank::admin;
        case messaging::Rank::member: break;
    }
    return GroupRank::member;
}

messaging::MemberChange change_of(MemberStep step) {
    switch (step) {
        case MemberStep::add: return messaging::MemberChange::add;
        case MemberStep::remove: return messaging::MemberChange::remove;
        case MemberStep::promote: return messaging::MemberChange::promote;
        case MemberStep::demote: break;
    }
    return messaging::MemberChange::demote;
}

Result<std::vector<Jid>> read_people(std::string const& field, std::vector<Address> const& people) {
    if (people.empty() || people.size() > kMostMembers) return invalid(field, "must name 1 to 1024 people");
    std::vector<Jid> out;
    for (auto const& one : people) {
        TRY(auto jid, read_person(field, one));
        out.push_back(std::move(jid));
    }
    return out;
}

std::string new_key() { return crypto::to_hex(crypto::random_array<12>()); }

/// One request for each thing that is wished.
Result<std::vector<Node>> requests_for(Jid const& group, GroupWish const& wish, messaging::GroupInfo const& now) {
    std::vector<Node> out;
    if (wish.subject) {
        if (wish.subject->empty() || wish.subject->size() > 400) return invalid("subject", "must have 1 to 100 characters");
        out.push_back(messaging::set_subject(group, *wish.subject));
    }
    if (wish.description) {
        if (wish.description->size() > 8192) return invalid("description", "must have at most 2048 characters");
        out.push_back(messaging::set_description(group, *wish.description, now.description_id, new_key()));
    }
    using messaging::GroupSetting;
    for (auto const& [setting, on] : {std::pair{GroupSetting::announcement, wish.admins_write},
                                      {GroupSetting::locked, wish.admins_edit},
                                      {GroupSetting::approval, wish.approval},
                                      {GroupSetting::members_add, wish.members_add}})
        if (on) out.push_back(messaging::set_group(group, setting, *on));
    if (wish.expires_after) {
        auto const seconds = *wish.expires_after;
        if (seconds != 0 && seconds != 86'400 && seconds != 604'800 && seconds != 7'776'000)
            return invalid("expires_after", "must be 0, 86400, 604800 or 7776000 seconds");
        out.push_back(messaging::set_group_timer(group, seconds));
    }
    return out;
}

}   // namespace

Result<Jid> read_group(Address const& address) {
    auto const jid = Jid::parse(address);
    if (!jid || jid->server != Server::group || jid->user.empty()) return invalid("group", "must be the address of a group");
    return jid->without_device();
}

/// Learns by the way which number belongs to which LID.
Task<Person> Manager::person(messaging::GroupMember const& member) {
    CO_TRY(auto out, co_await directory_.person(member.jid));
    if (member.phone.server == Server::user) out.phone = "+" + member.phone.user.str();
    if (member.lid.server == Server::lid) out.lid = member.lid.user.str();
    co_return out;
}

Task<GroupCard> Manager::card(messaging::GroupInfo info) {
    GroupCard out{.address = info.jid.to_string(),
                  .subject = std::move(info.subject),
                  .description = std::move(info.description),
                  .creator = {},
                  .created_at = info.created_at,
                  .admins_write = info.announcement,
                  .admins_edit = info.locked,
                  .approval = info.approval,
                  .members_add = info.members_add,
                  .expires_after = info.expires_after,
                  .size = static_cast<std::int64_t>(info.size),
                  .members = {}};
    if (info.creator.is_person()) {
        CO_TRY(out.creator, co_await directory_.person(info.creator));
    }
    Draft draft;
    for (auto const& member : info.members) {
        CO_TRY_OK(co_await directory_.learn(draft, member.phone, member.lid));
        CO_TRY(auto who, co_await person(member));
        out.members.push_back({.address = member.jid.to_string(), .who = std::move(who), .rank = rank_of(member.rank)});
    }
    if (!draft.values.empty()) CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    co_return out;
}

Task<std::vector<MemberOutcome>> Manager::outcomes(std::vector<messaging::GroupMember> members) {
    std::vector<MemberOutcome> out;
    for (auto const& member : members) {
        CO_TRY(auto who, co_await person(member));
        out.push_back({.address = member.jid.to_string(), .who = std::move(who), .refused = member.error});
    }
    co_return out;
}

Task<std::vector<GroupCard>> Manager::groups() {
    auto const held = hold_();
    CO_TRY(auto const answer, co_await ask(messaging::groups_query()));
    CO_TRY(auto all, messaging::parse_groups(answer));
    std::vector<GroupCard> out;
    for (auto& one : all) {
        CO_TRY(auto made, co_await card(std::move(one)));
        out.push_back(std::move(made));
    }
    co_return out;
}

Task<GroupCard> Manager::group(Address group) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    CO_TRY(auto const answer, co_await ask(messaging::group_query(jid)));
    CO_TRY(auto info, messaging::parse_group(answer));
    co_return co_await card(std::move(info));
}

Task<GroupCard> Manager::create_group(std::string subject, std::vector<Address> members) {
    auto const held = hold_();
    if (subject.empty() || subject.size() > 400) co_return invalid("subject", "must have 1 to 100 characters");
    CO_TRY(auto const people, read_people("members", members));
    CO_TRY(auto const answer, co_await ask(messaging::create_group(subject, people, new_key())));
    CO_TRY(auto info, messaging::parse_group(answer));
    co_return co_await card(std::move(info));
}

Task<std::vector<MemberOutcome>> Manager::change_members(Address group, MemberStep step, std::vector<Address> people) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    CO_TRY(auto const who, read_people("members", people));
    CO_TRY(auto const answer, co_await ask(messaging::change_members(jid, change_of(step), who)));
    // The service tells the other devices, not the one that asked.
    CO_TRY_OK(co_await groups_.forget(jid, step == MemberStep::remove));
    CO_TRY(auto members, messaging::parse_member_changes(answer));
    co_return co_await outcomes(std::move(members));
}

Task<void> Manager::change_group(Address group, GroupWish wish) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    messaging::GroupInfo now;
    if (wish.description) {   // a new one names the one before
        CO_TRY(auto const answer, co_await ask(messaging::group_query(jid)));
        CO_TRY(now, messaging::parse_group(answer));
    }
    CO_TRY(auto requests, requests_for(jid, wish, now));
    for (auto& one : requests) CO_TRY_OK(co_await ask(std::move(one)));
    co_return Result<void>{};
}

Task<void> Manager::leave_group(Address group) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    CO_TRY_OK(co_await ask(messaging::leave_groups({jid})));
    co_return co_await groups_.forget(jid, true);
}

Task<std::string> Manager::invitation(Address group, bool renew) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    CO_TRY(auto const answer,
           co_await ask(messaging::invite_query(jid, renew ? messaging::Invite::revoke : messaging::Invite::get)));
    CO_TRY(auto const code, messaging::parse_invite(answer));
    co_return "https://chat.whatsapp.com/" + code;
}

Task<JoinedGroup> Manager::join_group(std::string link) {
    auto const held = hold_();
    auto const code = messaging::code_of_link(link);
    if (!code) co_return invalid("link", "must be a link https://chat.whatsapp.com/… or its code");
    CO_TRY(auto const answer, co_await ask(messaging::join_group(*code)));
    CO_TRY(auto const joined, messaging::parse_join(answer));
    co_return JoinedGroup{joined.group.to_string(), joined.waits};
}

Task<std::vector<GroupPerson>> Manager::join_requests(Address group) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    CO_TRY(auto const answer, co_await ask(messaging::join_requests_query(jid)));
    CO_TRY(auto const requests, messaging::parse_join_requests(answer));
    std::vector<GroupPerson> out;
    for (auto const& one : requests) {
        CO_TRY(auto who, co_await person({.jid = one.jid, .phone = one.phone}));
        out.push_back({.address = one.jid.to_string(), .who = std::move(who)});
    }
    co_return out;
}

Task<std::vector<MemberOutcome>> Manager::answer_requests(Address group, bool approve, std::vector<Address> people) {
    auto const held = hold_();
    CO_TRY(auto const jid, read_group(group));
    CO_TRY(auto const who, read_people("people", people));
    auto const verdict = approve ? messaging::Verdict::approve : messaging::Verdict::reject;
    CO_TRY(auto const answer, co_await ask(messaging::answer_join_requests(jid, verdict, who)));
    CO_TRY(auto members, messaging::parse_join_verdicts(answer));
    co_return co_await outcomes(std::move(members));
}

}   // namespace waqtor::whatsapp
