#include "whatsapp/messaging/history.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/wire_stream.hpp"
#include "whatsapp/proto/history.pb.h"

#include <gtest/gtest.h>

#include <zlib.h>

namespace waqtor::whatsapp::messaging {
namespace {

Jid jid(std::string_view text) { return Jid::parse(text).value(); }
auto const kMe = jid("15550100@s.whatsapp.net"), kMyLid = jid("100@lid");

std::string deflated(std::string const& bytes) {
    auto size = compressBound(bytes.size());
    std::string out(size, '\0');
    compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<Bytef const*>(bytes.data()), bytes.size());
    out.resize(size);
    return out;
}

/// A length-delimited field.
std::string field(std::uint32_t number, std::string const& content) {
    std::string out;
    for (std::uint64_t value : {std::uint64_t{number} << 3 | 2, std::uint64_t{content.size()}}) {
        for (; value > 0x7f; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
        out += static_cast<char>(value);
    }
    return out + content;
}

std::string message(std::string const& id, std::string const& chat, std::string const& text, bool from_me = false) {
    e2e::Message said;
    said.set_conversation(text);
    e2e::WebMessageInfo info;
    info.mutable_key()->set_remote_jid(chat);
    info.mutable_key()->set_from_me(from_me);
    info.mutable_key()->set_id(id);
    info.set_message(said.SerializeAsString());
    info.set_message_timestamp(1'700'000'000);
    info.set_push_name("Badr");
    info.set_message_secret(std::string(32, 's'));
    return info.SerializeAsString();
}

std::string chat(std::string const& address, std::vector<std::string> const& messages, std::string const& name = "Badr") {
    e2e::HistoryConversation front, back;
    front.set_id(address);
    back.set_unread_count(3);
    back.set_name(name);
    back.set_archived(true);
    back.set_mute_end_time(1'700'000'000);
    back.set_tc_token("token");
    std::string out = front.SerializeAsString();
    for (auto const& one : messages) out += field(2, field(1, one));
    return out + back.SerializeAsString();
}

struct Heard : HistorySink {
    std::vector<HistoryMessage> all;
    std::vector<HistoryChat> chats;
    std::vector<std::string> names;
    std::vector<LidPair> pairs;
    std::size_t largest_batch = 0;

    Result<void> messages(Jid const&, std::vector<HistoryMessage> some) override {
        largest_batch = std::max(largest_batch, some.size());
        for (auto& one : some) all.push_back(std::move(one));
        return {};
    }
    Result<void> chat(HistoryChat one) override { return chats.push_back(std::move(one)), Result<void>{}; }
    Result<void> push_name(Jid const& person, std::string name) override {
        return names.push_back(person.to_string() + " " + name), Result<void>{};
    }
    Result<void> same_person(Jid const& phone, Jid const& lid) override { return pairs.push_back({phone, lid}), Result<void>{}; }
};

Result<HistorySummary> read(std::string const& file, HistorySink& sink, std::size_t step, HistoryLimits limits = {}) {
    HistoryReader reader{kMe, kMyLid, sink, limits};
    for (std::size_t at = 0; at < file.size(); at += step) TRY_OK(reader.add(bytes_of(std::string_view{file}.substr(at, step))));
    return reader.finish();
}

std::string sample() {
    e2e::PushName name;
    name.set_id("15550101@s.whatsapp.net");
    name.set_name("Badr\n");
    e2e::PhoneNumberToLid pair;
    pair.set_pn_jid("15550101@s.whatsapp.net");
    pair.set_lid_jid("101@lid");
    return std::string{"\x08\x03", 2} +
           field(2, chat("15550101@s.whatsapp.net",
                         {message("A", "15550101@s.whatsapp.net", "مرحبا"), message("B", "15550101@s.whatsapp.net", "hi", true)})) +
           field(2, chat("101@lid", {})) + field(7, name.SerializeAsString()) + field(15, pair.SerializeAsString()) +
           field(19, "salt") + field(99, "unknown");
}

TEST(History, IsReadTheSameInPiecesOfAnySize) {
    auto const file = deflated(sample());
    for (std::size_t const step : {1UL, 7UL, 1'000'000UL}) {
        SCOPED_TRACE(step);
        Heard heard;
        auto const summary = read(file, heard, step);
        ASSERT_TRUE(summary) << summary.error().message;
        EXPECT_EQ(summary->chats, 2U);
        EXPECT_EQ(summary->messages, 2U);
        EXPECT_EQ(summary->skipped, 0U);
        EXPECT_EQ(summary->nct_salt, to_bytes(bytes_of("salt")));
        ASSERT_EQ(heard.all.size(), 2U);
        EXPECT_EQ(heard.all[0].id, "A");
        EXPECT_EQ(heard.all[0].decoded.content->text, "مرحبا");
        EXPECT_EQ(heard.all[0].sender, jid("15550101@s.whatsapp.net"));
        EXPECT_TRUE(heard.all[0].decoded.secret);
        EXPECT_TRUE(heard.all[1].from_me);
        EXPECT_EQ(heard.all[1].sender, kMe);
        ASSERT_EQ(heard.chats.size(), 2U);
        EXPECT_EQ(heard.chats[0].name, "Badr");
        EXPECT_EQ(heard.chats[0].unread, 3U);
        EXPECT_TRUE(heard.chats[0].archived);
        EXPECT_EQ(heard.chats[0].token, to_bytes(bytes_of("token")));
        EXPECT_EQ(heard.chats[0].muted_until, Timestamp{std::chrono::seconds{1'700'000'000}});
        EXPECT_EQ(heard.chats[1].lid, jid("101@lid"));
        EXPECT_EQ(heard.names, std::vector<std::string>{"15550101@s.whatsapp.net Badr"});
        ASSERT_EQ(heard.pairs.size(), 1U);
        EXPECT_EQ(heard.pairs[0].lid, jid("101@lid"));
    }
}

TEST(History, ALongChatComesInBatches) {
    std::vector<std::string> many;
    for (int i = 0; i < 1'000; ++i) many.push_back(message("M" + std::to_string(i), "101@lid", std::string(500, 'x')));
    Heard heard;
    auto const summary = read(deflated(field(2, chat("101@lid", many))), heard, 4096);
    ASSERT_TRUE(summary);
    EXPECT_EQ(heard.all.size(), 1'000U);
    EXPECT_LE(heard.largest_batch, 100U);
    EXPECT_EQ(heard.all[999].id, "M999");
}

TEST(History, WhatCannotBeReadIsCountedAndTheRestArrives) {
    auto const large = message("L", "101@lid", std::string(100'000, 'x'));
    e2e::WebMessageInfo stub;
    stub.mutable_key()->set_id("S");
    auto const file =
        deflated(field(2, chat("101@lid", {large, stub.SerializeAsString(), "\xff\xff", message("A", "101@lid", "a")})));
    Heard heard;
    auto const summary = read(file, heard, 4096, {.message = 50'000});
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->skipped, 3U);
    ASSERT_EQ(heard.all.size(), 1U);
    EXPECT_EQ(heard.all[0].id, "A");
}

TEST(History, BrokenFilesAreRefused) {
    auto const refused = [](std::string const& file, HistoryLimits limits = {}) {
        Heard heard;
        auto const summary = read(file, heard, 100, limits);
        return summary ? std::nullopt : refusal_of(summary.error());
    };
    auto const good = deflated(sample());
    EXPECT_EQ(refused(good.substr(0, good.size() - 6)), Refusal::malformed);
    EXPECT_EQ(refused(good + "more"), Refusal::malformed);
    EXPECT_EQ(refused("not zlib at all"), Refusal::malformed);
    EXPECT_EQ(refused(deflated(sample().substr(0, 60))), Refusal::malformed);
    EXPECT_EQ(refused(deflated(field(2, "\x12\x7f"))), Refusal::malformed);                // longer than its conversation
    EXPECT_EQ(refused(deflated(field(2, field(2, field(1, "x"))))), Refusal::malformed);   // no address in front
    EXPECT_EQ(refused(deflated(std::string{"\x0b", 1})), Refusal::malformed);              // a group, which nobody sends
    EXPECT_EQ(refused(deflated(std::string(1 << 20, '\x08')), {.inflated = 100'000}), Refusal::limit);
}

TEST(History, AMessageThePhoneSendsAgainIsRead) {
    auto const read = read_web_message(bytes_of(message("A", "120363000000000001@g.us", "x", true)), kMe, kMyLid);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->chat, jid("120363000000000001@g.us"));
    EXPECT_EQ(read->sender, kMe);
    EXPECT_FALSE(read_web_message(bytes_of(message("A", "120363000000000001@g.us", "x")), kMe, kMyLid));   // whose?
    EXPECT_FALSE(read_web_message(bytes_of(message("", "101@lid", "x")), kMe, kMyLid));
}

TEST(History, LidMappingsAreRead) {
    e2e::LidMigrationPayload payload;
    payload.add_mappings()->set_pn(15550101);
    payload.mutable_mappings(0)->set_assigned_lid(5);
    payload.mutable_mappings(0)->set_latest_lid(101);
    auto const pairs = read_lid_mappings(bytes_of(deflated(payload.SerializeAsString())));
    ASSERT_TRUE(pairs);
    ASSERT_EQ(pairs->size(), 1U);
    EXPECT_EQ(pairs->front().phone, jid("15550101@s.whatsapp.net"));
    EXPECT_EQ(pairs->front().lid, jid("101@lid"));
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
