#include "whatsapp/messaging/groups.hpp"

#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/refusal.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

/// What we ask and how we read it, against the sandbox's answers and notifications.
namespace waqtor::whatsapp::messaging {
namespace {

struct Groups : ::testing::Test {
    SystemClock clock;
    asio::io_context io;
    sandbox::Authority authority{clock.now()};
    sandbox::Service service{io.get_executor(), authority, clock};
    sandbox::Account& amal = service.add_account("15550101", "Amal");
    sandbox::Account& badr = service.add_account("15550102", "Badr");
    sandbox::Account& dina = service.add_account("15550103", "Dina");
    std::vector<Node> notices;

    Groups() {
        service.fault = [this](sandbox::Device& device, Node& stanza) {
            if (device.account == &badr && stanza.is("notification")) notices.push_back(stanza);
            return false;
        };
    }

    /// The answer to Amal's phone; an empty node with the code in "code" when it was refused.
    Node ask(Node const& iq) {
        EXPECT_EQ(iq.string("xmlns"), "w:g2");
        auto const handle = iq.attr("type") == "set" ? sandbox::answer_group_set : sandbox::answer_group_get;
        auto const answer = handle(service, *amal.device(0), iq);
        if (!answer) return Node{"iq", {{"code", answer.error().code}}};
        return Node{"iq", {{"type", "result"}}, answer->children};
    }
    GroupInfo create() { return parse_group(ask(create_group("الفريق", {badr.pn()}, "key1"))).value(); }
    GroupNotice notice() {
        EXPECT_FALSE(notices.empty());
        return parse_group_notice(notices.back()).value();
    }
};

TEST_F(Groups, AreCreatedReadAndListed) {
    auto const made = create();
    EXPECT_EQ(made.subject, "الفريق");
    EXPECT_TRUE(made.by_lid);
    EXPECT_EQ(made.creator, amal.lid_jid());
    ASSERT_EQ(made.members.size(), 2U);
    auto const read = parse_group(ask(group_query(made.jid))).value();
    EXPECT_EQ(read.members, made.members);
    EXPECT_EQ(read.jid, made.jid);
    for (auto const& member : read.members) {
        EXPECT_EQ(member.rank, member.jid == amal.lid_jid() ? Rank::owner : Rank::member);
        EXPECT_EQ(member.phone, member.jid == amal.lid_jid() ? amal.pn() : badr.pn());
    }
    auto const all = parse_groups(ask(groups_query())).value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].jid, made.jid);

    auto const told = notice();
    EXPECT_EQ(told.group, made.jid);
    EXPECT_EQ(told.by, amal.lid_jid());
    EXPECT_EQ(told.by_phone, amal.pn());
    ASSERT_EQ(told.changes.size(), 1U);
    EXPECT_EQ(told.changes[0].kind, GroupChange::Kind::created);
    EXPECT_EQ(told.changes[0].info->subject, "الفريق");
    EXPECT_EQ(told.changes[0].members, made.members);
}

TEST_F(Groups, MembersComeRiseAndGo) {
    auto const group = create().jid;
    auto const change = [&](MemberChange what, Jid const& who) {
        auto const rows = parse_member_changes(ask(change_members(group, what, {who}))).value();
        EXPECT_EQ(rows.size(), 1U);
        return rows.at(0);
    };
    EXPECT_EQ(change(MemberChange::add, dina.pn()).error, std::nullopt);
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::added);
    EXPECT_EQ(notice().changes[0].members.at(0).jid, dina.lid_jid());
    EXPECT_EQ(change(MemberChange::add, dina.pn()).error, 409U);
    EXPECT_EQ(change(MemberChange::add, {.user = "15550199", .server = Server::user}).error, 404U);
    EXPECT_EQ(change(MemberChange::promote, badr.lid_jid()).error, std::nullopt);
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::promoted);
    EXPECT_EQ(parse_group(ask(group_query(group)))->members.size(), 3U);
    change(MemberChange::demote, badr.lid_jid());
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::demoted);
    change(MemberChange::remove, dina.lid_jid());
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::removed);
    EXPECT_EQ(parse_group(ask(group_query(group)))->members.size(), 2U);
    ask(leave_groups({group}));
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::removed);
    EXPECT_EQ(notice().changes[0].members.at(0).jid, notice().by);
    EXPECT_EQ(ask(group_query(group)).string("code"), "403");
}

TEST_F(Groups, WordsAndSettingsChange) {
    auto const group = create().jid;
    ask(set_subject(group, "Crew"));
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::subject);
    EXPECT_EQ(notice().changes[0].text, "Crew");
    ask(set_description(group, "What we do", "", "D1"));
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::description);
    EXPECT_EQ(notice().changes[0].text, "What we do");
    EXPECT_EQ(notice().changes[0].id, "D1");
    ask(set_group(group, GroupSetting::announcement, true));
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::announcement);
    EXPECT_TRUE(notice().changes[0].on);
    ask(set_group(group, GroupSetting::locked, true));
    EXPECT_EQ(notice().changes[0].kind, GroupChange::Kind::locked);
    auto const now = parse_group(ask(group_query(group))).value();
    EXPECT_EQ(now.subject, "Crew");
    EXPECT_EQ(now.description, "What we do");
    EXPECT_EQ(now.description_id, "D1");
    EXPECT_TRUE(now.announcement);
    EXPECT_TRUE(now.locked);
    ask(set_group(group, GroupSetting::announcement, false));
    EXPECT_FALSE(notice().changes[0].on);
    ask(set_description(group, "", "D1", "D2"));
    EXPECT_EQ(parse_group(ask(group_query(group)))->description, "");
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
