// What goes wrong: lost connections, absences, unreadable messages, a service that refuses.
#include "ground.hpp"

namespace waqtor::engine {
namespace {

using sandbox::Way;

class Trouble : public testing::Test {
protected:
    Trouble() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
    }

    std::size_t times_received(Device& device, std::string const& text) {
        auto const all = device.heard.all("received");
        return static_cast<std::size_t>(
            std::ranges::count_if(all, [&](auto const& event) { return event.inbound.content.text == text; }));
    }
    /// The next stanza of that kind for a linked device of `number` gets its ciphertext spoilt.
    void spoil_next(std::string const& number) {
        ground->on_service([number](sandbox::Service& service) {
            service.fault = [number, done = false](sandbox::Device& to, sandbox::Node& stanza) mutable {
                if (done || to.account->number != number || to.number == 0 || !stanza.is("message")) return true;
                done = true;
                std::vector<sandbox::Node> children;
                for (auto child : stanza.children()) {
                    if (child.is("enc")) {
                        auto bytes = sandbox::to_bytes(child.bytes());
                        bytes[bytes.size() / 2] ^= 1;
                        child.content = std::move(bytes);
                    }
                    children.push_back(std::move(child));
                }
                stanza.content = std::move(children);
                return true;
            };
        });
    }
    std::string device_name(std::string const& number) {
        std::string out;
        ground->on_service([&](sandbox::Service& service) {
            for (auto const& [device, one] : service.world.accounts.at(number)->devices)
                if (device != 0) out = one->name();
        });
        return out;
    }

    Ground ground;
};

TEST_F(Trouble, MessagesOfAnAbsenceComeAfterTheNextLoginInOrder) {
    Device device{ground};
    device.link(kAmal);
    device.stop();
    for (auto i = 0; i < 20; ++i) ASSERT_TRUE(ground->send_text(kBadr, kAmal, "while away " + std::to_string(i)));
    device.restart();
    device.heard.wait_text("while away 19");
    device.heard.wait_phase(ClientPhase::working);
    auto const all = device.heard.all("received");
    ASSERT_EQ(all.size(), 20U);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].inbound.content.text, "while away " + std::to_string(i));
    ASSERT_TRUE(device.send_text(address(kBadr), "back again"));
    ground.expect("back again", [](auto const& entry) {
        return entry.way == Way::phone && entry.text == "back again" && entry.device == address(kBadr);
    });
    ground.expect_nothing_refused();
}

TEST_F(Trouble, ALostConnectionComesBack) {
    Device device{ground};
    device.link(kAmal);
    device.heard.clear();
    ASSERT_TRUE(ground->disconnect(device_name(kAmal)));
    device.heard.wait_phase(ClientPhase::interrupted);
    device.heard.wait_phase(ClientPhase::working);
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "still there?"));
    device.heard.wait_text("still there?");
}

TEST_F(Trouble, WhatCouldNotBeStoredComesAgainOnce) {
    Device device{ground};
    device.link(kAmal);
    device.heard.failures = 2;   // also when it is tried alone, after a transaction it shared with others
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "not lost"));
    device.heard.wait_phase(ClientPhase::interrupted);
    device.heard.wait_text("not lost");
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "after it"));
    device.heard.wait_text("after it");
    EXPECT_EQ(times_received(device, "not lost"), 1U);
}

TEST_F(Trouble, AnUnreadableMessageBecomesAPlaceholderAndIsAskedForAgain) {
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "first"));
    device.heard.wait_text("first");
    spoil_next(kAmal);
    auto const id = ground->send_text(kBadr, kAmal, "spoilt on its way");
    ASSERT_TRUE(id);
    auto const placeholder =
        device.heard.wait("received", [](auto const& event) { return event.inbound.content.type == MessageType::placeholder; });
    EXPECT_EQ(placeholder.inbound.id, *id);
    auto const text = device.heard.wait_text("spoilt on its way");
    EXPECT_EQ(text.inbound.id, *id);
    EXPECT_EQ(text.inbound.chat, placeholder.inbound.chat);
}

