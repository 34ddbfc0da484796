#include "whatsapp/messaging/content_codec.hpp"

#include "core/base/json.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/testing/chat.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>

namespace waqtor::whatsapp::messaging {
namespace {

using namespace messaging::testing;
using whatsapp::testing::hex;
using whatsapp::testing::text;

/// What the foreign clients wrote, with what we must read in it.
struct Golden {
    json::value file;
    json::object const& root = file.as_object();
    DecodeContext context;

    explicit Golden(std::string_view name) : file{whatsapp::testing::vectors(name)} {
        auto const& poll = root.at("poll").as_object();
        auto original = Original{.secret = crypto::secret32(hex(poll, "secret")), .authors = {}};
        for (auto const& choice : poll.at("choices").as_array()) original.choices.emplace_back(choice.as_string());
        context.me = jid(text(root, "me"));
        context.me_lid = jid(text(root, "me_lid"));
        original.authors = {context.me, context.me_lid};
        context.sender_alt = jid(text(root, "sender_lid"));
        context.original = [original](MessageReference const& target) {
            return target.id == "POLL" ? std::optional{original} : std::nullopt;
        };
    }
};

void check_extras(json::object const& row, Decoded const& decoded) {
    auto const bytes = [&](std::string_view key) { return row.contains(key) ? hex(row, key) : Bytes{}; };
    if (row.contains("thumbnail")) EXPECT_EQ(decoded.extras.thumbnail, bytes("thumbnail"));
    EXPECT_EQ(decoded.extras.waveform, bytes("waveform"));
    EXPECT_EQ(decoded.extras.animated, row.contains("animated"));
    EXPECT_EQ(decoded.ephemeral, row.contains("ephemeral"));
    EXPECT_EQ(decoded.timer.value_or(-1), row.contains("timer") ? row.at("timer").as_int64() : -1);
    if (row.contains("edited_at")) EXPECT_EQ(decoded.edited_at, row.at("edited_at").as_int64());
    if (row.contains("secret")) {
        ASSERT_TRUE(decoded.secret);
        EXPECT_EQ(to_bytes(decoded.secret->view()), bytes("secret"));
    }
    ASSERT_EQ(decoded.extras.link.has_value(), row.contains("link"));
    if (!row.contains("link")) return;
    auto const& link = row.at("link").as_object();
    EXPECT_EQ(decoded.extras.link->url, text(link, "url"));
    EXPECT_EQ(decoded.extras.link->title, text(link, "title"));
    EXPECT_EQ(decoded.extras.link->description, text(link, "description"));
    EXPECT_EQ(decoded.extras.link->thumbnail, hex(link, "thumbnail"));
}

void check_golden(std::string_view file, std::size_t at_least) {
    Golden golden{file};
    auto const& cases = golden.root.at("cases").as_array();
    EXPECT_GE(cases.size(), at_least);
    for (auto const& one : cases) {
        auto const& row = one.as_object();
        SCOPED_TRACE(text(row, "name"));
        auto context = golden.context;
        context.chat = jid(text(row, "chat"));
        context.sender = jid(text(row, "sender"));
        auto const decoded = decode_content(hex(row, "message"), context);
        ASSERT_TRUE(decoded) << decoded.error().message;
        auto const& wanted = row.at("content");
        auto const read = decoded->content ? write_json(*decoded->content) : json::value{};
        EXPECT_EQ(read, wanted) << json::serialize(read) << "\n" << json::serialize(wanted);
        check_extras(row, *decoded);
    }
}

TEST(ContentCodec, ReadsWhatBaileysWrites) { check_golden("messages.json", 40); }
TEST(ContentCodec, ReadsWhatWhatsmeowWrites) { check_golden("messages_whatsmeow.json", 9); }

TEST(ContentCodec, ExtrasTravelBesideTheContent) {
    auto context = writing(kPeer);
    context.extras.link = LinkPreview{.url = "https://example.com", .title = "T", .description = "D", .thumbnail = Bytes(9, 1)};
    context.extras.forwarded = true;
    auto const encoded = encode_content({.text = "https://example.com"}, context);
    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded->media_type, "url");
    auto const decoded = decode_content(encoded->message, reading(kPeer));
    ASSERT_TRUE(decoded && decoded->extras.link);
    EXPECT_EQ(decoded->extras.link->title, "T");
    EXPECT_EQ(decoded->extras.link->thumbnail, Bytes(9, 1));
    EXPECT_TRUE(decoded->extras.forwarded);
}

TEST(ContentCodec, SaysWhichFieldCannotBeSent) {
    using enum MessageType;
    auto no_remote = media_of("image/png");
    no_remote.remote.reset();
    auto bad_key = media_of("image/png");
    bad_key.remote->media_key = "AAAA";
    std::pair<Content, char const*> const wrong[] = {
        {{.type = text}, "text"},
        {{.type = image}, "media"},
        {{.type = image, .media = no_remote}, "media.remote"},
        {{.type = image, .media = bad_key}, "media.remote.media_key"},
        {{.type = document, .media = media_of("a/b"), .view_once = true}, "view_once"},
        {{.type = reaction, .emoji = "x"}, "target"},
        {{.type = reaction, .emoji = "x", .target = MessageReference{.id = "A"}}, "target.sender"},
        {{.type = edit, .text = "x", .target = MessageReference{.id = "A", .sender = "1@lid"}}, "target.from_me"},
        {{.type = text, .text = "x", .mentions = std::vector<std::string>{"nobody"}}, "mentions"},
        {{.type = poll_vote,
          .choices = std::vector<std::string>{"maybe"},
          .target = MessageReference{.id = "POLL", .from_me = true}},
         "choices"},
        {{.type = unsupported}, "type"},
    };
    for (auto const& [content, field] : wrong) {
        auto const encoded = encode_content(content, writing(kGroup));
        ASSERT_FALSE(encoded) << field;
        ASSERT_EQ(encoded.error().code, waqtor::Code::invalid) << field;
        EXPECT_EQ(encoded.error().details.at(0).field, field);
    }
    auto const vote = Content{
        .type = poll_vote, .choices = std::vector<std::string>{"yes"}, .target = MessageReference{.id = "OTHER", .from_me = true}};
    EXPECT_EQ(encode_content(vote, writing(kPeer)).error().code, waqtor::Code::not_found);
}

TEST(ContentCodec, AVoteWaitsForItsPoll) {
    auto const vote = Content{
        .type = MessageType::poll_vote, .choices = std::vector<std::string>{"no"}, .target = MessageReference{.id = "POLL"}};
    auto const encoded = encode_content(vote, writing(kPeer));
    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded->poll_type, "vote");
    EXPECT_TRUE(encoded->hide_failure);
    auto context = reading(kPeer);
    context.original = {};
    auto const decoded = decode_content(encoded->message, context);
    ASSERT_TRUE(decoded && decoded->vote);
    EXPECT_FALSE(decoded->content->choices);
    auto const poll = known_poll(decoded->vote->poll);
    EXPECT_EQ(open_vote(*decoded->vote, *poll, {kMyLid, kMe}), std::vector<std::string>{"no"});

