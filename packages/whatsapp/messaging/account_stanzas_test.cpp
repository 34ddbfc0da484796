#include "whatsapp/messaging/account_stanzas.hpp"

#include "whatsapp/binary/codec.hpp"
#include "whatsapp/crypto/refusal.hpp"

#include <gtest/gtest.h>

namespace waqtor::whatsapp::messaging {
namespace {

Jid jid(std::string_view text) { return Jid::parse(text).value(); }
Timestamp at(std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

TEST(AccountStanzas, PresenceIsRead) {
    auto const away = parse_presence(Node{"presence", {{"from", jid("1@lid")}, {"type", "unavailable"}, {"last", "1700000000"}}});
    ASSERT_TRUE(away);
    EXPECT_FALSE(away->available);
    EXPECT_EQ(away->last_seen, at(1'700'000'000));
    auto const hidden = parse_presence(Node{"presence", {{"from", jid("1:4@lid")}, {"type", "unavailable"}, {"last", "deny"}}});
    ASSERT_TRUE(hidden);
    EXPECT_EQ(hidden->person, jid("1@lid"));
    EXPECT_FALSE(hidden->last_seen);
    EXPECT_TRUE(parse_presence(Node{"presence", {{"from", jid("1@lid")}}})->available);
    EXPECT_EQ(refusal_of(parse_presence(Node{"presence"}).error()), whatsapp::Refusal::malformed);
}

TEST(AccountStanzas, TypingGoesBothWays) {
    for (auto const state : {Typing::text, Typing::voice, Typing::paused}) {
        auto node = chat_state(jid("120363000000000001@g.us"), state);
        node.attrs = {{"from", *node.jid("to")}, {"participant", jid("1@lid")}};
        auto const read = parse_chat_state(node);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->state, state);
        EXPECT_EQ(read->person, jid("1@lid"));
    }
    EXPECT_FALSE(parse_chat_state(Node{"chatstate", {{"from", jid("1@lid")}}}));
    EXPECT_FALSE(parse_chat_state(Node{"chatstate", {{"from", jid("1@g.us")}}, Node{"composing"}}));
}

TEST(AccountStanzas, PicturesBlocksAndPrivacyAreRead) {
    auto const picture =
        parse_picture(Node{"iq", {}, Node{"picture", {{"id", "7"}, {"url", "https://pps.example/v/t?x=1"}, {"type", "preview"}}}});
    ASSERT_TRUE(picture && *picture);
    EXPECT_EQ((*picture)->id, "7");
    EXPECT_FALSE(parse_picture(Node{"iq"})->has_value());
    EXPECT_FALSE(parse_picture(Node{"iq", {}, Node{"picture", {{"id", "7"}, {"url", "file:///etc/passwd"}}}}));
    auto const blocked = parse_block_list(Node{"iq", {}, Node{"list", {}, Node{"item", {{"jid", jid("5@lid")}}}, Node{"item"}}});
    EXPECT_EQ(blocked, std::vector{jid("5@lid")});
    auto const privacy =
        parse_privacy(Node{"iq", {}, Node{"privacy", {}, Node{"category", {{"name", "last"}, {"value", "contacts"}}}}});
    ASSERT_TRUE(privacy);
    EXPECT_EQ(privacy->at("last"), "contacts");
    // Built stanzas survive the wire.
    for (auto const& node :
         {set_privacy("last", "none"), block(jid("5@lid"), true), picture_query(jid("5@lid"), PictureSize::full, "3")})
        EXPECT_EQ(decode(encode(node))->describe(), node.describe());
}

TEST(AccountStanzas, TokensLiveFourWeeksAndAreIssuedWeekly) {
    auto const week = kTokenBucket.count();
    EXPECT_TRUE(token_is_good(at(10 * week), at(10 * week)));
    EXPECT_TRUE(token_is_good(at(10 * week), at(14 * week - 1)));
    EXPECT_FALSE(token_is_good(at(10 * week), at(14 * week)));
    EXPECT_TRUE(token_is_due({}, at(week)));
    EXPECT_FALSE(token_is_due(at(10 * week), at(11 * week - 1)));
    EXPECT_TRUE(token_is_due(at(11 * week - 1), at(11 * week)));
    auto const notice = Node{"notification",
                             {{"from", jid("1@lid")}, {"type", "privacy_token"}},
                             Node{"tokens",
                                  {},
                                  Node{"token", {{"type", "trusted_contact"}, {"t", "1700000000"}}, Bytes{1, 2}},
                                  Node{"token", {{"type", "other"}}, Bytes{3}}}};
    auto const tokens = parse_token_notice(notice);
    ASSERT_TRUE(tokens);
    ASSERT_EQ(tokens->size(), 1U);
    EXPECT_EQ(tokens->front().token, (Bytes{1, 2}));
    EXPECT_EQ(tokens->front().at, at(1'700'000'000));
}

TEST(AccountStanzas, RefusalsOfAcksAreTyped) {
    EXPECT_EQ(refusal_of_ack(463), waqtor::Refusal::reach_out_locked);
    EXPECT_EQ(refusal_of_ack(429), waqtor::Refusal::rate_limited);
    EXPECT_EQ(refusal_of_ack(479), waqtor::Refusal::other);
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
