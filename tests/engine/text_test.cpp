// Linking and text in both directions, between the client and the sandbox's phones.
#include "ground.hpp"

namespace waqtor::engine {
namespace {

using sandbox::Way;

bool acknowledged(Recorder& heard, MessageId id) {
    return heard.wait("acknowledged", [&](auto const& event) { return event.message == id; }).message == id;
}

TEST(Engine, LinksByQrAndLogsIn) {
    Ground ground;
    ground->add_phone(kAmal, "Amal");
    Device device{ground};
    device.link(kAmal);
    auto const working = device.heard.wait_phase(ClientPhase::working);
    EXPECT_EQ(working.state.me.phone, "+15550101");
    EXPECT_EQ(*working.state.me.lid + "@lid", ground.lid(kAmal));
    EXPECT_TRUE(working.state.qr.empty());
    ground.expect_nothing_refused();
}

TEST(Engine, TextGoesToAPhoneAndToTheOwnPhone) {
    Ground ground;
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    Device device{ground};
    device.link(kAmal);
    for (auto const* text : {"peace be upon you", "how are you"}) {
        auto const sent = device.send_text(address(kBadr), text);
        ASSERT_TRUE(sent) << sent.error().message << sent.error().cause;
        EXPECT_TRUE(acknowledged(device.heard, *sent));
        for (auto const* number : {kAmal, kBadr})
            ground.expect(text, [&](auto const& entry) {
                return entry.way == Way::phone && entry.text == text && entry.device == address(number);
            });
    }
    device.heard.wait("receipt", [&](auto const& event) {
        return event.receipt.ids == std::vector{device.last_id} && event.receipt.kind == ReceiptKind::delivered;
    });
    ASSERT_TRUE(ground->read(kBadr, device.last_id));
    auto const read = device.heard.wait("receipt", [](auto const& event) { return event.receipt.kind == ReceiptKind::read; });
    EXPECT_EQ(read.receipt.from.phone, "+15550102");
    EXPECT_EQ(read.receipt.chat, ground.lid(kBadr));
    ground.expect_nothing_refused();
}

TEST(Engine, TextComesInByNumberAndByLid) {
    Ground ground;
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    Device device{ground};
    device.link(kAmal);
    for (auto const& to : {std::string{kAmal}, ground.lid(kAmal)}) {
        auto const id = ground->send_text(kBadr, to, "to " + to);
        ASSERT_TRUE(id);
        auto const event = device.heard.wait_text("to " + to);
        EXPECT_EQ(event.inbound.id, *id);
        EXPECT_EQ(event.inbound.chat, ground.lid(kBadr));
        EXPECT_EQ(event.inbound.from.phone, "+15550102");
        EXPECT_EQ(*event.inbound.from.lid + "@lid", ground.lid(kBadr));
        EXPECT_EQ(event.inbound.from.name, "Badr");
        EXPECT_FALSE(event.inbound.from_me);
        ground.expect("receipt", [&](auto const& entry) {
            return entry.way == Way::from_device && entry.tag == "receipt" && entry.id == *id;
        });
    }
    auto const own = ground->send_text(kAmal, kBadr, "from my phone");
    ASSERT_TRUE(own);
    auto const event = device.heard.wait_text("from my phone");
    EXPECT_TRUE(event.inbound.from_me);
    EXPECT_EQ(event.inbound.chat, ground.lid(kBadr));
    ground.expect_nothing_refused();
}

TEST(Engine, TwoClientsTalk) {
    Ground ground;
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    Device amal{ground};
    Device badr{ground};
    amal.link(kAmal);
    badr.link(kBadr);
    for (auto i = 0; i < 3; ++i) {
        ASSERT_TRUE(amal.send_text(address(kBadr), "question " + std::to_string(i)));
        badr.heard.wait_text("question " + std::to_string(i));
        ASSERT_TRUE(badr.send_text(ground.lid(kAmal), "answer " + std::to_string(i)));
        amal.heard.wait_text("answer " + std::to_string(i));
    }
    auto const nobody = amal.send_text(address("15550199"), "hello");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, Code::not_found);
    ground.expect_nothing_refused();
}

}   // namespace
}   // namespace waqtor::engine
