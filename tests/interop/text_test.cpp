#include "peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// Text through the sandbox between clients that know nothing of it or of each other.
namespace waqtor::interop {
namespace {

constexpr auto kAmal = "15550101";
constexpr auto kBadr = "15550102";

std::string number_jid(std::string const& number) { return number + "@s.whatsapp.net"; }

struct Pair {
    Library first;
    Library second;
};

class Text : public testing::TestWithParam<Pair> {};

TEST_P(Text, GoesBothWays) {
    auto ground = Ground{};
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    auto amal = Peer{GetParam().first, ground};
    auto badr = Peer{GetParam().second, ground};
    amal.link(kAmal);
    badr.link(kBadr);

    // The first message starts the session, the answer completes it, the third goes without prekeys.
    auto const first = amal.send_text(number_jid(kBadr), "peace be upon you");
    EXPECT_EQ(badr.expect_text("peace be upon you").at("message").as_string(), first);
    auto const answer = badr.send_text(number_jid(kAmal), "and upon you");
    EXPECT_EQ(amal.expect_text("and upon you").at("message").as_string(), answer);
    auto const third = amal.send_text(number_jid(kBadr), "how are you");
    EXPECT_EQ(badr.expect_text("how are you").at("message").as_string(), third);

    // The phones of both got all three as well: the recipient's as a message, the sender's as a copy.
    for (auto const* number : {kAmal, kBadr})
        for (auto const* text : {"peace be upon you", "and upon you", "how are you"})
            EXPECT_TRUE(ground->wait_for(
                [&](auto const& entry) {
                    return entry.way == sandbox::Way::phone && entry.text == text && entry.device == number_jid(number);
                },
                kPatience))
                << number << " never read: " << text;
    for (auto const& entry : ground->ledger())
        EXPECT_NE(entry.way, sandbox::Way::refused) << entry.tag << ' ' << entry.id << ' ' << entry.text;
}

INSTANTIATE_TEST_SUITE_P(Between, Text,
                         testing::Values(Pair{Library::baileys, Library::whatsmeow}, Pair{Library::baileys, Library::zapo},
                                         Pair{Library::whatsmeow, Library::zapo}),
                         [](auto const& info) {
                             return std::string{name_of(info.param.first)} + "_and_" + std::string{name_of(info.param.second)};
                         });

class WithPhone : public testing::TestWithParam<Library> {};

TEST_P(WithPhone, TextReadAndTypingGoBothWays) {
    auto ground = Ground{};
    ground->add_phone(kAmal, "Amal");
    ground->add_phone(kBadr, "Badr");
    auto peer = Peer{GetParam(), ground};
    peer.link(kAmal);

    // By number and by LID: the sandbox relays in the addressing that was used.
    auto const lid = [&] {
        auto out = std::string{};
        ground->on_service([&](sandbox::Service& service) { out = service.world.accounts.at(kAmal)->lid_jid().to_string(); });
        return out;
    }();
    auto const by_number = ground->send_text(kBadr, kAmal, "by number");
    ASSERT_TRUE(by_number) << by_number.error().message;
    EXPECT_EQ(peer.expect_text("by number").at("message").as_string(), *by_number);
    auto const by_lid = ground->send_text(kBadr, lid, "by lid");
    ASSERT_TRUE(by_lid) << by_lid.error().message;
    EXPECT_EQ(peer.expect_text("by lid").at("message").as_string(), *by_lid);
    // The client tells the phone that it has the message.
    EXPECT_TRUE(ground->wait_for(
        [&](auto const& entry) {
            return entry.way == sandbox::Way::to_device && entry.tag == "receipt" && entry.id == *by_lid &&
                   entry.device == number_jid(kBadr);
        },
        kPatience));

    auto const answer = peer.send_text(number_jid(kBadr), "from the client");
    auto const read = ground->wait_for(
        [&](auto const& entry) {
            return entry.way == sandbox::Way::phone && entry.id == answer && entry.device == number_jid(kBadr);
        },
        kPatience);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text, "from the client");
    ASSERT_TRUE(ground->read(kBadr, answer));
    auto const seen =
        peer.expect("receipt", [&](auto const& one) { return one.at("message") == answer.c_str() && one.at("type") == "read"; });
    EXPECT_EQ(seen.at("type").as_string(), "read");
}

INSTANTIATE_TEST_SUITE_P(Of, WithPhone, testing::Values(Library::baileys, Library::zapo, Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

}   // namespace
}   // namespace waqtor::interop
