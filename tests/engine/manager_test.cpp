// Groups, profile, blocked people and presence, asked for by the client of a linked device.
#include "ground.hpp"

#include "sandbox/phone/phone.hpp"

namespace waqtor::engine {
namespace {

using sandbox::Way;
constexpr auto kDina = "15550103";

struct Manager : ::testing::Test {
    Ground ground;
    Device amal{ground};
    Manager() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        ground->add_phone(kDina, "Dina");
        amal.link(kAmal);
    }
    GroupCard make() { return must(amal.run(amal.calls().create_group("الفريق", {address(kBadr)}))); }
    template <class T> static T must(Result<T> result) {
        if (!result) throw std::runtime_error{result.error().message + " | " + result.error().cause};
        if constexpr (!std::is_void_v<T>) return *std::move(result);
    }
    template <class T> static Code code_of(Result<T> const& result) { return result ? Code{} : result.error().code; }
    void text_reaches(std::string const& text, std::string const& number) {
        ground.expect(text, [&](auto const& entry) {
            return entry.way == Way::phone && entry.text == text && entry.device == address(number);
        });
    }
};

TEST_F(Manager, GroupsAreMadeReadListedAndLeft) {
    auto const made = make();
    EXPECT_EQ(made.subject, "الفريق");
    EXPECT_EQ(made.creator.phone, "+15550101");
    ASSERT_EQ(made.members.size(), 2U);
    for (auto const& member : made.members)
        EXPECT_EQ(member.rank, member.who.phone == "+15550101" ? GroupRank::owner : GroupRank::member);
    auto const read = must(amal.run(amal.calls().group(made.address)));
    EXPECT_EQ(read.members.size(), 2U);
    auto const all = must(amal.run(amal.calls().groups()));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].address, made.address);
    must(amal.run(amal.calls().leave_group(made.address)));
    EXPECT_EQ(code_of(amal.run(amal.calls().group(made.address))), Code::forbidden);
    EXPECT_TRUE(must(amal.run(amal.calls().groups())).empty());
}

TEST_F(Manager, MembersComeRiseAndGoAndTheNextMessageKnows) {
    auto const group = make().address;
    ASSERT_TRUE(amal.send_text(group, "two of us"));
    text_reaches("two of us", kBadr);
    auto const change = [&](MemberStep step, std::string const& who) {
        return must(amal.run(amal.calls().change_members(group, step, {address(who)}))).at(0);
    };
    EXPECT_EQ(change(MemberStep::add, kDina).refused, std::nullopt);
    EXPECT_EQ(change(MemberStep::add, kDina).refused, 409U);
    EXPECT_EQ(change(MemberStep::add, "15550199").refused, 404U);
    ASSERT_TRUE(amal.send_text(group, "three of us"));
    text_reaches("three of us", kDina);
    change(MemberStep::promote, kBadr);
    auto const ranks = [&] {
        std::map<std::string, GroupRank> out;
        for (auto const& member : must(amal.run(amal.calls().group(group))).members) out[*member.who.phone] = member.rank;
        return out;
    };
    EXPECT_EQ(ranks().at("+15550102"), GroupRank::admin);
    change(MemberStep::demote, kBadr);
    EXPECT_EQ(ranks().at("+15550102"), GroupRank::member);
    change(MemberStep::remove, kBadr);
    EXPECT_FALSE(ranks().contains("+15550102"));
    ASSERT_TRUE(amal.send_text(group, "without Badr"));
    text_reaches("without Badr", kDina);
    for (auto const& entry : ground->ledger()) EXPECT_FALSE(entry.text == "without Badr" && entry.device == address(kBadr));
    EXPECT_EQ(code_of(amal.run(amal.calls().change_members(group, MemberStep::add, {"nonsense"}))), Code::invalid);
    EXPECT_EQ(code_of(amal.run(amal.calls().change_members("15550102@s.whatsapp.net", MemberStep::add, {address(kDina)}))),
              Code::invalid);
}

