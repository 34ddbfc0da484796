#include "peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// Groups, documents, messages for devices that are away, and retries after a spoilt message: foreign clients on both ends.
namespace waqtor::interop {
namespace {

namespace json = boost::json;

constexpr auto kAmal = "15550101";
constexpr auto kBadr = "15550102";
constexpr auto kDina = "15550103";

std::string number_jid(std::string const& number) { return number + "@s.whatsapp.net"; }

struct Pair {
    Library first;
    Library second;
};

std::string name_of_pair(testing::TestParamInfo<Pair> const& info) {
    return std::string{name_of(info.param.first)} + "_and_" + std::string{name_of(info.param.second)};
}

struct Linked {
    Ground ground;
    Peer amal;
    Peer badr;

    explicit Linked(Pair libraries) : amal{libraries.first, ground}, badr{libraries.second, ground} {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        ground->add_phone(kDina, "Dina");
        amal.link(kAmal);
        badr.link(kBadr);
    }
    /// Both know each other's sessions afterwards.
    void greet() {
        amal.send_text(number_jid(kBadr), "peace");
        badr.expect_text("peace");
        badr.send_text(number_jid(kAmal), "and peace");
        amal.expect_text("and peace");
    }
};

auto const kAllPairs = testing::Values(Pair{Library::baileys, Library::whatsmeow}, Pair{Library::whatsmeow, Library::baileys},
                                       Pair{Library::baileys, Library::zapo}, Pair{Library::zapo, Library::baileys},
                                       Pair{Library::whatsmeow, Library::zapo}, Pair{Library::zapo, Library::whatsmeow});

class Groups : public testing::TestWithParam<Pair> {};

TEST_P(Groups, TextGoesBothWaysAndToAPhone) {
    auto linked = Linked{GetParam()};
    auto& [ground, amal, badr] = linked;
    auto const made = amal.call("create_group", {{"subject", "Tea"}, {"members", {number_jid(kBadr), number_jid(kDina)}}});
    auto const group = std::string{made.at("group").as_string()};

    amal.send_text(group, "who brings the sugar");
    EXPECT_EQ(badr.expect_text("who brings the sugar").at("chat").as_string(), group);
    badr.send_text(group, "I do");
    EXPECT_EQ(amal.expect_text("I do").at("chat").as_string(), group);
    amal.send_text(group, "thanks");   // without a new key
    badr.expect_text("thanks");
    for (auto const* text : {"who brings the sugar", "I do", "thanks"})
        EXPECT_TRUE(ground->wait_for(
            [&](auto const& entry) {
                return entry.way == sandbox::Way::phone && entry.text == text && entry.device == number_jid(kDina);
            },
            kPatience))
            << "the phone never read: " << text;

    ASSERT_TRUE(ground->send_text(kDina, group, "from a phone"));
    amal.expect_text("from a phone");
    badr.expect_text("from a phone");
}

INSTANTIATE_TEST_SUITE_P(Between, Groups, kAllPairs, name_of_pair);

class Documents : public testing::TestWithParam<Pair> {};

TEST_P(Documents, ArriveByteForByte) {
    auto linked = Linked{GetParam()};
    auto file = std::string{};
    for (int i = 0; i < 100'000; ++i) file.push_back(static_cast<char>('A' + i * 7 % 26));
    // The first three bytes of four letters are whole: this is base64 as it stands.
    linked.amal.call("send_media", {{"to", number_jid(kBadr)},
                                    {"kind", "document"},
                                    {"mime", "application/octet-stream"},
                                    {"name", "list.bin"},
                                    {"data", file}});
    auto const got = linked.badr.expect("media");
    EXPECT_EQ(got.at("name").as_string(), "list.bin");
    EXPECT_TRUE(got.at("data").as_string() == file);
}

INSTANTIATE_TEST_SUITE_P(From, Documents, kAllPairs, name_of_pair);

class Away : public testing::TestWithParam<Pair> {};

TEST_P(Away, MessagesWaitAndComeOnceInOrder) {
    auto linked = Linked{GetParam()};
    linked.greet();
    linked.badr.away();
    for (auto const* text : {"one", "two", "three"}) linked.amal.send_text(number_jid(kBadr), text);
    linked.badr.back();
    for (auto const* text : {"one", "two", "three"}) linked.badr.expect_text(text);
    linked.amal.send_text(number_jid(kBadr), "four");
    linked.badr.expect_text("four");
}

INSTANTIATE_TEST_SUITE_P(From, Away, kAllPairs, name_of_pair);

class Retry : public testing::TestWithParam<Pair> {};

TEST_P(Retry, ASpoiltMessageIsSentAgainAndRead) {
    auto linked = Linked{GetParam()};
    linked.greet();
    linked.ground->on_service([](sandbox::Service& service) {
        service.fault = [spoilt = false](sandbox::Device& to, whatsapp::Node& stanza) mutable {
            auto const wanted = !spoilt && stanza.is("message") && to.number == 1 && to.account->number == kBadr;
            if (!wanted) return true;
            spoilt = true;
            for (auto& child : std::get<std::vector<whatsapp::Node>>(stanza.content))
                if (child.is("enc")) std::get<whatsapp::Bytes>(child.content).back() ^= 1;
            return true;
        };
    });
    auto const id = linked.amal.send_text(number_jid(kBadr), "hard to read");
    EXPECT_EQ(linked.badr.expect_text("hard to read").at("message").as_string(), id);
    EXPECT_TRUE(linked.ground->wait_for(
        [&](auto const& entry) {
            return entry.way == sandbox::Way::from_device && entry.tag == "receipt" && entry.type == "retry" && entry.id == id;
        },
        kPatience));
}

INSTANTIATE_TEST_SUITE_P(From, Retry, kAllPairs, name_of_pair);

}   // namespace
}   // namespace waqtor::interop
