// Text in groups: one encryption for all, keys handed out once, new keys when somebody has left.
#include "ground.hpp"

namespace waqtor::engine {
namespace {

using sandbox::Way;
constexpr auto kCara = "15550103";

class InGroup : public testing::Test {
protected:
    InGroup() {
        for (auto const* number : {kAmal, kBadr, kCara}) ground->add_phone(number, number);
    }
    /// A group of the three, made by Amal's phone.
    std::string make_group() {
        std::string out;
        ground->on_service([&](sandbox::Service& service) {
            auto& amal = *service.world.accounts.at(kAmal);
            auto create = sandbox::Node{"create", {{"subject", "Three"}, {"key", "k"}}};
            for (auto const* number : {kBadr, kCara})
                create.add(sandbox::Node{"participant", {{"jid", service.world.accounts.at(number)->lid_jid()}}});
            service.submit(
                *amal.device(0),
                sandbox::Node{
                    "iq",
                    {{"id", "g"}, {"type", "set"}, {"xmlns", "w:g2"}, {"to", sandbox::Jid{.server = sandbox::Server::group}}},
                    std::move(create)});
            out = service.world.groups.begin()->first.to_string();
        });
        return out;
    }
    void remove(std::string const& group, std::string const& number) {
        ground->on_service([&](sandbox::Service& service) {
            auto& amal = *service.world.accounts.at(kAmal);
            auto change =
                sandbox::Node{"remove", {}, sandbox::Node{"participant", {{"jid", service.world.accounts.at(number)->lid_jid()}}}};
            service.submit(*amal.device(0),
                           sandbox::Node{"iq",
                                         {{"id", "r"}, {"type", "set"}, {"xmlns", "w:g2"}, {"to", *sandbox::Jid::parse(group)}},
                                         std::move(change)});
        });
    }
    Ground ground;
};

TEST_F(InGroup, TextGoesToAllAndComesFromAll) {
    Device amal{ground};
    Device badr{ground};
    amal.link(kAmal);
    badr.link(kBadr);
    auto const group = make_group();
    for (auto const* text : {"first to the group", "second to the group"}) {
        auto const sent = amal.send_text(group, text);
        ASSERT_TRUE(sent) << sent.error().message << sent.error().cause;
        amal.heard.wait("acknowledged", [&](auto const& event) { return event.message == *sent; });
        auto const event = badr.heard.wait_text(text);
        EXPECT_EQ(event.inbound.chat, group);
        EXPECT_TRUE(event.inbound.group);
        EXPECT_EQ(event.inbound.from.phone, "+15550101");
        for (auto const* number : {kAmal, kBadr, kCara})
            ground.expect(std::string{text} + " at " + number, [&](auto const& entry) {
                return entry.way == Way::phone && entry.text == text && entry.device == address(number);
            });
    }
    ASSERT_TRUE(badr.send_text(group, "from a client"));
    amal.heard.wait_text("from a client");
    ASSERT_TRUE(ground->send_text(kCara, group, "from a phone"));
    amal.heard.wait_text("from a phone");
    badr.heard.wait_text("from a phone");
    ground.expect_nothing_refused();
}

TEST_F(InGroup, WhoLeftCannotReadOn) {
    Device amal{ground};
    Device cara{ground};
    amal.link(kAmal);
    cara.link(kCara);
    auto const group = make_group();
    ASSERT_TRUE(amal.send_text(group, "all three"));
    cara.heard.wait_text("all three");
    remove(group, kCara);
    ground.expect("notified", [&](auto const& entry) {
        return entry.way == Way::from_device && entry.tag == "ack" && entry.device.starts_with(std::string{kAmal} + ":");
    });
    ASSERT_TRUE(amal.send_text(group, "only two"));
    ground.expect("only two", [](auto const& entry) {
        return entry.way == Way::phone && entry.text == "only two" && entry.device == address(kBadr);
    });
    for (auto const& entry : ground->ledger()) EXPECT_FALSE(entry.text == "only two" && entry.device == address(kCara));
    ground.expect_nothing_refused();
}

}   // namespace
}   // namespace waqtor::engine
