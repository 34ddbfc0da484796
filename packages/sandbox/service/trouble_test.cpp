#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "sandbox/testing/service_fixture.hpp"

#include <gmock/gmock.h>

/// What goes wrong on the way, and what may happen to devices and accounts.
namespace waqtor::sandbox {
namespace {

struct Trouble : testing::SandboxService {
    Trouble() { activate(); }

    /// The ids of the notifications that reach the device after `count` were delivered.
    std::vector<std::string> through(FaultRule rule, int count = 3) {
        rule.tag = "notification";
        service.faults.add(rule);
        for (int i = 1; i <= count; ++i)
            service.deliver(*account.device(1), Node{"notification", {{"id", std::to_string(i)}, {"type", "test"}}});
        settle();
        auto out = std::vector<std::string>{};
        for (auto const& stanza : read_all())
            if (stanza.is("notification")) out.push_back(stanza.string("id"));
        return out;
    }
    using Ids = std::vector<std::string>;
};

TEST_F(Trouble, ADroppedStanzaComesAfterTheNextLogin) {
    EXPECT_EQ(through({.kind = FaultRule::Kind::drop, .times = 1}), (Ids{"2", "3"}));
    for (auto const* id : {"2", "3"})
        device.send(Node{"ack", {{"class", "notification"}, {"id", std::string_view{id}}, {"to", server_jid()}}});
    device.connect_to_login(authority.noise_root(), 15550101, 1);
    device.send(Node{"iq", {{"id", "a"}, {"to", server_jid()}, {"type", "set"}, {"xmlns", "passive"}}, Node{"active"}});
    auto ids = Ids{};
    for (auto const& stanza : read_all())
        if (stanza.is("notification")) ids.push_back(stanza.string("id"));
    EXPECT_EQ(ids, (Ids{"1"}));
}

TEST_F(Trouble, DelayedReorderedAndDuplicatedStanzasComeSo) {
    EXPECT_EQ(through({.kind = FaultRule::Kind::delay, .skip = 1, .times = 1, .delay = Milliseconds{5}}), (Ids{"1", "3", "2"}));
    service.faults.remove();
    EXPECT_EQ(through({.kind = FaultRule::Kind::reorder, .times = 1}), (Ids{"2", "1", "3"}));
    service.faults.remove();
    EXPECT_EQ(through({.kind = FaultRule::Kind::duplicate, .times = 1}), (Ids{"1", "1", "2", "3"}));
    service.faults.remove();
    EXPECT_EQ(through({.kind = FaultRule::Kind::drop, .device = "15550109"}), (Ids{"1", "2", "3"}));
}

TEST_F(Trouble, ADisconnectionCutsAndWhatWasNotAcknowledgedWaits) {
    EXPECT_EQ(through({.kind = FaultRule::Kind::disconnect, .skip = 1, .times = 1}), (Ids{"1"}));
    EXPECT_TRUE(device.closed());
    auto const waits = [](auto const& one) { return one.stanza.is("notification"); };
    EXPECT_EQ(std::ranges::count_if(account.device(1)->pending, waits), 3);
}

TEST_F(Trouble, WhatADeviceSaysCanBeLostOrDoubled) {
    auto const ping = Node{"iq", {{"id", "9"}, {"to", server_jid()}, {"type", "get"}, {"xmlns", "w:p"}}};
    service.faults.add({.kind = FaultRule::Kind::drop, .way = FaultRule::Way::from_device, .times = 1});
    EXPECT_TRUE(ask(ping).tag.empty());
    service.faults.add({.kind = FaultRule::Kind::duplicate, .way = FaultRule::Way::from_device, .times = 1});
    EXPECT_EQ(ask(ping).string("id"), "9");
    EXPECT_EQ(device.next().string("id"), "9");
    EXPECT_TRUE(device.next().tag.empty());
}

TEST_F(Trouble, ABannedNumberIsCutAndRefused) {
    service.refuse_logins(account, 402);
    EXPECT_EQ(device.next().string("code"), "503");
    device.connect_to_login(authority.noise_root(), 15550101, 1);
    auto const failure = device.next();
    EXPECT_EQ(failure.string("reason"), "402");
    EXPECT_EQ(failure.string("code"), "101");
    service.refuse_logins(account, 0);
    device.connect_to_login(authority.noise_root(), 15550101, 1);
    EXPECT_TRUE(device.next().is("success"));
    auto hows = std::vector<std::string>{};
    for (auto const& visit : service.visits()) hows.push_back(visit.how);
    EXPECT_EQ(hows, (std::vector<std::string>{"pairing", "login", "refused 402", "login"}));
    EXPECT_TRUE(service.visits()[1].ended);
    EXPECT_FALSE(service.visits()[3].ended);
}

TEST_F(Trouble, TheReachOutLockStopsMessagesToStrangersOnly) {
    auto& badr = service.add_account("15550102", "Badr");
    account.reach_out_locked = true;
    EXPECT_EQ(ask(device.text_to(badr, "15550101", "A1", "hello")).string("error"), "463");
    ASSERT_TRUE(badr.phone->send_text(account.pn(), "write to me"));
    settle();
    read_all();
    device.send(device.text_to(badr, "15550101", "A2", "hello"));
    EXPECT_EQ(device.next().string("error"), "");
}

TEST_F(Trouble, ANewIdentityTakesTheDevicesAwayAndTellsContacts) {
    auto& badr = service.add_account("15550102", "Badr");
    auto const before = badr.identity.keys.pub;
    device.send(device.text_to(badr, "15550101", "A1", "hello"));
    settle();
    read_all();
    service.change_identity(badr);
    auto const told = device.next();
    EXPECT_EQ(told.string("type"), "encrypt");
    EXPECT_TRUE(told.child("identity"));
    EXPECT_NE(badr.identity.keys.pub, before);
    EXPECT_EQ(take_bundle(*badr.device(0))->identity, badr.identity.keys.pub);

    service.change_identity(account);
    auto const removed = device.next();
    EXPECT_EQ(removed.child("conflict")->string("type"), "device_removed");
    EXPECT_EQ(account.device(1), nullptr);
}

TEST_F(Trouble, ExhaustedPrekeysAreSaid) {
    service.exhaust_prekeys(*account.device(1));
    EXPECT_EQ(device.next().child("count")->string("value"), "0");
}

}   // namespace
}   // namespace waqtor::sandbox