TEST_F(Manager, WordsAndSettingsOfGroupsChange) {
    auto const group = make().address;
    must(amal.run(amal.calls().change_group(group, {.subject = "Crew",
                                                    .description = "What we do",
                                                    .admins_write = true,
                                                    .admins_edit = true,
                                                    .approval = true,
                                                    .members_add = false,
                                                    .expires_after = 86'400})));
    auto const now = must(amal.run(amal.calls().group(group)));
    EXPECT_EQ(now.subject, "Crew");
    EXPECT_EQ(now.description, "What we do");
    EXPECT_TRUE(now.admins_write && now.admins_edit && now.approval);
    EXPECT_FALSE(now.members_add);
    EXPECT_EQ(now.expires_after, 86'400);
    must(amal.run(amal.calls().change_group(group, {.description = "", .approval = false, .expires_after = 0})));
    auto const later = must(amal.run(amal.calls().group(group)));
    EXPECT_EQ(later.description, "");
    EXPECT_FALSE(later.approval);
    EXPECT_EQ(later.expires_after, 0);
    EXPECT_TRUE(later.admins_write);
    EXPECT_EQ(code_of(amal.run(amal.calls().change_group(group, {.expires_after = 5}))), Code::invalid);
    ground.expect_nothing_refused();
}

TEST_F(Manager, LinksLeadIntoGroupsAndAdminsDecide) {
    auto const group = make().address;
    Device dina{ground};
    dina.link(kDina);
    auto const link = must(amal.run(amal.calls().invitation(group, false)));
    EXPECT_TRUE(link.starts_with("https://chat.whatsapp.com/"));
    must(amal.run(amal.calls().change_group(group, {.approval = true})));
    EXPECT_TRUE(must(dina.run(dina.calls().join_group(link))).waits);
    auto const waiting = must(amal.run(amal.calls().join_requests(group)));
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].who.phone, "+15550103");
    EXPECT_EQ(must(amal.run(amal.calls().answer_requests(group, true, {waiting[0].address}))).at(0).refused, std::nullopt);
    EXPECT_EQ(must(dina.run(dina.calls().group(group))).members.size(), 3U);
    auto const renewed = must(amal.run(amal.calls().invitation(group, true)));
    EXPECT_NE(renewed, link);
    must(dina.run(dina.calls().leave_group(group)));
    EXPECT_EQ(code_of(dina.run(dina.calls().join_group(link))), Code::not_found);
    must(amal.run(amal.calls().change_group(group, {.approval = false})));
    auto const joined = must(dina.run(dina.calls().join_group(renewed)));
    EXPECT_FALSE(joined.waits);
    EXPECT_EQ(joined.group, group);
    EXPECT_EQ(code_of(dina.run(dina.calls().join_group("https://example.com/x"))), Code::invalid);
}

TEST_F(Manager, TheProfileIsWhatOthersSee) {
    Device badr{ground};
    badr.link(kBadr);
    auto const account = [&](auto member) {
        std::string out;
        ground->on_service([&](sandbox::Service& service) { out = service.world.accounts.at(kAmal).get()->*member; });
        return out;
    };
    must(amal.run(amal.calls().set_about("Open from 9 to 5")));
    EXPECT_EQ(account(&sandbox::Account::about), "Open from 9 to 5");

    EXPECT_EQ(must(badr.run(badr.calls().picture(address(kAmal)))), std::nullopt);
    must(amal.run(amal.calls().set_picture(std::nullopt, {0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3})));
    auto const picture = must(badr.run(badr.calls().picture(address(kAmal))));
    ASSERT_TRUE(picture);
    EXPECT_TRUE(picture->url.starts_with("https://"));
    auto const group = make().address;
    must(amal.run(amal.calls().set_picture(group, {0xFF, 0xD8, 0xFF, 0xE0, 4})));
    EXPECT_TRUE(must(badr.run(badr.calls().picture(group))));
    must(amal.run(amal.calls().set_picture(std::nullopt, {})));
    EXPECT_EQ(must(badr.run(badr.calls().picture(address(kAmal)))), std::nullopt);
    EXPECT_EQ(code_of(amal.run(amal.calls().set_picture(std::nullopt, {1, 2, 3}))), Code::invalid);

    // The keys of app state came before the welcome's end; the name goes through it.
    ground.expect("the keys", [](auto const& entry) {
        return entry.tag == "receipt" && entry.type == "peer_msg" && entry.device.starts_with(kAmal);
    });
    must(amal.run(amal.calls().set_name("Amal's Shop")));
    ASSERT_TRUE(amal.send_text(address(kBadr), "who am I"));
    EXPECT_EQ(badr.heard.wait_text("who am I").inbound.from.name, "Amal's Shop");
    EXPECT_EQ(code_of(amal.run(amal.calls().set_name(""))), Code::invalid);
}

TEST_F(Manager, WhoIsBlockedIsNotHeard) {
    EXPECT_TRUE(must(amal.run(amal.calls().blocked())).empty());
    must(amal.run(amal.calls().block(address(kBadr), true)));
    auto const list = must(amal.run(amal.calls().blocked()));
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(*list[0].lid + "@lid", ground.lid(kBadr));
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "let me in"));
    must(amal.run(amal.calls().block(address(kBadr), false)));
    EXPECT_TRUE(must(amal.run(amal.calls().blocked())).empty());
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "thank you"));
    amal.heard.wait_text("thank you");
    for (auto const& event : amal.heard.all("received")) EXPECT_NE(event.inbound.content.text, "let me in");
    EXPECT_EQ(code_of(amal.run(amal.calls().block("120363@g.us", true))), Code::invalid);
}

TEST_F(Manager, PresenceIsToldOfWhoIsWatched) {
    ASSERT_TRUE(ground->go_online(kBadr, false));
    must(amal.run(amal.calls().watch_presence(address(kBadr))));
    auto const away = amal.heard.wait("presence", [](auto const& event) { return !event.presence.available; });
    EXPECT_EQ(away.presence.who.phone, "+15550102");
    ASSERT_TRUE(ground->go_online(kBadr, true));
    amal.heard.wait("presence", [](auto const& event) { return event.presence.available; });
    // And the other way round.
    Device badr{ground};
    badr.link(kBadr);
    ASSERT_TRUE(ground->go_online(kAmal, false));
    must(badr.run(badr.calls().watch_presence(address(kAmal))));
    badr.heard.wait("presence", [](auto const& event) { return !event.presence.available; });
    must(amal.run(amal.calls().set_available(true)));
    badr.heard.wait("presence", [](auto const& event) { return event.presence.available; });
}

}   // namespace
}   // namespace waqtor::engine
