#pragma once
#include "sandbox/testing/bare_device.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace waqtor::sandbox::testing {

/// A service in memory with the phone 15550101 and a device that can be linked to it.
struct SandboxService : ::testing::Test {
    SystemClock clock;
    asio::io_context io;
    Authority authority{clock.now()};
    Service service{io.get_executor(), authority, clock};
    Account& account = service.add_account("15550101", "Amal");
    BareDevice device{service};

    SandboxService() { service.before_restart = Milliseconds{0}; }

    std::string first_ref() {
        auto const offer = device.next();
        auto const* pair_device = offer.child("pair-device");
        return pair_device ? std::string{pair_device->children().front().text()} : std::string{};
    }
    /// Until pair-success.
    Node register_and_scan() {
        device.connect_to_register(authority.noise_root());
        EXPECT_TRUE(service.scan(account, device.qr(first_ref())));
        return device.next();
    }
    /// Runs what the service does later.
    void settle() {
        io.restart();
        io.run();
    }
    void link() {
        device.send(device.sign(register_and_scan()));
        settle();
        device.connect_to_login(authority.noise_root(), 15550101, 1);
        EXPECT_TRUE(device.next().is("success"));
    }
    std::vector<std::string> refused() const {
        auto out = std::vector<std::string>{};
        for (auto const& entry : service.ledger.entries())
            if (entry.way == Way::refused || entry.way == Way::fault || entry.way == Way::unknown) out.push_back(entry.text);
        return out;
    }
    Node ask(Node const& iq) {
        device.send(iq);
        return device.next();
    }
    /// Linked, and everything is read that comes with becoming active.
    void activate() {
        link();
        device.send(Node{"iq", {{"id", "a"}, {"to", server_jid()}, {"type", "set"}, {"xmlns", "passive"}}, Node{"active"}});
        read_all();
    }
    /// What lies ready for the device.
    std::vector<Node> read_all() {
        auto out = std::vector<Node>{};
        for (auto one = device.next(); !one.tag.empty(); one = device.next()) out.push_back(std::move(one));
        return out;
    }
};

}   // namespace waqtor::sandbox::testing
