// Linking by a code that is typed into the phone.
#include "ground.hpp"

namespace waqtor::engine {
namespace {

TEST(EngineCode, LinksByAnEightCharacterCode) {
    Ground ground;
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    Device device{ground};
    EXPECT_EQ(device.run(device.client().pairing_code("+15550101")).error().code, Code::unavailable);
    device.start();
    device.heard.wait("state", [](auto const& event) { return !event.state.qr.empty(); });
    EXPECT_EQ(device.run(device.client().pairing_code("Amal")).error().code, Code::invalid);
    auto const code = device.run(device.client().pairing_code("+15550101"));
    ASSERT_TRUE(code) << code.error().message << code.error().cause;
    EXPECT_EQ(code->size(), 8U);
    device.heard.wait("state", [&](auto const& event) { return event.state.code == *code; });
    auto const typed = ground->enter_code(kAmal, *code);
    ASSERT_TRUE(typed) << typed.error().message;
    device.heard.wait_phase(ClientPhase::working);
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "linked"));
    device.heard.wait_text("linked");
    ground.expect_nothing_refused();
}

TEST(EngineCode, AnotherCodeIsRefused) {
    Ground ground;
    ground->add_phone(kAmal, "Amal");
    Device device{ground};
    device.start();
    device.heard.wait("state", [](auto const& event) { return !event.state.qr.empty(); });
    auto const code = device.run(device.client().pairing_code("+15550101"));
    ASSERT_TRUE(code);
    auto other = *code;
    other.front() = other.front() == 'A' ? 'B' : 'A';
    (void)ground->enter_code(kAmal, other);   // the phone cannot know yet
    EXPECT_TRUE(device.heard.all("state").back().state.phase != ClientPhase::working);
    ground->on_service([](sandbox::Service& service) { EXPECT_EQ(service.world.accounts.at(kAmal)->devices.size(), 1U); });
}

}   // namespace
}   // namespace waqtor::engine
