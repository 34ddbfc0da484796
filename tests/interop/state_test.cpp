#include "peer.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What a phone hands to the devices linked to it, and what these keep in common: history and app state. zapo is not here: its
/// driver keeps no history and no app state. baileys is not in FromThePhone: it fetches snapshots from a fixed host, and gives up
/// the history of a sync whose snapshot it could not fetch.
namespace waqtor::interop {
namespace {

constexpr auto kAmal = "15550101";
constexpr auto kBadr = "15550102";

std::string number_jid(std::string const& number) { return number + "@s.whatsapp.net"; }

/// The device has read what the phone sent it, the keys of the app state first.
void expect_keys(Ground& ground, Peer const& peer) {
    EXPECT_TRUE(ground->wait_for(
        [&](auto const& entry) { return entry.tag == "receipt" && entry.type == "peer_msg" && entry.device == peer.jid; },
        kPatience));
}

class FromThePhone : public testing::TestWithParam<Library> {};

TEST_P(FromThePhone, HistoryAndContactsReachADeviceThatIsLinkedLater) {
    auto ground = Ground{};
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    ASSERT_TRUE(
        ground->set_history(kAmal, {{.with = kBadr,
                                     .name = "Badr",
                                     .unread = 1,
                                     .messages = {{.text = "from before"}, {.text = "older", .age = std::chrono::hours{1}}}}}));
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "Badr the Tailor"));
    auto peer = Peer{GetParam(), ground};
    peer.wants_history = true;
    peer.link(kAmal);

    auto const history = peer.expect("history");
    EXPECT_EQ(history.at("chats"), 1);
    EXPECT_EQ(history.at("messages"), 2);
    EXPECT_EQ(history.at("text").as_string(), "from before");
    peer.expect("contact", "name", "Badr the Tailor");   // by a snapshot
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "Badr the Baker"));
    peer.expect("contact", "name", "Badr the Baker");   // by a patch
}

TEST_P(FromThePhone, AHistoryThatIsAFileReachesADeviceInSeveralParts) {
    auto ground = Ground{};
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    std::vector<sandbox::HistoryChat> chats;
    for (auto const* with : {kBadr, kAmal}) {
        auto& chat = chats.emplace_back(sandbox::HistoryChat{.with = with});
        for (auto i = 0; i < 300; ++i)
            chat.messages.push_back({.text = whatsapp::crypto::to_hex(whatsapp::crypto::random_bytes(300))});
    }
    ASSERT_TRUE(ground->set_history(kAmal, std::move(chats), 2));
    auto peer = Peer{GetParam(), ground};
    peer.wants_history = true;
    peer.link(kAmal);
    for (auto part = 0; part < 2; ++part) {
        auto const history = peer.expect("history");
        EXPECT_EQ(history.at("chats"), 1);
        EXPECT_EQ(history.at("messages"), 300);
    }
}

INSTANTIATE_TEST_SUITE_P(To, FromThePhone, testing::Values(Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

class WithOurs : public testing::TestWithParam<Library> {};
INSTANTIATE_TEST_SUITE_P(Waqtor, WithOurs, testing::Values(Library::baileys, Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

TEST_P(WithOurs, AMuteTravelsBothWays) {
    auto ground = Ground{};
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    auto ours = Peer{Library::waqtor, ground};
    auto theirs = Peer{GetParam(), ground};
    for (auto* peer : {&ours, &theirs}) {
        peer->link(kAmal);
        expect_keys(ground, *peer);
    }
    ours.call("mute", {{"chat", number_jid(kBadr)}});
    EXPECT_EQ(theirs.expect("muted", "chat", number_jid(kBadr)).at("on"), true);
    theirs.call("mute", {{"chat", number_jid("15550103")}});
    EXPECT_EQ(ours.expect("muted", "chat", number_jid("15550103")).at("on"), true);
    // And on top of theirs again.
    ours.call("mute", {{"chat", number_jid("15550104")}});
    EXPECT_EQ(theirs.expect("muted", "chat", number_jid("15550104")).at("on"), true);
}

TEST(AppState, AMuteTravelsBetweenDevicesOfTwoLibraries) {
    auto ground = Ground{};
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    auto first = Peer{Library::baileys, ground};
    auto second = Peer{Library::whatsmeow, ground};
    for (auto* peer : {&first, &second}) {
        peer->link(kAmal);
        expect_keys(ground, *peer);
    }
    first.call("mute", {{"chat", number_jid(kBadr)}});
    EXPECT_EQ(second.expect("muted").at("on"), true);
    second.call("mute", {{"chat", number_jid(kAmal)}});
    EXPECT_EQ(first.expect("muted", "chat", number_jid(kAmal)).at("on"), true);
}

}   // namespace
}   // namespace waqtor::interop