    auto forged = *decoded->vote;
    forged.payload[0] ^= 1;
    EXPECT_EQ(refusal_of(open_vote(forged, *poll, {kMe}).error()), Refusal::message_mac);
    EXPECT_EQ(refusal_of(open_vote(*decoded->vote, *poll, {kPeer}).error()), Refusal::message_mac);
}

TEST(ContentCodec, SenderKeysAndTimersComeBeside) {
    auto const encoded = encode_content({.text = "first"}, writing(kGroup));
    ASSERT_TRUE(encoded);
    auto const both = decode_content(with_sender_key(encoded->message, kGroup, Bytes(70, 5)), reading(kGroup));
    ASSERT_TRUE(both && both->sender_key && both->content);
    EXPECT_EQ(both->sender_key->group, kGroup);
    EXPECT_EQ(both->sender_key->distribution, Bytes(70, 5));
    EXPECT_EQ(both->content->text, "first");
    auto const alone = decode_content(with_sender_key({}, kGroup, Bytes(70, 5)), reading(kGroup));
    ASSERT_TRUE(alone && alone->sender_key);
    EXPECT_FALSE(alone->content);
    auto const timer = decode_content(encode_timer(86'400, Timestamp{}).message, reading(kPeer));
    ASSERT_TRUE(timer);
    EXPECT_EQ(timer->timer, 86'400);
    EXPECT_FALSE(timer->content);
}

TEST(ContentCodec, OnlyOwnDevicesCanAskForKeysOrClaimCopies) {
    auto const request = encode_key_request({Bytes{1, 2, 3}});
    auto own = DecodeContext{.me = kMe, .me_lid = kMyLid, .chat = kMe, .sender = kMyLid.with_device(2)};
    EXPECT_EQ(decode_content(request, own)->app_state_keys_wanted, (std::vector<Bytes>{{1, 2, 3}}));
    auto const foreign = decode_content(request, reading(kPeer));
    ASSERT_TRUE(foreign);
    EXPECT_TRUE(foreign->protocol);
    EXPECT_TRUE(foreign->app_state_keys_wanted.empty());
    auto const copy = wrap_device_sent(encode_content({.text = "x"}, writing(kPeer))->message, kPeer);
    EXPECT_EQ(refusal_of(decode_content(copy, reading(kPeer)).error()), Refusal::malformed);
}

TEST(ContentCodec, TextsBecomeFitToStore) {
    auto const read = [](Bytes const& message) {
        auto decoded = decode_content(message, reading(kPeer));
        return decoded && decoded->content ? decoded->content->text.value_or("none") : "none";
    };
    EXPECT_EQ(read({0x0a, 3, 'a', 0, 'b'}), "ab");
    EXPECT_EQ(read({0x0a, 3, 'a', 0xff, 'b'}),
              "a\xef\xbf\xbd"
              "b");
    EXPECT_EQ(read({0x0a, 3, 0xed, 0xa0, 0x80}), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");   // a surrogate
    auto const huge = encode_content({.text = std::string(70'000, 'x')}, writing(kPeer));
    EXPECT_EQ(read(huge->message).size(), 65'536U);
}

TEST(ContentCodec, RefusesNonsense) {
    EXPECT_EQ(refusal_of(decode_content(Bytes{0x0a, 0x7f, 1}, reading(kPeer)).error()), Refusal::malformed);
    EXPECT_EQ(refusal_of(decode_content(Bytes((16 << 20) + 1), reading(kPeer)).error()), Refusal::limit);
    Bytes deep;   // editedMessage{message{editedMessage{…
    for (int i = 0; i < 200; ++i) {
        Bytes length;
        for (auto rest = deep.size();; rest >>= 7) {
            length.push_back(static_cast<std::uint8_t>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0)));
            if (rest <= 0x7f) break;
        }
        deep = i % 2 ? concat({Bytes{0xd2, 0x03}, length, deep}) : concat({Bytes{0x0a}, length, deep});
    }
    EXPECT_EQ(refusal_of(decode_content(deep, reading(kPeer)).error()), Refusal::malformed);
    EXPECT_FALSE(decode_content({}, reading(kPeer))->content);
}

TEST(Padding, IsStrict) {
    for (int i = 0; i < 100; ++i) {
        auto message = crypto::random_bytes(5);
        auto const before = message;
        pad(message);
        ASSERT_GT(message.size(), 5U);
        ASSERT_LE(message.size(), 21U);
        auto const back = unpad(message);
        ASSERT_TRUE(back);
        EXPECT_EQ(to_bytes(*back), before);
    }
    for (auto const& wrong : {Bytes{}, Bytes{0}, Bytes{2}, Bytes{1, 2}, Bytes(20, 17), Bytes{9, 1, 3, 3}})
        EXPECT_EQ(refusal_of(unpad(wrong).error()), Refusal::malformed);
    EXPECT_TRUE(unpad(Bytes{1})->empty());
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
