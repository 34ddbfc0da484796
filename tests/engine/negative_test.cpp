// What must be refused, once each: the client meets the forgery on its live connection, and the reason has a name.
#include "ground.hpp"

#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/media_transfer.hpp"
#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/pairing/qr.hpp"
#include "whatsapp/proto/adv.pb.h"

#include <gmock/gmock.h>

namespace waqtor::engine {
namespace {

using sandbox::Way;
using testing::HasSubstr;
using whatsapp::Refusal;
using whatsapp::refusal_of;

struct Refused : ::testing::Test {
    Ground ground;
    Refused() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
    }
    static std::string shown_qr(Device& device) {
        device.start();
        return device.heard.wait("state", [](auto const& event) { return !event.state.qr.empty(); }).state.qr;
    }
    /// The client gave pairing up for that reason, and the service heard of it.
    void expect_not_linked(Device& device, std::string const& why, std::string const& told) {
        auto const failed = device.heard.wait_phase(ClientPhase::failed).state;
        EXPECT_EQ(failed.trouble, ClientTrouble::pairing_refused);
        EXPECT_THAT(failed.detail, HasSubstr(why));
        ground.expect("the refusal", [&](auto const& entry) {
            return entry.way == Way::refused && entry.tag == "pairing" && entry.text.find(told) != std::string::npos;
        });
        EXPECT_TRUE(ground->linked_devices(kAmal)->empty());
    }
    /// Badr's linked device is left out of what Amal's sends to Badr, and Badr's phone is not.
    void expect_left_out(Device& amal, Device& badr, std::function<void()> repair = [] {}) {
        ASSERT_TRUE(amal.send_text(address(kBadr), "to whom it may concern"));
        ground.expect("the phone's copy", [](auto const& entry) {
            return entry.way == Way::phone && entry.text == "to whom it may concern" && entry.device == address(kBadr);
        });
        repair();                                                         // the sandbox's phones are as strict
        ASSERT_TRUE(ground->send_text(kAmal, kBadr, "from the phone"));   // what comes later has come
        badr.heard.wait_text("from the phone");
        for (auto const& event : badr.heard.all("received")) EXPECT_EQ(event.inbound.content.text, "from the phone");
    }
    sandbox::Device& companion(sandbox::Service& service, std::string const& number) {
        return *service.world.accounts.at(number)->device(1);
    }
};

TEST_F(Refused, WrongTrustRoot) {
    Device device{ground, [](auto& parts) { parts.endpoint.noise_root.key = whatsapp::crypto::KeyPair::generate().pub; }};
    device.start();
    auto const state = device.heard.wait_phase(ClientPhase::interrupted).state;
    EXPECT_EQ(state.trouble, ClientTrouble::protocol);
    EXPECT_THAT(state.detail, HasSubstr("(certificate_signature)"));
}

TEST_F(Refused, ExpiredCertificate) {
    TestClock const late{std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()) + std::chrono::days{365 * 50}};
    Device device{ground, {}, &late};
    device.start();
    auto const state = device.heard.wait_phase(ClientPhase::interrupted).state;
    EXPECT_EQ(state.trouble, ClientTrouble::protocol);
    EXPECT_THAT(state.detail, HasSubstr("(certificate_expired)"));
}

TEST_F(Refused, BadAdvHmac) {
    Device device{ground};
    auto code = whatsapp::pairing::QrCode::parse(shown_qr(device)).value();
    code.adv_secret = whatsapp::crypto::random_secret();   // of somebody else's code
    ASSERT_TRUE(ground->scan(kAmal, code.text()));
    expect_not_linked(device, "(adv_hmac)", "hmac-mismatch");
}

TEST_F(Refused, BadAccountSignature) {
    Device device{ground};
    auto const secret = whatsapp::pairing::QrCode::parse(shown_qr(device)).value().adv_secret;
    ground->on_service([&](sandbox::Service& service) {
        service.forge_pairing = [&secret](whatsapp::Bytes& told) {
            whatsapp::proto::ADVSignedDeviceIdentityHMAC outer;
            whatsapp::proto::ADVSignedDeviceIdentity identity;
            outer.ParseFromArray(told.data(), static_cast<int>(told.size()));
            identity.ParseFromString(outer.details());
            identity.mutable_account_signature()->at(5) ^= 1;
            outer.set_details(identity.SerializeAsString());
            auto const mac = whatsapp::crypto::hmac_sha256(secret, whatsapp::bytes_of(outer.details()));
            outer.set_hmac(std::string{whatsapp::text_of(mac)});
            told = whatsapp::to_bytes(whatsapp::bytes_of(outer.SerializeAsString()));
        };
    });
    ASSERT_TRUE(ground->scan(kAmal, device.heard.all("state").back().state.qr));
    expect_not_linked(device, "(adv_account_signature)", "signature-mismatch");
}