TEST_F(Trouble, ADeviceThatCannotReadGetsTheMessageAgain) {
    Device amal{ground};
    Device badr{ground};
    amal.link(kAmal);
    badr.link(kBadr);
    for (auto const* text : {"spoilt at the start", "spoilt later"}) {
        spoil_next(kBadr);
        auto const sent = amal.send_text(address(kBadr), text);
        ASSERT_TRUE(sent);
        auto const event = badr.heard.wait_text(text);
        EXPECT_EQ(event.inbound.id, amal.last_id);
        ASSERT_TRUE(badr.send_text(address(kAmal), std::string{"answer to "} + text));
        amal.heard.wait_text(std::string{"answer to "} + text);
    }
}

TEST_F(Trouble, AnUnlinkedDeviceForgetsItsKeysAndShowsANewCode) {
    Device device{ground};
    device.link(kAmal);
    auto const name = device_name(kAmal);
    device.heard.clear();
    ground->on_service([&](sandbox::Service& service) { service.unlink(*service.world.device(*sandbox::Jid::parse(name))); });
    auto const out = device.heard.wait_phase(ClientPhase::logged_out);
    EXPECT_EQ(out.state.trouble, ClientTrouble::device_removed);
    EXPECT_FALSE(out.state.me.phone);
    device.stop();
    device.link(kAmal);   // with keys of its own
    EXPECT_NE(device_name(kAmal), name);
}

TEST_F(Trouble, LogoutUnlinksTheDevice) {
    Device device{ground};
    device.link(kAmal);
    auto const outcome = device.run(device.client().logout());
    ASSERT_TRUE(outcome) << outcome.error().message;
    device.heard.wait_phase(ClientPhase::logged_out);
    EXPECT_EQ(device_name(kAmal), "");
}

TEST_F(Trouble, LogoutEndsAlsoWhenTheServiceIsAway) {
    Device device{ground};
    device.link(kAmal);
    device.heard.clear();
    ground->go_down();
    device.heard.wait_phase(ClientPhase::interrupted);
    ASSERT_TRUE(device.run(device.client().logout()));
    EXPECT_FALSE(device.heard.wait_phase(ClientPhase::logged_out).state.me.phone);
}

TEST_F(Trouble, AProcessThatNoLongerOwnsTheSessionStops) {
    Device device{ground};
    device.link(kAmal);
    device.heard.fenced = true;
    auto const sent = device.send_text(address(kBadr), "never sent");
    EXPECT_FALSE(sent);
    auto const failed = device.heard.wait_phase(ClientPhase::failed);
    EXPECT_EQ(failed.state.trouble, ClientTrouble::replaced);
    for (auto const& entry : ground->ledger()) EXPECT_NE(entry.text, "never sent");
}

TEST(TroubleAtTheDoor, AnOldVersionIsSaidSo) {
    Ground ground{{.lowest_version = 2'000'000'000}};
    Device device{ground};
    device.start();
    auto const failed = device.heard.wait_phase(ClientPhase::failed);
    EXPECT_EQ(failed.state.trouble, ClientTrouble::outdated_version);
}

TEST(TroubleAtTheDoor, AnotherNoiseRootIsRefused) {
    Ground ground;
    Device device{ground, [](whatsapp::ClientParts& parts) { parts.endpoint.noise_root = whatsapp::noise::TrustRoot::whatsapp(); }};
    device.start();
    auto const failed = device.heard.wait_phase(ClientPhase::interrupted);
    EXPECT_EQ(failed.state.trouble, ClientTrouble::protocol);
}

TEST(TroubleAtTheDoor, ACodeNobodyScansExpires) {
    Ground ground;
    Device device{ground, [](whatsapp::ClientParts& parts) {
                      parts.pace.first_qr = std::chrono::milliseconds{30};
                      parts.pace.next_qr = std::chrono::milliseconds{10};
                  }};
    device.start();
    auto const failed = device.heard.wait_phase(ClientPhase::failed);
    EXPECT_EQ(failed.state.trouble, ClientTrouble::pairing_expired);
    auto const states = device.heard.all("state");
    EXPECT_TRUE(std::ranges::any_of(states, [](auto const& event) { return event.state.qr_attempt == 6; }));
}

}   // namespace
}   // namespace waqtor::engine
