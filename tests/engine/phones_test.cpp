// What phones do beside writing: reactions, votes, calls, changes of groups.
#include "ground.hpp"

namespace waqtor::engine {
namespace {

using sandbox::Way;
constexpr auto kDina = "15550103";

struct Phones : ::testing::Test {
    Ground ground;
    Device amal{ground};
    Phones() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        ground->add_phone(kDina, "Dina");
        amal.link(kAmal);
    }
    std::string send(std::string const& to, Content content) {
        auto const sent = amal.send(to, std::move(content));
        EXPECT_TRUE(sent) << sent.error().message;
        ground.expect("the message", [&](auto const& entry) { return entry.way == Way::phone && entry.id == amal.last_id; });
        return amal.last_id;
    }
    Inbound heard(std::string const& id) {
        return amal.heard.wait("received", [&](auto const& event) { return event.inbound.id == id; }).inbound;
    }
};

TEST_F(Phones, ReactToAMessageAndTakeItBack) {
    auto const id = send(address(kBadr), {.type = MessageType::text, .text = "like this?"});
    for (std::string const emoji : {"👍", ""}) {
        auto const reacted = ground->react(kBadr, id, emoji);
        ASSERT_TRUE(reacted) << reacted.error().message;
        auto const inbound = heard(*reacted);
        EXPECT_EQ(inbound.content.type, MessageType::reaction);
        EXPECT_EQ(inbound.content.target->id, id);
        EXPECT_EQ(inbound.content.emoji.value_or(""), emoji);
        EXPECT_EQ(inbound.chat, ground.lid(kBadr));
    }
    EXPECT_EQ(ground->react(kBadr, "3EB0NOBODY", "x").error().code, Code::not_found);
    ground.expect_nothing_refused();
}

TEST_F(Phones, VoteInAPoll) {
    auto const id = send(address(kBadr), {.type = MessageType::poll, .poll = Poll{"Tea or coffee?", {"Tea", "Coffee"}, 1}});
    auto const voted = ground->vote(kBadr, id, {"Tea"});
    ASSERT_TRUE(voted) << voted.error().message;
    auto const inbound = heard(*voted);
    EXPECT_EQ(inbound.content.type, MessageType::poll_vote);
    EXPECT_EQ(inbound.content.target->id, id);
    EXPECT_EQ(ground->vote(kBadr, id, {"Milk"}).error().code, Code::invalid);
    ground.expect_nothing_refused();
}

TEST_F(Phones, CallsAreAcknowledged) {
    ASSERT_TRUE(ground->call(kBadr, kAmal));
    ground.expect("the acknowledgement", [](auto const& entry) {
        return entry.way == Way::from_device && entry.tag == "ack" && entry.device.starts_with(kAmal) &&
               entry.peer == address(kBadr);
    });
}

TEST_F(Phones, ChangeGroupsAndTheNextMessageReachesWhoIsInIt) {
    auto const group = ground->add_group("Two", kBadr, {kAmal}).value();
    auto const say = [&](std::string const& text) { return send(group, {.type = MessageType::text, .text = text}); };
    auto const reads = [&](std::string const& text, std::string const& number) {
        ground.expect(text, [&](auto const& entry) {
            return entry.way == Way::phone && entry.text == text && entry.device == address(number);
        });
    };
    auto const noticed = [&](std::size_t times) {
        std::size_t seen = 0;
        ground.expect("the notice", [&](auto const& entry) {
            return entry.way == Way::from_device && entry.tag == "ack" && entry.type == "w:gp2" && ++seen == times;
        });
    };
    say("two of us");
    noticed(1);   // of its creation
    ASSERT_TRUE(ground->change_members(kBadr, group, "add", {kDina}));
    noticed(2);
    say("three of us");
    reads("three of us", kDina);
    ASSERT_TRUE(ground->set_subject(kBadr, group, "Three"));
    noticed(3);
    auto const now = amal.run(amal.calls().group(group));
    ASSERT_TRUE(now);
    EXPECT_EQ(now->subject, "Three");
    EXPECT_EQ(now->members.size(), 3U);
    ASSERT_TRUE(ground->leave_group(kDina, group));
    noticed(4);
    say("without Dina");
    reads("without Dina", kBadr);
    for (auto const& entry : ground->ledger()) EXPECT_FALSE(entry.text == "without Dina" && entry.device == address(kDina));
    EXPECT_EQ(ground->change_members(kDina, group, "add", {kDina}).error().code, Code::forbidden);
    ground.expect_nothing_refused();
}

}   // namespace
}   // namespace waqtor::engine