TEST_F(Refused, BadDeviceSignature) {
    Device amal{ground}, badr{ground};
    amal.link(kAmal);
    badr.link(kBadr);
    ground->on_service([&](sandbox::Service& service) {
        auto& device = companion(service, kBadr);
        whatsapp::proto::ADVSignedDeviceIdentity identity;
        identity.ParseFromArray(device.signed_identity.data(), static_cast<int>(device.signed_identity.size()));
        identity.mutable_device_signature()->at(5) ^= 1;
        device.signed_identity = whatsapp::to_bytes(whatsapp::bytes_of(identity.SerializeAsString()));
        auto const verdict = whatsapp::pairing::verify_device(device.signed_identity, device.identity);
        EXPECT_EQ(refusal_of(verdict.error()), Refusal::adv_device_signature);
    });
    expect_left_out(amal, badr);
}

TEST_F(Refused, BadSignedPrekey) {
    Device amal{ground}, badr{ground};
    amal.link(kAmal);
    badr.link(kBadr);
    ground->on_service([&](sandbox::Service& service) {
        auto& device = companion(service, kBadr);
        device.signed_prekey->signature[5] ^= 1;
        auto const bundle = whatsapp::signal::Bundle{device.registration_id, device.identity, *device.signed_prekey, {}};
        whatsapp::signal::SessionRecord record;
        EXPECT_EQ(refusal_of(record.start(whatsapp::signal::Identity::generate(), bundle).error()), Refusal::prekey_signature);
    });
    expect_left_out(amal, badr, [&] {
        ground->on_service([&](sandbox::Service& service) { companion(service, kBadr).signed_prekey->signature[5] ^= 1; });
    });
}

TEST_F(Refused, BadSenderKeySignature) {
    auto const group = ground->add_group("Two", kBadr, {kAmal}).value();
    Device device{ground};
    device.link(kAmal);
    ASSERT_TRUE(ground->send_text(kBadr, group, "first, with the key"));
    device.heard.wait_text("first, with the key");
    ground->on_service([](sandbox::Service& service) {
        service.fault = [spoilt = false](sandbox::Device& to, whatsapp::Node& stanza) mutable {
            if (spoilt || to.number != 1 || !stanza.is("message")) return true;
            for (auto& child : std::get<std::vector<whatsapp::Node>>(stanza.content))
                if (child.is("enc") && child.attr("type") == "skmsg") {
                    std::get<whatsapp::Bytes>(child.content).back() ^= 1;   // the signature stands last
                    spoilt = true;
                }
            return true;
        };
    });
    auto const id = ground->send_text(kBadr, group, "signed by nobody");
    ASSERT_TRUE(id);
    // A placeholder, a question, and the answer to it.
    auto const placeholder = device.heard.wait("received", [&](auto const& event) { return event.inbound.id == *id; });
    EXPECT_EQ(placeholder.inbound.content.type, MessageType::placeholder);
    ground.expect("the question", [&](auto const& entry) {
        return entry.way == Way::from_device && entry.tag == "receipt" && entry.type == "retry" && entry.id == *id;
    });
    device.heard.wait_text("signed by nobody");

    whatsapp::signal::SenderKeyRecord writer, reader;
    writer.rotate();
    reader.accept(writer.distribution().value());
    auto sealed = writer.encrypt(whatsapp::Bytes{1, 2, 3}).value();
    sealed.back() ^= 1;
    auto const opened = reader.decrypt(whatsapp::signal::GroupMessage::parse(sealed).value());
    EXPECT_EQ(refusal_of(opened.error()), Refusal::sender_key_signature);
}

TEST_F(Refused, BadMediaHash) {
    std::vector<sandbox::HistoryChat::Message> messages;
    for (auto i = 0; i < 400; ++i)
        messages.push_back({.text = whatsapp::crypto::to_hex(whatsapp::crypto::random_bytes(400)), .from_me = false});
    ASSERT_TRUE(ground->set_history(kAmal, {{.with = kBadr, .messages = std::move(messages)}}));
    ground->on_service([](sandbox::Service& service) { service.media.spoil = true; });
    Device device{ground};
    device.link(kAmal);
    ground.expect("word that it was looked at",
                  [](auto const& entry) { return entry.tag == "receipt" && entry.type == "hist_sync"; });
    EXPECT_TRUE(device.heard.all("received").empty());
    auto const figures = device.figures();
    ASSERT_EQ(figures.lost_history.size(), 1U);
    EXPECT_THAT(figures.lost_history[0], HasSubstr("(media_hash)"));
}

TEST_F(Refused, BadAppStateMac) {
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "forged"));
    ground->on_service([](sandbox::Service& service) {
        service.world.accounts.at(kAmal)->app_state->collections["critical_unblock_low"].snapshot_mac.front() ^= 1;
    });
    Device device{ground};
    device.link(kAmal);
    ground.expect("the keys", [](auto const& entry) { return entry.tag == "receipt" && entry.type == "peer_msg"; });
    ASSERT_TRUE(device.change({.kind = PhoneChangeKind::push_name, .text = "Amal"}));   // after all was read
    auto const unreadable = device.figures().unreadable_settings;
    ASSERT_EQ(unreadable.size(), 1U);
    EXPECT_THAT(unreadable[0], HasSubstr("critical_unblock_low"));
    EXPECT_THAT(unreadable[0], HasSubstr("(app_state_mac)"));
    for (auto const& event : device.heard.all("changed")) EXPECT_NE(event.change.text, "forged");
}

}   // namespace
}   // namespace waqtor::engine
