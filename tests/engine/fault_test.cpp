// What the service and other people may do to a session: locks, bans, outages, lost and doubled stanzas, new phones, LID migration.
#include "ground.hpp"

namespace waqtor::engine {
namespace {

using sandbox::FaultRule;
using sandbox::Way;

class Faults : public testing::Test {
protected:
    Faults() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
    }
    std::string device_name() {
        auto const found = ground->linked_devices(kAmal);
        return found && !found->empty() ? found->front() : std::string{};
    }
    void expect_read(std::string const& text, std::string const& number) {
        ground.expect(text, [&](auto const& entry) {
            return entry.way == Way::phone && entry.text == text && entry.device == address(number);
        });
    }
    auto times_read(std::string const& text) {
        auto const entries = ground->ledger();
        return std::ranges::count_if(entries, [&](auto const& entry) {
            return entry.way == Way::phone && entry.text == text && entry.device == address(kBadr) && entry.tag == "message";
        });
    }

    Ground ground;
};

TEST_F(Faults, AReachOutLockIsSaidByName) {
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(ground->lock_reach_out(kAmal, true));
    auto const sent = device.send_text(address(kBadr), "hello stranger");
    ASSERT_TRUE(sent);
    auto const refused = device.heard.wait("refused", [&](auto const& event) { return event.message == *sent; });
    EXPECT_EQ(refused.detail, "reach_out_locked WhatsApp answered 463");
    EXPECT_TRUE(device.heard.all("acknowledged").empty());
}

TEST_F(Faults, ATemporaryBanEndsTheAttempts) {
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(ground->ban(kAmal, 402));
    auto const failed = device.heard.wait_phase(ClientPhase::failed);
    EXPECT_EQ(failed.state.trouble, ClientTrouble::temporary_ban);
    ASSERT_TRUE(ground->ban(kAmal, 0));
    device.restart();   // the keys are still there
    device.heard.wait_phase(ClientPhase::working);
}

TEST_F(Faults, AnOutageIsWaitedOut) {
    Device device{ground};
    device.link(kAmal);
    device.heard.clear();
    ASSERT_TRUE(ground->stream_error(device_name(), 503));
    EXPECT_EQ(device.heard.wait_phase(ClientPhase::interrupted).state.trouble, ClientTrouble::service_down);
    device.heard.wait_phase(ClientPhase::working);
    device.heard.clear();
    ground->go_down();
    EXPECT_EQ(device.heard.wait_phase(ClientPhase::interrupted).state.trouble, ClientTrouble::network);
    EXPECT_EQ(device.send_text(address(kBadr), "too early").error().code, Code::unavailable);
    ground->come_back();
    device.heard.wait_phase(ClientPhase::working);
    ASSERT_TRUE(device.send_text(address(kBadr), "in time"));
    expect_read("in time", kBadr);
}

TEST_F(Faults, WhoHasNoPlaceToDialYetCanBeStopped) {
    auto const queue = std::make_shared<whatsapp::DialQueue>(std::chrono::hours{1}, 1);
    auto const before = ground->connections().size();
    Device first{ground, [&](whatsapp::ClientParts& parts) { parts.dials = queue; }};
    Device second{ground, [&](whatsapp::ClientParts& parts) { parts.dials = queue; }};
    first.start();
    first.heard.wait("state", [](auto const& event) { return !event.state.qr.empty(); });
    second.start();
    second.heard.wait_phase(ClientPhase::connecting);
    second.stop();
    EXPECT_EQ(ground->connections().size(), before + 1) << "an hour has not passed";
}

TEST_F(Faults, ALostAcknowledgementIsAskedForAgainAndThePhoneReadsOnce) {
    Device device{ground};
    device.link(kAmal);
    ground->add_fault({.kind = FaultRule::Kind::drop, .tag = "ack"});   // all of them: receipts are acknowledged as well
    auto const sent = device.send_text(address(kBadr), "once");
    ASSERT_TRUE(sent);
    expect_read("once", kBadr);
    EXPECT_EQ(device.run([](WhatsAppClient& client) -> asio::awaitable<std::int64_t> {
        co_return client.figures().unacknowledged;
    }(device.client())),
              1);
    ground->remove_faults();
    ASSERT_TRUE(ground->disconnect(device_name()));
    device.heard.wait("acknowledged", [&](auto const& event) { return event.message == *sent; });
    auto const after = device.send_text(address(kBadr), "after");
    ASSERT_TRUE(after);
    expect_read("after", kBadr);
    device.heard.wait("acknowledged", [&](auto const& event) { return event.message == *after; });
    EXPECT_EQ(times_read("once"), 1);
    EXPECT_EQ(device.heard.all("acknowledged").size(), 2U);
}

TEST_F(Faults, ADoubledMessageIsTakenOnce) {
    Device device{ground};
    device.link(kAmal);
    ground->add_fault({.kind = FaultRule::Kind::duplicate, .tag = "message"});
    for (auto const* text : {"one", "two"}) {
        ASSERT_TRUE(ground->send_text(kBadr, kAmal, text));
        device.heard.wait_text(text);
    }
    ground->remove_faults();
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "three"));
    device.heard.wait_text("three");
    EXPECT_EQ(device.heard.all("received").size(), 3U);
}

