#include "whatsapp/binary/codec.hpp"

#include "whatsapp/binary/tokens.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/crypto/secret.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp {
namespace {

namespace json = boost::json;
using testing::hex;
using testing::text;
using testing::operator""_hex;

/// The node as codec.json describes what baileys read.
json::object plain(Node const& node) {
    json::object out{{"tag", node.tag.view()}};
    json::object attrs;
    for (auto const& attr : node.attrs) attrs[attr.key.view()] = attr.value.to_string();
    out["attrs"] = attrs;
    if (auto const* children = std::get_if<std::vector<Node>>(&node.content)) {
        json::array list;
        for (auto const& child : *children) list.push_back(plain(child));
        out["children"] = list;
    } else if (auto const* bytes = std::get_if<Bytes>(&node.content)) {
        out["hex"] = crypto::to_hex(*bytes);
    } else if (auto const* words = std::get_if<Text>(&node.content)) {
        out["text"] = words->view();
    }
    return out;
}

TEST(Codec, ReadsAndWritesWhatBaileysDoes) {
    auto const file = testing::vectors("codec.json");
    for (auto const& entry : file.at("cases").as_array()) {
        auto const& row = entry.as_object();
        SCOPED_TRACE(text(row, "name"));
        auto const encoded = hex(row, "encoded");
        auto const node = decode(encoded);
        ASSERT_TRUE(node) << node.error().message;
        EXPECT_EQ(json::serialize(plain(*node)), json::serialize(row.at("node")));
        if (row.at("ours").as_bool()) EXPECT_EQ(crypto::to_hex(encode(*node)), crypto::to_hex(encoded));
        EXPECT_EQ(encode(*decode(encode(*node))), encode(*node));
    }
}

TEST(Codec, EveryTokenHasTheSameNumberAsInBaileys) {
    auto const file = testing::vectors("codec.json").as_object();
    auto const encoded = hex(file, "token_nodes");
    auto const node = decode(encoded);
    ASSERT_TRUE(node);
    auto const& words = file.at("tokens").as_array();
    ASSERT_EQ(words.size(), 235u + 4 * 256);
    ASSERT_EQ(node->children().size(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        EXPECT_EQ(node->children()[i].tag.view(), std::string_view{words[i].as_string()});
    EXPECT_EQ(encode(*node), encoded);
}

TEST(Codec, DeflatedFramesAreInflatedWithinTheLimit) {
    auto const file = testing::vectors("codec.json");
    auto const& row = file.at("deflated").as_object();
    auto const deflated = hex(row, "encoded");
    auto const same_as = hex(row, "same_as");
    auto const node = decode(deflated);
    ASSERT_TRUE(node);
    EXPECT_EQ(encode(*node), same_as);
    EXPECT_EQ(*decode(encode(*node, Compression::deflate)), *node);

    EXPECT_TRUE(decode(deflated, {.inflated_bytes = same_as.size() - 1}));
    EXPECT_EQ(refusal_of(decode(deflated, {.inflated_bytes = same_as.size() - 2}).error()), Refusal::limit);
    auto broken = deflated;
    broken[broken.size() - 1] ^= 1;
    EXPECT_EQ(refusal_of(decode(broken).error()), Refusal::malformed);
    EXPECT_EQ(refusal_of(decode(ByteView{deflated}.first(deflated.size() - 4)).error()), Refusal::malformed);
    EXPECT_EQ(refusal_of(decode(concat({deflated, "00"_hex})).error()), Refusal::malformed);
}

TEST(Codec, AddressesKeepTheirType) {
    auto const jid = [](std::string_view words) { return *Jid::parse(words); };
    Node const node{"iq",
                    {{"from", server_jid()},
                     {"a", jid("15550100@s.whatsapp.net")},
                     {"b", jid("15550100:12@s.whatsapp.net")},
                     {"c", jid("998877665544332:1@lid")},
                     {"d", jid("15550100@hosted")},
                     {"e", jid("15550100:300@msgr")},
                     {"f", jid("7-15550100:2@interop")},
                     {"g", "15550100@s.whatsapp.net"}}};
    auto const back = decode(encode(node));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, node);
    EXPECT_EQ(back->jid("from"), server_jid());
    EXPECT_EQ(back->find("a")->as_jid()->server, Server::user);
    EXPECT_FALSE(back->find("g")->is_jid());
    EXPECT_EQ(back->jid("g"), back->jid("a")) << "a text is read as an address where one is asked for";
    // The server must be a pair with an empty user: whatsmeow compares typed addresses.
    EXPECT_EQ(crypto::to_hex(encode(Node{"iq", {{"from", server_jid()}}})), "00f8031906fa0003");
}

TEST(Codec, AddressesAreReadStrictly) {
    for (auto good : {"15550100@s.whatsapp.net", "15550100:5@lid", "@s.whatsapp.net", "status@broadcast", "7-1:2@interop",
                      "15550102-1500000000@g.us"})
        EXPECT_EQ(Jid::parse(good)->to_string(), good);
    EXPECT_EQ(Jid::parse("15550100.0:3@s.whatsapp.net"), Jid::parse("15550100:3@s.whatsapp.net"));
    EXPECT_EQ(Jid::parse("15550100:3@s.whatsapp.net")->to_agent_string(), "15550100.0:3@s.whatsapp.net");
    for (auto bad : {"", "15550100", "1@example", "1:@lid", "1:x@lid", "1:256@lid", "1:-1@lid", "1: 1@lid", "1.2:1@lid",
                     "1@interop", "1:65536@msgr"})
        EXPECT_FALSE(Jid::parse(bad)) << bad;
}

TEST(Codec, NodesAnswerQuestions) {
    Node node{"iq",
              {{"id", std::string(40, 'x')}, {"count", 18446744073709551615ULL}, {"none", ""}, {"bad", "12a"}},
              Node{"list", {}, Node{"user"}, Node{"user", {{"n", 1}}}},
              Node{"value", {}, "6869"_hex}};
    EXPECT_EQ(node.attr("id"), std::string(40, 'x'));
    EXPECT_EQ(node.number("count"), 18446744073709551615ULL);
    EXPECT_EQ(node.number("bad"), std::nullopt);
    EXPECT_EQ(node.number("none"), std::nullopt);
    EXPECT_EQ(node.find("missing"), nullptr);
    EXPECT_EQ(node.child("list")->children().size(), 2u);
    EXPECT_EQ(node.child("value")->text(), "hi");
    EXPECT_EQ(node.child("nothing"), nullptr);
    node.set("bad", "good");
    node.set("new", server_jid());
    EXPECT_EQ(node.attr("bad"), "good");
    EXPECT_EQ(node.string("new"), "@s.whatsapp.net");
    auto copy = node;
    auto const moved = std::move(copy);
    EXPECT_EQ(moved, node);
    EXPECT_EQ(Node("a", {{"k", "v"}}, Node("b")).describe(), R"(<a k="v"><b/></a>)");
}

TEST(Codec, LongBytesRoundTripThroughEveryLengthForm) {
    for (std::size_t size : {0U, 255U, 256U, (1U << 20) - 1, 1U << 20}) {
        Node const node{"enc", {}, crypto::random_bytes(size)};
        EXPECT_EQ(*decode(encode(node)), node) << size;
    }
}

TEST(Codec, EveryCutOfARealStanzaIsRefused) {
    auto const file = testing::vectors("codec.json");
    for (auto const& entry : file.at("cases").as_array()) {
        auto const encoded = hex(entry.as_object(), "encoded");
        for (std::size_t size = 0; size < std::min<std::size_t>(encoded.size(), 400); ++size)
            EXPECT_FALSE(decode(ByteView{encoded}.first(size))) << text(entry.as_object(), "name") << " cut to " << size;
    }
}

TEST(Codec, HostileInputIsRefusedByName) {
    struct Row {
        char const* what;
        Bytes frame;
        Refusal why;
    };
    Bytes deep{0};
    for (int i = 0; i < 49; ++i) append(deep, "f80219f801"_hex);
    append(deep, "f80119"_hex);
    Row const rows[] = {
        {"empty", {}, Refusal::malformed},
        {"no list", "0019"_hex, Refusal::malformed},
        {"empty list", "0000"_hex, Refusal::malformed},
        {"empty tag", "00f801fc00"_hex, Refusal::malformed},
        {"bytes behind", "00f8011900"_hex, Refusal::malformed},
        {"65535 attributes that are not there", "00f9ffff19"_hex, Refusal::malformed},
        {"65535 children that are not there", "00f80219f9ffff"_hex, Refusal::malformed},
        {"4 GiB that are not there", "00f80219feffffffff"_hex, Refusal::malformed},
        {"a list as an attribute", "00f80319f80119f80119"_hex, Refusal::malformed},
        {"nibble 12", "00f80219ff01c0"_hex, Refusal::malformed},
        {"odd and empty", "00f80219ff80"_hex, Refusal::malformed},
        {"unassigned byte 240", "00f80219f0"_hex, Refusal::malformed},
        {"unknown domain", "00f80219f70501fc0131"_hex, Refusal::malformed},
        {"messenger form of another server", "00f80219f6fc0131000103"_hex, Refusal::malformed},
        {"nested too deeply", deep, Refusal::limit},
    };
    for (auto const& row : rows) {
        auto const node = decode(row.frame);
        ASSERT_FALSE(node) << row.what;
        EXPECT_EQ(refusal_of(node.error()), row.why) << row.what;
    }
    EXPECT_EQ(refusal_of(decode("00f80219f802f80119f80119"_hex, {.items = 2}).error()), Refusal::limit);
}

TEST(Codec, RandomBytesNeverCrashAndWhatIsReadCanBeWritten) {
    std::size_t read = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto frame = crypto::random_bytes(4 + static_cast<std::size_t>(round % 60));
        frame[0] = 0;
        frame[1] = 248;
        frame[2] = static_cast<std::uint8_t>(1 + round % 5);
        auto const node = decode(frame);
        if (!node) continue;
        ++read;
        EXPECT_EQ(encode(*decode(encode(*node))), encode(*node)) << crypto::to_hex(frame);
    }
    // The shortest frame of the loop is a node of one token, so some must have been read.
    EXPECT_GT(read, 0u);
}

}   // namespace
}   // namespace waqtor::whatsapp
