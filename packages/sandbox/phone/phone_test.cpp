#include "sandbox/phone/phone.hpp"

#include "sandbox/service/stanzas.hpp"
#include "sandbox/testing/service_fixture.hpp"

#include <gmock/gmock.h>

namespace waqtor::sandbox {
namespace {

struct Phones : testing::SandboxService {
    Account& add(std::string const& number, Behaviour behaviour) {
        service.world.add_sleeping(number, "Customer", "", std::make_shared<Behaviour const>(std::move(behaviour)));
        return *service.world.account(Jid{.user = Text{number}, .server = Server::user});
    }
    Delivery delivery() const { return service.deliveries.all().at(0); }
};

TEST_F(Phones, OneThatReadsAndAnswersDoesBothInOrder) {
    activate();
    auto& badr = add("15550102", {.reads_after = Milliseconds{2},
                                  .replies = {{"PRICE", "ten dinars"}, {"", "thanks"}},
                                  .replies_after = Milliseconds{2},
                                  .typing = Milliseconds{1}});
    device.send(device.text_to(badr, "15550101", "A1", "what is the price?"));
    settle();
    auto said = std::vector<std::string>{};
    auto words = std::string{};
    for (auto const& stanza : read_all()) {
        said.push_back(stanza.tag.str() + ' ' + stanza.string(stanza.is("ack") ? "class" : "type"));
        if (stanza.is("message")) words = device.read(stanza);
    }
    EXPECT_EQ(said, (std::vector<std::string>{"ack message", "receipt ", "receipt read", "chatstate ", "message text"}));
    EXPECT_EQ(words, "ten dinars");
    EXPECT_EQ(delivery().phone, "15550102");
    EXPECT_EQ(delivery().read, 1U);
}

TEST_F(Phones, TheSameBytesTwiceAreHandedTwiceAndReadOnce) {
    activate();
    auto& badr = add("15550102", {});
    auto const message = device.text_to(badr, "15550101", "A1", "once");
    device.send(message);
    settle();
    device.send(message);
    settle();
    EXPECT_EQ(delivery().taken, 2U);
    EXPECT_EQ(delivery().handed, 2U);
    EXPECT_EQ(delivery().read, 1U);
    EXPECT_EQ(badr.phone->inbox().size(), 1U);
    for (auto const& stanza : read_all()) EXPECT_NE(stanza.string("type"), "retry");
}

TEST_F(Phones, OneThatIsOffSendsNoReceipt) {
    activate();
    auto& badr = add("15550102", {.delivered = false});
    device.send(device.text_to(badr, "15550101", "A1", "anybody there?"));
    settle();
    for (auto const& stanza : read_all()) EXPECT_TRUE(stanza.is("ack")) << stanza.describe();
}

TEST_F(Phones, SleepUntilSomebodyNeedsTheirKeys) {
    activate();
    for (int i = 0; i < 1000; ++i) service.world.add_sleeping(std::to_string(15'550'200'000U + i), "Customer", "", {});
    auto check = Node{"list"};
    for (auto const* number : {"+15550200000", "+15550200999", "+15550201000"})
        check.add(Node{"user", {}, Node{"contact", {}, to_bytes(bytes_of(number))}});
    auto const answer = ask(Node{"iq",
                                 {{"id", "1"}, {"to", server_jid()}, {"type", "get"}, {"xmlns", "usync"}},
                                 Node{"usync",
                                      {{"sid", "s"}, {"mode", "query"}, {"context", "interactive"}},
                                      Node{"query", {}, Node{"contact"}, Node{"lid"}},
                                      std::move(check)}});
    auto types = std::vector<std::string>{};
    for (auto const& user : answer.child("usync")->child("list")->children())
        types.push_back(user.child("contact")->string("type"));
    EXPECT_EQ(types, (std::vector<std::string>{"in", "in", "out"}));
    EXPECT_EQ(service.world.accounts.size(), 1U);
    EXPECT_EQ(service.world.size(), 1001U);
    auto const* woken = service.world.account(Jid{.user = Text{std::string_view{"15550200999"}}, .server = Server::user});
    ASSERT_TRUE(woken);
    EXPECT_EQ(service.world.account(woken->lid_jid()), woken);
    EXPECT_EQ(service.world.size(), 1001U);
}

TEST(Draw, TheSameSeedGivesTheSameChances) {
    auto const count = [](std::uint64_t seed) {
        auto out = std::vector<bool>{};
        for (int i = 0; i < 1000; ++i) out.push_back(Draw{seed, std::to_string(15'550'200'000U + i), 1}.happens(0.3));
        return out;
    };
    EXPECT_EQ(count(7), count(7));
    EXPECT_NE(count(7), count(8));
    auto const hits = std::ranges::count(count(7), true);
    EXPECT_GT(hits, 250);
    EXPECT_LT(hits, 350);
}

TEST(Tally, CountsWhatIsMissingTwiceOrUnknown) {
    auto const found = std::vector<Delivery>{{.message = "A", .phone = "15550102", .handed = 1, .read = 1},
                                             {.message = "B", .phone = "15550103", .handed = 2, .read = 2},
                                             {.message = "C", .phone = "15550104", .handed = 1, .read = 0},
                                             {.message = "X", .phone = "15550105", .handed = 1, .read = 1}};
    auto const counts = tally(found, {{"A", "+15550102"}, {"B", "15550103"}, {"C", "15550104"}, {"D", "15550106"}});
    EXPECT_EQ(counts.delivered, 1U);
    EXPECT_EQ(counts.missing, 2U);
    EXPECT_EQ(counts.duplicate, 1U);
    EXPECT_EQ(counts.unknown, 1U);
}

}   // namespace
}   // namespace waqtor::sandbox
