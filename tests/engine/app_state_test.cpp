// What all devices of a number keep in common: keys from the phone, collections with every MAC checked, changes both ways.
#include "ground.hpp"

#include "whatsapp/crypto/secret.hpp"
#include "whatsapp/proto/app_state.pb.h"

#include <future>

namespace waqtor::engine {
namespace {

using sandbox::Way;

/// A sandbox with two numbers.
struct AppState : ::testing::Test {
    Ground ground;
    AppState() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
    }
    PhoneChange contact(std::string const& name) {
        return {.kind = PhoneChangeKind::contact, .person = {.phone = "+15550102"}, .text = name};
    }
    static bool called(Device& device, std::string const& name) {
        return device.heard.wait_change(PhoneChangeKind::contact, [&](auto const& change) { return change.text == name; })
            .change.on;
    }
    /// Waits until the phone has shared its keys with its device `number`, so that something can be set.
    void settle(Device& device, int number = 1) {
        auto const name = std::string{kAmal} + ":" + std::to_string(number) + "@s.whatsapp.net";
        ground.expect("keys for " + name, [&](auto const& entry) {
            return entry.way == Way::from_device && entry.tag == "receipt" && entry.type == "peer_msg" && entry.device == name;
        });
        device.heard.wait_phase(ClientPhase::working);
        auto const set = device.change({.kind = PhoneChangeKind::push_name, .text = "Amal"});
        EXPECT_TRUE(set) << set.error().message;
    }
};

TEST_F(AppState, NamesInThePhonesAddressBookArriveBySnapshotAndPatch) {
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "Badr the Tailor"));
    Device device{ground};
    device.link(kAmal);
    auto const first = device.heard.wait_change(PhoneChangeKind::contact).change;
    EXPECT_EQ(first.text, "Badr the Tailor");
    EXPECT_EQ(first.person.phone, "+15550102");
    EXPECT_EQ(*first.person.lid + "@lid", ground.lid(kBadr));
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "Badr the Baker"));
    EXPECT_TRUE(called(device, "Badr the Baker"));
    ground.expect_nothing_refused();
}

TEST_F(AppState, WhatIsSetOnOneDeviceReachesTheOther) {
    Device first{ground}, second{ground};
    first.link(kAmal);
    second.link(kAmal);
    settle(first);
    settle(second, 2);
    auto const until = Timestamp{Milliseconds{4'102'444'800'000}};
    auto const chat = address(kBadr);
    ASSERT_TRUE(first.change({.kind = PhoneChangeKind::mute, .chat = chat, .until = until}));
    ASSERT_TRUE(first.change({.kind = PhoneChangeKind::pin, .chat = chat}));
    // Whoever comes late reads what is, not what was.
    second.heard.wait_change(PhoneChangeKind::pin, [](auto const& change) { return change.on; });
    ASSERT_TRUE(first.change({.kind = PhoneChangeKind::archive, .chat = chat}));   // unpins it
    ASSERT_TRUE(first.change({.kind = PhoneChangeKind::read, .on = false, .chat = chat}));
    ASSERT_TRUE(first.change({.kind = PhoneChangeKind::star, .chat = chat, .message = "3EB0AA", .from_me = true}));
    ASSERT_TRUE(first.change(contact("Badr from the shop")));
    ASSERT_TRUE(first.change({.kind = PhoneChangeKind::delete_chat, .chat = chat}));
    auto const muted = second.heard.wait_change(PhoneChangeKind::mute).change;
    EXPECT_EQ(muted.until, until);
    EXPECT_EQ(muted.chat, chat);
    second.heard.wait_change(PhoneChangeKind::archive);
    second.heard.wait_change(PhoneChangeKind::pin, [](auto const& change) { return !change.on; });
    second.heard.wait_change(PhoneChangeKind::read, [](auto const& change) { return !change.on; });
    EXPECT_EQ(second.heard.wait_change(PhoneChangeKind::star).change.message, "3EB0AA");
    EXPECT_TRUE(called(second, "Badr from the shop"));
    second.heard.wait_change(PhoneChangeKind::delete_chat);
    // The one who set it hears of it as well, and what it does not need is named.
    first.heard.wait_change(PhoneChangeKind::delete_chat);
    auto const refused = first.change({.kind = PhoneChangeKind::star, .chat = chat});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::invalid);
    ground.expect_nothing_refused();
}