TEST_F(Faults, UsedUpPrekeysAreUploadedAgain) {
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(ground->exhaust_prekeys(device_name()));
    ground.expect("an upload", [name = device_name(), uploads = 0](auto const& entry) mutable {
        uploads += entry.way == Way::from_device && entry.device == name && entry.tag == "ack" && entry.type == "encrypt";
        return uploads > 0;
    });
    ground->on_service([name = device_name()](sandbox::Service& service) {
        EXPECT_GE(service.world.device(*sandbox::Jid::parse(name))->prekeys.size(), 50U)
            << "the comparison at login may add its own";
    });
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "with a fresh key"));
    device.heard.wait_text("with a fresh key");
}

TEST_F(Faults, AnOldSignedPrekeyIsRenewed) {
    Device device{ground, [](whatsapp::ClientParts& parts) { parts.pace.signed_prekey_age = std::chrono::milliseconds{1}; }};
    device.link(kAmal);
    ground->on_service([name = device_name()](sandbox::Service& service) {
        EXPECT_EQ(service.world.device(*sandbox::Jid::parse(name))->signed_prekey->id, 2U);
    });
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "with the new key"));
    device.heard.wait_text("with the new key");
}

TEST_F(Faults, APersonWithANewPhoneIsReached) {
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(device.send_text(address(kBadr), "to the old phone"));
    expect_read("to the old phone", kBadr);
    ASSERT_TRUE(ground->change_identity(kBadr));
    ground.expect("the notification", [name = device_name()](auto const& entry) {
        return entry.way == Way::from_device && entry.device == name && entry.tag == "ack" && entry.type == "encrypt";
    });
    ASSERT_TRUE(device.send_text(address(kBadr), "to the new phone"));
    expect_read("to the new phone", kBadr);
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "from the new phone"));
    device.heard.wait_text("from the new phone");
    EXPECT_TRUE(std::ranges::none_of(device.heard.all("received"),
                                     [](auto const& event) { return event.inbound.content.type == MessageType::placeholder; }));
}

TEST_F(Faults, ALidMigrationKeepsTheConversation) {
    ASSERT_TRUE(ground->hide_lid(kBadr, true));
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(device.send_text(address(kBadr), "to a number"));
    expect_read("to a number", kBadr);
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "from a number"));
    auto const before = device.heard.wait_text("from a number");
    EXPECT_EQ(before.inbound.chat, address(kBadr));
    ASSERT_TRUE(ground->hide_lid(kBadr, false));
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "from both"));
    auto const after = device.heard.wait_text("from both");
    EXPECT_EQ(after.inbound.from.phone, before.inbound.from.phone);
    EXPECT_EQ(after.inbound.chat, ground.lid(kBadr));
    ASSERT_TRUE(device.send_text(address(kBadr), "to the LID"));
    expect_read("to the LID", kBadr);
    ground.expect_nothing_refused();
}

}   // namespace
}   // namespace waqtor::engine
