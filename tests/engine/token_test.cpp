// Leave to write (tctoken), and what the service and this device think its prekeys are.
#include "ground.hpp"

#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/digest.hpp"

namespace waqtor::engine {
namespace {

using sandbox::Way;
constexpr auto kDina = "15550103";

struct Token : ::testing::Test {
    Ground ground;
    Device amal{ground};
    Token() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        ground->add_phone(kDina, "Dina");
        amal.link(kAmal);
    }
    void send(std::string const& to, std::string const& text) {
        auto const sent = amal.send_text(address(to), text);
        ASSERT_TRUE(sent) << sent.error().message;
        amal.heard.wait("acknowledged", [&](auto const& event) { return event.message == *sent; });
    }
    void asked(std::string const& type, std::size_t times) {
        std::size_t seen = 0;
        ground.expect(std::to_string(times) + " times " + type, [&](auto const& entry) {
            return entry.way == Way::from_device && entry.tag == "iq" && entry.type == type && ++seen == times;
        });
    }
};

TEST_F(Token, PeopleWeWriteToGetOursOnceAWeek) {
    auto const token_for = [&](std::string const& number) {
        whatsapp::Bytes out;
        ground->on_service([&](sandbox::Service& service) {
            auto const& given = service.world.accounts.at(kAmal)->tokens;
            auto const found = given.find(service.world.account(sandbox::address_of(number)));
            if (found != given.end()) out = found->second;
        });
        return out;
    };
    send(kBadr, "one");
    asked("set privacy", 1);
    auto const first = token_for(kBadr);
    EXPECT_FALSE(first.empty());
    send(kBadr, "two");
    send(kDina, "three");
    asked("set privacy", 2);
    EXPECT_FALSE(token_for(kDina).empty());
    EXPECT_EQ(token_for(kBadr), first);
    // Known after a restart as well.
    amal.restart();
    amal.heard.wait_phase(ClientPhase::working);
    ground->add_phone("15550104", "Eman");
    send(kBadr, "four");
    send("15550104", "five");
    asked("set privacy", 3);
    EXPECT_EQ(token_for(kBadr), first);
    ground.expect_nothing_refused();
}

TEST_F(Token, TheirsOpensTheLockOnNewContacts) {
    ASSERT_TRUE(ground->lock_reach_out(kAmal, true));
    ground->on_service([](sandbox::Service& service) {
        sandbox::give_token(service, *service.world.account(sandbox::address_of(kBadr)), *service.world.accounts.at(kAmal));
    });
    ground.expect("the token", [](auto const& entry) {
        return entry.way == Way::from_device && entry.tag == "ack" && entry.type == "privacy_token";
    });
    send(kBadr, "you let me");
    auto const sent = amal.send_text(address(kDina), "you did not");
    ASSERT_TRUE(sent);
    auto const refused = amal.heard.wait("refused", [&](auto const& event) { return event.message == *sent; });
    EXPECT_TRUE(refused.detail.starts_with("reach_out_locked")) << refused.detail;
}

TEST_F(Token, StrangersGetOneMadeFromTheHistorysSecret) {
    // The secret itself, as the history brings it.
    amal.stop();
    whatsapp::Bytes const salt(32, 7);
    auto const stored = amal.run(amal.db.write([&](Transaction& tx) {
        return amal.store.put(tx, amal.session.session, ClientValueKind::other, whatsapp::kTokenSalt, salt);
    }));
    ASSERT_TRUE(stored);
    amal.restart();
    amal.heard.wait_phase(ClientPhase::working);
    std::optional<whatsapp::Bytes> shown;
    auto const lid = ground.lid(kBadr);
    ground->on_service([&](sandbox::Service& service) {
        service.on_message = [&](sandbox::Device const& from, whatsapp::Node const& message) {
            if (from.number == 0) return;
            if (auto const* token = message.child("cstoken")) shown = whatsapp::to_bytes(token->bytes());
        };
    });
    send(kBadr, "we have not met");
    ground->on_service([](sandbox::Service& service) { service.on_message = {}; });
    auto const made = whatsapp::crypto::hmac_sha256(salt, whatsapp::bytes_of(lid));
    ASSERT_TRUE(shown);
    EXPECT_EQ(*shown, whatsapp::to_bytes(made));
}

TEST_F(Token, PrekeysTheServiceHasLostAreGivenAgain) {
    asked("get encrypt", 2);   // count, then digest
    amal.stop();
    ground->on_service([](sandbox::Service& service) {
        auto& device = *service.world.accounts.at(kAmal)->device(1);
        device.signed_prekey->id += 7;   // as if another device had uploaded
    });
    amal.restart();
    amal.heard.wait_phase(ClientPhase::working);
    for (auto repaired = false; !repaired;)
        ground->on_service(
            [&](sandbox::Service& service) { repaired = service.world.accounts.at(kAmal)->device(1)->signed_prekey->id < 7; });
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "to the keys of now"));
    amal.heard.wait_text("to the keys of now");
}

TEST_F(Token, APromptForAPasskeyIsAStateOfItsOwn) {
    Device device{ground};
    device.start();
    auto const shown = device.heard.wait("state", [](auto const& event) { return !event.state.qr.empty(); });
    ground->on_service([](sandbox::Service& service) { service.wants_passkey = true; });
    ASSERT_TRUE(ground->scan(kBadr, shown.state.qr));
    auto const failed = device.heard.wait_phase(ClientPhase::failed).state;
    EXPECT_EQ(failed.trouble, ClientTrouble::passkey_required);
}

}   // namespace
}   // namespace waqtor::engine