TEST_F(AppState, BothMayChangeAtTheSameTime) {
    Device first{ground}, second{ground};
    first.link(kAmal);
    second.link(kAmal);
    settle(first);
    settle(second, 2);
    for (auto round = 0; round < 5; ++round) {
        auto const one = "first " + std::to_string(round), two = "second " + std::to_string(round);
        auto other = std::async(std::launch::async, [&] { return second.change(contact(two)); });
        auto const mine = first.change(contact(one));
        auto const theirs = other.get();
        EXPECT_TRUE(mine) << mine.error().message;
        EXPECT_TRUE(theirs) << theirs.error().message;
        for (auto* device : {&first, &second})
            for (auto const& name : {one, two}) EXPECT_TRUE(called(*device, name));
    }
    ground.expect_nothing_refused();
}

TEST_F(AppState, GoesOnWhereItWasAfterARestart) {
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "before"));
    Device device{ground};
    device.link(kAmal);
    EXPECT_TRUE(called(device, "before"));
    settle(device);
    device.stop();
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "meanwhile"));
    device.restart();
    EXPECT_TRUE(called(device, "meanwhile"));
    auto const told = device.heard.all("changed");
    EXPECT_TRUE(std::ranges::none_of(told, [](auto const& event) { return event.change.text == "before"; }));
    ASSERT_TRUE(device.change(contact("after")));
    ground.expect_nothing_refused();
}

TEST_F(AppState, AKeyThatIsMissingIsAskedForAndTheRestIsReadThen) {
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "under the old key"));
    Device device{ground};
    device.link(kAmal);
    EXPECT_TRUE(called(device, "under the old key"));
    ground->on_service([](sandbox::Service& service) {
        auto& state = *service.world.accounts.at(kAmal)->app_state;
        state.key_id = whatsapp::crypto::random_bytes(6);
        state.key = whatsapp::crypto::random_bytes(32);
        ++state.made_at;
    });
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "under the new key"));
    EXPECT_TRUE(called(device, "under the new key"));
    ground.expect("the question", [](auto const& entry) {
        return entry.way == Way::phone && entry.tag == "message" && entry.device == address(kAmal);
    });
}

/// Flips a bit of the latest patch.
void spoil_patch(Ground& ground, std::string const& collection) {
    ground->on_service([&](sandbox::Service& service) {
        auto& kept = service.world.accounts.at(kAmal)->app_state->collections[collection];
        whatsapp::proto::SyncdPatch patch;
        patch.ParseFromArray(kept.patches.back().data(), static_cast<int>(kept.patches.back().size()));
        auto& blob = *patch.mutable_mutations(0)->mutable_record()->mutable_value()->mutable_blob();
        blob[20] = static_cast<char>(blob[20] ^ 1);
        auto const bytes = patch.SerializeAsString();
        kept.patches.back().assign(bytes.begin(), bytes.end());
    });
}

TEST_F(AppState, APatchThatWasChangedIsNotTakenAndTheWholeIsReadAnew) {
    Device device{ground};
    device.link(kAmal);
    settle(device);
    device.stop();
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "true"));
    spoil_patch(ground, "critical_unblock_low");
    device.restart();
    EXPECT_TRUE(called(device, "true"));   // out of the snapshot
    EXPECT_TRUE(device.figures().unreadable_settings.empty());
}

TEST_F(AppState, ASnapshotThatWasChangedIsNamedAsUnreadable) {
    ASSERT_TRUE(ground->save_contact(kAmal, kBadr, "never told"));
    ground->on_service([](sandbox::Service& service) {
        auto& kept = service.world.accounts.at(kAmal)->app_state->collections["critical_unblock_low"];
        kept.snapshot_mac.front() ^= 1;
    });
    Device device{ground};
    device.link(kAmal);
    settle(device);   // the other collections are fine
    auto const unreadable = device.figures().unreadable_settings;
    ASSERT_EQ(unreadable.size(), 1U);
    EXPECT_TRUE(unreadable[0].starts_with("critical_unblock_low: ")) << unreadable[0];
    for (auto const& event : device.heard.all("changed")) EXPECT_NE(event.change.kind, PhoneChangeKind::contact);
}

}   // namespace
}   // namespace waqtor::engine
