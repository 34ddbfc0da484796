#include "whatsapp/messaging/groups.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <gtest/gtest.h>

/// What the sandbox does not answer; the rest is in tests/engine/groups_test.cpp.
namespace waqtor::whatsapp::messaging {
namespace {

Jid jid(std::string_view text) { return Jid::parse(text).value(); }
auto const kGroup = jid("120363000000000001@g.us");
auto const kAmal = jid("101@lid"), kAmalPhone = jid("15550101@s.whatsapp.net");

Node answer(Node child) { return Node{"iq", {{"type", "result"}}, std::move(child)}; }
Node person() { return Node{"participant", {{"jid", kAmal}, {"phone_number", kAmalPhone}}}; }

GroupChange change(Node child) {
    auto const notice = parse_group_notice(
        Node{"notification", {{"from", kGroup}, {"type", "w:gp2"}, {"participant", kAmal}, {"t", "1700000000"}}, std::move(child)});
    EXPECT_TRUE(notice && notice->changes.size() == 1);
    return notice->changes.at(0);
}

TEST(GroupStanzas, InvitationsAreReadWithAndWithoutTheirLink) {
    EXPECT_EQ(code_of_link("https://chat.whatsapp.com/AbC-1_2?mode=x"), "AbC-1_2");
    EXPECT_EQ(code_of_link("chat.whatsapp.com/invite/AbC"), "AbC");
    EXPECT_EQ(code_of_link("AbC"), "AbC");
    for (auto const* wrong : {"", "https://chat.whatsapp.com/", "https://example.com/AbC", "a b"})
        EXPECT_FALSE(code_of_link(wrong));
    EXPECT_EQ(parse_invite(answer(Node{"invite", {{"code", "AbC"}}})), "AbC");
    EXPECT_EQ(refusal_of(parse_invite(answer(Node{"invite"})).error()), Refusal::malformed);
    EXPECT_EQ(invite_query(kGroup, Invite::get).attr("type"), "get");
    EXPECT_EQ(invite_query(kGroup, Invite::revoke).attr("type"), "set");
}

TEST(GroupStanzas, JoiningMayNeedApproval) {
    auto const in = parse_join(answer(Node{"group", {{"jid", kGroup}}}));
    ASSERT_TRUE(in);
    EXPECT_EQ(in->group, kGroup);
    EXPECT_FALSE(in->waits);
    EXPECT_TRUE(parse_join(answer(Node{"membership_approval_request", {{"jid", kGroup}}}))->waits);
    EXPECT_FALSE(parse_join(Node{"iq"}));
    auto const wish =
        Node{"membership_approval_request", {{"jid", kAmal}, {"phone_number", kAmalPhone}, {"request_time", "1700000000"}}};
    auto const requests = parse_join_requests(answer(Node{"membership_approval_requests", {}, wish, Node{"noise"}}));
    ASSERT_TRUE(requests);
    ASSERT_EQ(requests->size(), 1U);
    EXPECT_EQ(requests->front().phone, kAmalPhone);
    EXPECT_EQ(requests->front().at, Timestamp{std::chrono::seconds{1'700'000'000}});
    auto failed = person();
    failed.set("error", "404");
    auto const verdicts = parse_join_verdicts(answer(Node{"membership_requests_action", {}, Node{"approve", {}, failed}}));
    ASSERT_TRUE(verdicts);
    EXPECT_EQ(verdicts->at(0).error, 404U);
    auto const approve = answer_join_requests(kGroup, Verdict::approve, {kAmal.with_device(3)});
    EXPECT_EQ(approve.children()[0].children()[0].children()[0].jid("jid"), kAmal);
}

TEST(GroupStanzas, NoticesBecomeTypedChanges) {
    using Kind = GroupChange::Kind;
    auto const timer = change(Node{"ephemeral", {{"expiration", "604800"}}});
    EXPECT_EQ(timer.kind, Kind::timer);
    EXPECT_EQ(timer.number, 604'800);
    EXPECT_EQ(change(Node{"not_ephemeral"}).number, 0);
    EXPECT_EQ(change(Node{"invite", {{"code", "New"}}}).text, "New");
    EXPECT_EQ(change(Node{"delete"}).kind, Kind::deleted);
    EXPECT_EQ(change(Node{"something_new"}).text, "something_new");
    auto const approval = change(Node{"membership_approval_mode", {}, Node{"group_join", {{"state", "off"}}}});
    EXPECT_EQ(approval.kind, Kind::approval);
    EXPECT_FALSE(approval.on);
    auto const adding = change(Node{"member_add_mode", {}, Bytes{'a', 'd', 'm', 'i', 'n', '_', 'a', 'd', 'd'}});
    EXPECT_EQ(adding.kind, Kind::members_add);
    EXPECT_FALSE(adding.on);
    EXPECT_EQ(change(Node{"description", {{"id", "D"}}, Node{"delete"}}).text, "");
    auto const asked = change(Node{"created_membership_requests", {{"request_method", "invite_link"}}});
    EXPECT_EQ(asked.kind, Kind::requests);
    EXPECT_EQ(asked.members.at(0).jid, kAmal);
    EXPECT_EQ(refusal_of(parse_group_notice(Node{"notification", {{"from", kAmal}}}).error()), Refusal::malformed);
}

TEST(GroupStanzas, SettingsOfTheQueryAreRead) {
    auto const group = parse_group(answer(Node{"group",
                                               {{"id", "120363000000000001"}, {"subject", "A"}, {"size", "900"}},
                                               Node{"ephemeral", {{"expiration", "86400"}}},
                                               Node{"member_add_mode", {}, Bytes{'a', 'd', 'm', 'i', 'n', '_', 'a', 'd', 'd'}},
                                               Node{"membership_approval_mode", {}, Node{"group_join", {{"state", "on"}}}},
                                               Node{"linked_parent", {{"jid", jid("120363000000000009@g.us")}}},
                                               Node{"parent"},
                                               person()}));
    ASSERT_TRUE(group);
    EXPECT_EQ(group->jid, kGroup);
    EXPECT_EQ(group->expires_after, 86'400);
    EXPECT_FALSE(group->members_add);
    EXPECT_TRUE(group->approval);
    EXPECT_TRUE(group->community);
    EXPECT_EQ(group->parent, jid("120363000000000009@g.us"));
    EXPECT_EQ(group->size, 900U);
    EXPECT_EQ(group->members.at(0).phone, kAmalPhone);
    EXPECT_EQ(set_group_timer(kGroup, 0).children()[0].tag.view(), "not_ephemeral");
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
