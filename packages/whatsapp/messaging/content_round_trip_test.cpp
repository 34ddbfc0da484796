#include "core/base/json.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/messaging/content_codec.hpp"
#include "whatsapp/messaging/testing/chat.hpp"
#include "whatsapp/testing/node_peer.hpp"

#include <gtest/gtest.h>

/// Every kind there and back, and as baileys reads it.
namespace waqtor::whatsapp::messaging {
namespace {

using namespace messaging::testing;

std::string shown(std::optional<Content> const& content) { return content ? json::serialize(write_json(*content)) : "nothing"; }

struct Sent {
    char const* name;
    Jid chat;
    Content content;
    char const* type = "text";
    char const* media_type = "";
    char const* edit = "";
};

std::vector<Sent> everything() {
    auto sized = media_of("image/jpeg");
    sized.width = 640, sized.height = 480;
    auto timed = media_of("video/mp4");
    timed.seconds = 12;
    auto named = media_of("application/pdf");
    named.name = "عقد.pdf";
    auto const mine = MessageReference{.id = "MINE", .from_me = true};
    auto const theirs = MessageReference{.id = "THEIRS", .from_me = false, .sender = "15550102@s.whatsapp.net"};
    using enum MessageType;
    return {
        {"text", kPeer, {.type = text, .text = "السلام عليكم"}},
        {"rich text",
         kGroup,
         {.type = text,
          .text = "@x",
          .quoted = MessageReference{.id = "Q", .sender = "15550102@s.whatsapp.net", .text = "?"},
          .mentions = std::vector<std::string>{"15550101@s.whatsapp.net", "102@lid"},
          .expires_after = 604800}},
        {"image", kPeer, {.type = image, .text = "look", .media = sized, .expires_after = 86400}, "media", "image"},
        {"view once", kPeer, {.type = image, .media = sized, .view_once = true}, "media", "image"},
        {"video", kPeer, {.type = video, .media = timed}, "media", "video"},
        {"gif", kPeer, {.type = gif, .media = timed}, "media", "gif"},
        {"voice", kPeer, {.type = voice, .media = timed}, "media", "ptt"},
        {"voice once", kPeer, {.type = voice, .media = timed, .view_once = true}, "media", "ptt"},
        {"audio", kPeer, {.type = audio, .media = timed}, "media", "audio"},
        {"document", kPeer, {.type = document, .media = named}, "media", "document"},
        {"captioned", kPeer, {.type = document, .text = "sign", .media = named}, "media", "document"},
        {"sticker", kPeer, {.type = sticker, .media = media_of("image/webp")}, "media", "sticker"},
        {"location", kPeer, {.type = location, .location = Location{.latitude = -1.5, .longitude = 2.25, .name = "Here"}}},
        {"contact", kPeer, {.type = contact, .contacts = std::vector{ContactCard{"A", "BEGIN:VCARD"}}}, "media", "vcard"},
        {"contacts",
         kPeer,
         {.type = contact, .contacts = std::vector{ContactCard{"A", "a"}, ContactCard{"B", "b"}}},
         "media",
         "contact_array"},
        {"poll", kPeer, {.type = poll, .poll = Poll{"When?", {"now", "later"}, 1}}, "poll"},
        {"poll of many", kGroup, {.type = poll, .poll = Poll{"When?", {"now", "later"}, 0}}, "poll"},
        {"vote",
         kPeer,
         {.type = poll_vote, .choices = std::vector<std::string>{"yes", "later"}, .target = MessageReference{.id = "POLL"}},
         "poll"},
        {"reaction", kPeer, {.type = reaction, .emoji = "🎉", .target = MessageReference{.id = "HIS"}}, "reaction"},
        {"reaction in a group", kGroup, {.type = reaction, .emoji = "🎉", .target = theirs}, "reaction"},
        {"no reaction", kPeer, {.type = reaction, .emoji = "", .target = mine}, "reaction", "", "7"},
        {"edit", kPeer, {.type = edit, .text = "better", .target = mine}, "text", "", "1"},
        {"revoke", kPeer, {.type = revoke, .target = mine}, "text", "", "7"},
        {"revoke by an admin", kGroup, {.type = revoke, .target = theirs}, "text", "", "8"},
    };
}

/// How the peer sees what we called ours: the same, from the other side.
Content from_there(Sent const& sent) {
    auto content = sent.content;
    if (!content.target) return content;
    content.target->from_me = sent.chat == kPeer && !content.target->from_me;
    if (sent.chat == kGroup && !content.target->sender) content.target->sender = kMe.to_string();
    return content;
}

TEST(ContentCodec, EveryKindArrivesAsItWasSent) {
    for (auto const& sent : everything()) {
        SCOPED_TRACE(sent.name);
        auto const encoded = encode_content(sent.content, writing(sent.chat));
        ASSERT_TRUE(encoded) << encoded.error().message;
        EXPECT_EQ(encoded->type, sent.type);
        EXPECT_EQ(encoded->media_type, sent.media_type);
        EXPECT_EQ(encoded->edit, sent.edit);
        auto const decoded = decode_content(encoded->message, reading(sent.chat));
        ASSERT_TRUE(decoded) << decoded.error().message;
        EXPECT_EQ(shown(decoded->content), shown(from_there(sent)));
        ASSERT_EQ(decoded->secret.has_value(), encoded->secret.has_value());
        if (encoded->secret) EXPECT_TRUE(*decoded->secret == *encoded->secret);

        // Our own other device gets the same, wrapped, and sees it as we do.
        auto own = DecodeContext{.me = kMe, .me_lid = kMyLid, .chat = kMe, .sender = kMe.with_device(3), .original = known_poll};
        auto const copy = decode_content(wrap_device_sent(encoded->message, sent.chat), own);
        ASSERT_TRUE(copy) << copy.error().message;
        EXPECT_EQ(copy->destination, sent.chat);
        auto seen = sent.content;
        if (seen.target && sent.chat == kGroup && !seen.target->sender) seen.target->sender = kMe.to_string();
        EXPECT_EQ(shown(copy->content), shown(seen));
    }
}

/// What baileys should say of it (tests/interop/content_peer.mjs).
json::object as_baileys_reads(Content const& content) {
    json::object out{{"type", enum_name(content.type)}};
    if (content.text) out["text"] = *content.text;
    if (content.media) {
        auto const& remote = *content.media->remote;
        out["media"] = json::object{
            {"mimeType", content.media->mime_type}, {"size", content.media->size}, {"key", remote.media_key},
            {"path", remote.direct_path},           {"file", remote.file_sha256},  {"encrypted", remote.file_enc_sha256}};
    }
    if (content.view_once) out["viewOnce"] = true;
    if (content.location) out["latitude"] = content.location->latitude;
    if (content.contacts) {
        json::array names;
        for (auto const& card : *content.contacts) names.emplace_back(card.name);
        out["names"] = std::move(names);
    }
    if (content.poll) {
        out["question"] = content.poll->question;
        out["choices"] = json::value_from(content.poll->choices);
        out["most"] = content.poll->most;
    }
    if (content.choices) out["choices"] = json::value_from(*content.choices);
    if (content.emoji) out["emoji"] = *content.emoji;
    if (content.target) {
        json::object target{{"id", content.target->id}, {"fromMe", content.target->from_me}};
        if (content.target->sender) target["sender"] = *content.target->sender;
        out["target"] = std::move(target);
    }
    if (content.quoted)
        out["quoted"] =
            json::object{{"id", content.quoted->id}, {"sender", *content.quoted->sender}, {"text", *content.quoted->text}};
    if (content.mentions) out["mentions"] = json::value_from(*content.mentions);
    if (content.expires_after) out["expiresAfter"] = *content.expires_after;
    return out;
}

TEST(ContentCodec, BaileysReadsEveryKind) {
    whatsapp::testing::NodePeer baileys{"content_peer.mjs"};
    auto const poll = known_poll({.id = "POLL"}).value();
    for (auto const& sent : everything()) {
        SCOPED_TRACE(sent.name);
        auto const encoded = encode_content(sent.content, writing(sent.chat));
        ASSERT_TRUE(encoded);
        auto read = baileys.call({{"message", crypto::to_hex(encoded->message)},
                                  {"poll", json::object{{"id", "POLL"},
                                                        {"secret", crypto::to_hex(poll.secret.view())},
                                                        {"choices", json::value_from(poll.choices)},
                                                        {"author", kPeer.to_string()},
                                                        {"voter", kMe.to_string()}}}});
        EXPECT_EQ(read["secret"], encoded->secret ? 32 : 0);
        read.erase("secret");
        EXPECT_EQ(read, as_baileys_reads(sent.content)) << json::serialize(read) << "\n"
                                                        << json::serialize(as_baileys_reads(sent.content));
    }
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
