#include "peer.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// Pairing by QR code with unmodified foreign clients: our Noise chain, our ADV signatures and our stanzas are what they accept;
/// their device signature is what the sandbox verifies.
namespace waqtor::interop {
namespace {

constexpr auto kNumber = "15550101";

class Pairing : public testing::TestWithParam<Library> {};

TEST_P(Pairing, IsAcceptedAndTheDeviceLogsIn) {
    auto ground = Ground{};
    ground->add_phone(kNumber, "Amal");
    auto peer = Peer{GetParam(), ground};
    peer.link(kNumber);

    EXPECT_EQ(peer.jid, "15550101:1@s.whatsapp.net");
    auto words = std::vector<std::string>{};
    for (auto const& entry : ground->ledger())
        if (entry.way == sandbox::Way::life) words.push_back(entry.tag);
    EXPECT_EQ(words, (std::vector<std::string>{"pairing", "paired", "login", "active"}));
    ground->on_service([](sandbox::Service& service) {
        auto const* device = service.world.device(*whatsapp::Jid::parse("15550101:1@s.whatsapp.net"));
        ASSERT_TRUE(device);
        EXPECT_FALSE(device->signed_identity.empty());
        EXPECT_TRUE(device->signed_prekey);
    });
}

TEST_P(Pairing, ASecondCompanionGetsItsOwnNumber) {
    auto ground = Ground{};
    ground->add_phone(kNumber, "Amal");
    auto first = Peer{GetParam(), ground};
    auto second = Peer{GetParam(), ground};
    first.link(kNumber);
    second.link(kNumber);
    EXPECT_EQ(second.jid, "15550101:2@s.whatsapp.net");
}

TEST_P(Pairing, ByCodeIsAcceptedAndTheDeviceLogsIn) {
    auto ground = Ground{};
    ground->add_phone(kNumber, "Amal");
    auto peer = Peer{GetParam(), ground};
    peer.link_by_code(kNumber);
    EXPECT_EQ(peer.jid, "15550101:1@s.whatsapp.net");
}

TEST_P(Pairing, ARemovedDeviceIsToldAndCannotComeBack) {
    auto ground = Ground{};
    ground->add_phone(kNumber, "Amal");
    auto peer = Peer{GetParam(), ground};
    peer.link(kNumber);
    ASSERT_TRUE(ground->remove_device(peer.jid));
    peer.expect("closed");
    EXPECT_EQ(ground->linked_devices(kNumber)->size(), 0U);
    auto removed = false;
    for (auto const& entry : ground->ledger()) {
        removed |= entry.tag == "unlinked";
        EXPECT_FALSE(removed && entry.tag == "login");
    }
    EXPECT_TRUE(removed);
}

INSTANTIATE_TEST_SUITE_P(With, Pairing, testing::Values(Library::baileys, Library::zapo, Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

/// baileys is not here: it never looks at the result of its signature check.
class WrongRoot : public testing::TestWithParam<Library> {};

TEST_P(WrongRoot, IsRefusedByTheClient) {
    auto ground = Ground{};
    auto peer = Peer{GetParam(), ground};
    peer.start(whatsapp::crypto::to_hex(whatsapp::crypto::KeyPair::generate().pub));
    // zapo says why only in its log; towards its caller the connection just never comes up.
    auto const zapo = GetParam() == Library::zapo;
    auto const key = zapo ? "text" : "reason";
    auto const said = peer.expect(zapo ? "log" : "closed",
                                  [&](auto const& one) { return std::string_view{one.at(key).as_string()}.contains("cert"); });
    EXPECT_THAT(std::string{said.at(key).as_string()}, testing::HasSubstr(zapo ? "intermediate certificate signature is invalid"
                                                                               : "failed to verify intermediate cert signature"));
    for (auto const& entry : ground->ledger()) EXPECT_NE(entry.tag, "pairing");
}

INSTANTIATE_TEST_SUITE_P(With, WrongRoot, testing::Values(Library::zapo, Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

}   // namespace
}   // namespace waqtor::interop
