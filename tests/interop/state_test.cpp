#include "peer.hpp"

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

INSTANTIATE_TEST_SUITE_P(To, FromThePhone, testing::Values(Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

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
