#include "sandbox/service/stanzas.hpp"
#include "sandbox/testing/service_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What the service refuses. That it accepts what is right, foreign clients prove in tests/interop.
namespace waqtor::sandbox {
namespace {

using testing::BareDevice;
using testing::SandboxService;

TEST_F(SandboxService, PairsAndLogsInABareDevice) {
    device.send(device.sign(register_and_scan()));
    settle();
    auto const restart = device.next();
    EXPECT_TRUE(restart.is("stream:error"));
    EXPECT_EQ(restart.string("code"), "515");
    EXPECT_TRUE(device.closed());
    device.connect_to_login(authority.noise_root(), 15550101, 1);
    auto const success = device.next();
    EXPECT_TRUE(success.is("success"));
    EXPECT_EQ(success.jid("lid"), account.lid_jid().with_device(1));
    EXPECT_THAT(refused(), ::testing::IsEmpty());
}

TEST_F(SandboxService, TakesTheCodeWithAnAddressInFrontAndAClientType) {
    device.connect_to_register(authority.noise_root());
    EXPECT_TRUE(service.scan(account, "https://wa.me/settings/linked_devices#" + device.qr(first_ref()) + ",1"));
}

TEST_F(SandboxService, ACodeWorksOnceAndOnlyWithItsKeys) {
    device.connect_to_register(authority.noise_root());
    auto const ref = first_ref();
    auto other = BareDevice{service};
    EXPECT_EQ(service.scan(account, other.qr(ref)).error().code, Code::malformed);
    EXPECT_EQ(service.scan(account, device.qr("2@guessed")).error().code, Code::not_found);
    EXPECT_TRUE(service.scan(account, device.qr(ref)));
    EXPECT_EQ(service.scan(account, device.qr(ref)).error().code, Code::not_found);
}

TEST_F(SandboxService, RefusesARegistrationWithAForeignSignedPrekey) {
    device.connect_to_register(authority.noise_root(), [](auto& payload) {
        auto& signature = *payload.mutable_device_pairing_data()->mutable_signed_prekey_signature();
        signature[10] = static_cast<char>(signature[10] ^ 1);
    });
    EXPECT_TRUE(device.closed());
    EXPECT_THAT(refused(), ::testing::ElementsAre(::testing::HasSubstr("not signed by the identity")));
}

struct WrongSignature {
    char const* name;
    void (*change)(whatsapp::proto::ADVSignedDeviceIdentity&);
    char const* says;
};
class RefusesPairDeviceSign : public SandboxService, public ::testing::WithParamInterface<WrongSignature> {};

TEST_P(RefusesPairDeviceSign, AndThereIsNoDevice) {
    device.send(device.sign(register_and_scan(), GetParam().change));
    EXPECT_TRUE(device.closed());
    EXPECT_THAT(refused(), ::testing::ElementsAre(::testing::HasSubstr(GetParam().says)));
    EXPECT_EQ(account.device(1), nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    With, RefusesPairDeviceSign,
    ::testing::Values(WrongSignature{"AFlippedDeviceSignature",
                                     [](auto& identity) {
                                         (*identity.mutable_device_signature())[3] =
                                             static_cast<char>(identity.device_signature()[3] ^ 1);
                                     },
                                     "device signature"},
                      WrongSignature{"AnotherAccountSignature",
                                     [](auto& identity) {
                                         (*identity.mutable_account_signature())[3] =
                                             static_cast<char>(identity.account_signature()[3] ^ 1);
                                     },
                                     "account signature"},
                      WrongSignature{"OtherDetails", [](auto& identity) { identity.mutable_details()->append("x"); },
                                     "other details"},
                      WrongSignature{"TheAccountKeyLeftIn",
                                     [](auto& identity) { identity.set_account_signature_key(std::string(32, 'k')); }, "carries"}),
    [](auto const& info) { return info.param.name; });

TEST_F(SandboxService, ALoginNeedsTheNoiseKeyOfThePairing) {
    link();
    auto thief = BareDevice{service};
    thief.connect_to_login(authority.noise_root(), 15550101, 1);
    auto const failure = thief.next();
    EXPECT_TRUE(failure.is("failure"));
    EXPECT_EQ(failure.string("reason"), "401");
    EXPECT_TRUE(thief.closed());
}

TEST_F(SandboxService, AnOldVersionIsAnswered405) {
    service.lowest_version = device.version + 1;
    device.connect_to_register(authority.noise_root());
    EXPECT_EQ(device.next().string("reason"), "405");
}

TEST_F(SandboxService, ASecondConnectionReplacesTheFirst) {
    link();
    auto again = BareDevice{service};
    again.noise = device.noise;
    again.connect_to_login(authority.noise_root(), 15550101, 1);
    EXPECT_TRUE(again.next().is("success"));
    auto const replaced = device.next();
    ASSERT_TRUE(replaced.is("stream:error"));
    EXPECT_EQ(replaced.child("conflict")->string("type"), "replaced");
    EXPECT_TRUE(device.closed());
}

TEST_F(SandboxService, UnknownRequestsGetAnErrorAndAreCounted) {
    link();
    auto const answer = ask(Node{"iq", {{"id", "7"}, {"to", server_jid()}, {"type", "get"}, {"xmlns", "w:nonsense"}}, Node{"x"}});
    EXPECT_EQ(answer.string("type"), "error");
    EXPECT_EQ(answer.string("id"), "7");
    EXPECT_EQ(answer.child("error")->string("code"), "501");
    EXPECT_EQ(std::ranges::count(service.ledger.entries(), Way::unknown, &Entry::way), 1);
}

TEST_F(SandboxService, EachOneTimePrekeyIsGivenOutOnce) {
    link();
    auto list = Node{"list"};
    for (signal::KeyId id : {11, 12}) {
        auto const made = signal::PreKey::generate(id);
        list.add(Node{"key", {}, Node{"id", {}, number_bytes<3>(id)}, Node{"value", {}, to_bytes(made.keys.pub)}});
    }
    auto const upload = Node{"iq",
                             {{"id", "1"}, {"to", server_jid()}, {"type", "set"}, {"xmlns", "encrypt"}},
                             Node{"registration", {}, number_bytes<4>(device.identity.registration_id)},
                             Node{"type", {}, Bytes{5}},
                             Node{"identity", {}, to_bytes(device.identity.keys.pub)},
                             std::move(list),
                             Node{"skey",
                                  {},
                                  Node{"id", {}, number_bytes<3>(device.signed_prekey.id)},
                                  Node{"value", {}, to_bytes(device.signed_prekey.keys.pub)},
                                  Node{"signature", {}, to_bytes(device.signed_prekey.signature)}}};
    EXPECT_EQ(ask(upload).string("type"), "result");

    auto ids = std::vector<std::uint64_t>{};
    for (int i = 0; i < 3; ++i) {
        auto const bundle = take_bundle(*account.device(1));
        ASSERT_TRUE(bundle);
        ids.push_back(bundle->one_time ? bundle->one_time->id : 0);
    }
    EXPECT_EQ(ids, (std::vector<std::uint64_t>{11, 12, 0}));
}

TEST_F(SandboxService, MessagesWithoutWhatTheyNeedAreRefused) {
    link();
    service.add_account("15550102", "Badr");
    auto const to = Jid{.user = Text{std::string_view{"15550102"}}, .server = Server::user};
    auto const enc = [](char const* type) { return Node{"enc", {{"v", "2"}, {"type", std::string_view{type}}}, Bytes{1, 2, 3}}; };
    auto const error = [&](Node const& message) { return ask(message).string("error"); };
    auto const attrs = [&](Jid const& where) { return Attrs{{"id", "A"}, {"to", where}, {"type", "text"}}; };

    EXPECT_EQ(error(Node{"message", attrs(to)}), "479");
    EXPECT_EQ(error(Node{"message", attrs(to), enc("other")}), "479");
    EXPECT_EQ(error(Node{"message", attrs(to), enc("pkmsg")}), "479");   // without device-identity
    EXPECT_EQ(error(Node{"message", attrs(Jid{.user = Text{std::string_view{"15550199"}}, .server = Server::user}), enc("msg")}),
              "404");
    EXPECT_EQ(error(Node{"message", attrs(to), enc("msg")}), "");
}

}   // namespace
}   // namespace waqtor::sandbox
