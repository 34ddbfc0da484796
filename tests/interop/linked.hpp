#pragma once
#include "peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// Our client on one end, an unmodified foreign one on the other, the sandbox between them.
namespace waqtor::interop {

inline constexpr auto kAmal = "15550101";
inline constexpr auto kBadr = "15550102";
inline constexpr auto kDina = "15550103";

inline std::string number_jid(std::string const& number) { return number + "@s.whatsapp.net"; }

/// Amal is ours, Badr is theirs.
struct Linked {
    Ground ground;
    Peer amal;
    Peer badr;

    explicit Linked(Library other) : amal{Library::waqtor, ground}, badr{other, ground} {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        ground->add_phone(kDina, "Dina");
        amal.link(kAmal);
        badr.link(kBadr);
    }
    std::string lid(std::string const& number) {
        std::string out;
        ground->on_service([&](sandbox::Service& service) { out = service.world.accounts.at(number)->lid_jid().to_string(); });
        return out;
    }
    void spoil_next_for(std::string number) {
        ground->on_service([number](sandbox::Service& service) {
            service.fault = [number, spoilt = false](sandbox::Device& to, whatsapp::Node& stanza) mutable {
                auto const wanted = !spoilt && stanza.is("message") && to.number == 1 && to.account->number == number;
                if (!wanted) return true;
                spoilt = true;
                for (auto& child : std::get<std::vector<whatsapp::Node>>(stanza.content))
                    if (child.is("enc")) {
                        auto& bytes = std::get<whatsapp::Bytes>(child.content);
                        bytes[bytes.size() / 2] ^= 1;   // the end of a pkmsg is not covered by its MAC
                    }
                return true;
            };
        });
    }
    void expect_nothing_refused() {
        for (auto const& entry : ground->ledger())
            EXPECT_NE(entry.way, sandbox::Way::refused) << entry.device << ' ' << entry.tag << ' ' << entry.id << ' ' << entry.text;
    }
};

}   // namespace waqtor::interop
