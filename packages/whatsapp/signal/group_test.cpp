#include "whatsapp/signal/group.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp::signal {
namespace {

using crypto::to_hex;
using testing::hex;
using testing::text;

Result<Bytes> read(SenderKeyRecord& record, ByteView bytes) {
    TRY(auto const message, GroupMessage::parse(bytes));
    auto const before = record.serialize();
    auto plaintext = record.decrypt(message);
    if (!plaintext) EXPECT_EQ(record.serialize(), before) << "a refused message changed the record";
    return plaintext;
}

struct Group : ::testing::Test {
    SenderKeyRecord sender, member;

    void share() { member.accept(*Distribution::parse(sender.distribution()->serialize())); }
    void SetUp() override {
        sender.rotate();
        share();
    }
    Bytes say(std::string_view words) { return *sender.encrypt(bytes_of(words)); }
    std::string hear(Bytes const& bytes) {
        auto const plaintext = read(member, bytes);
        return plaintext ? std::string{text_of(*plaintext)} : "refused: " + plaintext.error().message;
    }
    std::optional<Refusal> refusal(Bytes const& bytes) {
        auto const plaintext = read(member, bytes);
        return plaintext ? std::nullopt : refusal_of(plaintext.error());
    }
};

TEST_F(Group, MessagesArriveInAnyOrderOnce) {
    std::vector<Bytes> sent;
    for (auto i = 0; i < 6; ++i) sent.push_back(say(std::to_string(i)));
    for (auto i : {5u, 0u, 3u, 1u, 4u, 2u}) EXPECT_EQ(hear(sent[i]), std::to_string(i));
    for (auto const& bytes : sent) EXPECT_EQ(refusal(bytes), Refusal::message_duplicate);
}

TEST_F(Group, ALateMemberReadsFromTheDistributionOn) {
    auto const before = say("before");
    share();   // kept: the key is known already
    EXPECT_EQ(hear(before), "before");

    SenderKeyRecord late;
    late.accept(*sender.distribution());
    EXPECT_EQ(refusal_of(read(late, before).error()), Refusal::message_duplicate);
    EXPECT_EQ(text_of(*read(late, say("after"))), "after");
}

TEST_F(Group, RotationKeepsTheLastFiveKeys) {
    std::vector<Bytes> sent;
    for (std::size_t i = 0; i < kMostSenderKeys + 1; ++i) {
        sent.push_back(say("old"));
        sender.rotate();
        share();
    }
    EXPECT_EQ(refusal(sent[0]), Refusal::no_sender_key);
    EXPECT_EQ(refusal(sent[1]), Refusal::no_sender_key);
    for (std::size_t i = 2; i < sent.size(); ++i) EXPECT_EQ(hear(sent[i]), "old") << i;
    EXPECT_EQ(hear(say("new")), "new");
}

TEST_F(Group, EveryChangedByteIsRefused) {
    auto bytes = say("signed");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] ^= 0x04;
        EXPECT_NE(refusal(bytes), std::nullopt) << "byte " << i;
        bytes[i] ^= 0x04;
    }
    bytes.back() ^= 1;
    EXPECT_EQ(refusal(bytes), Refusal::sender_key_signature);
    bytes.back() ^= 1;
    EXPECT_EQ(hear(bytes), "signed");
}

TEST_F(Group, AMemberCannotWriteInTheSendersName) {
    // Members know the chain key; only the signature tells them from the sender.
    EXPECT_EQ(refusal_of(member.encrypt({}).error()), Refusal::no_sender_key);
    EXPECT_EQ(refusal_of(SenderKeyRecord{}.encrypt({}).error()), Refusal::no_sender_key);
    EXPECT_EQ(refusal_of(SenderKeyRecord{}.distribution().error()), Refusal::no_sender_key);
    auto forged = *sender.distribution();
    forged.signing_key = crypto::KeyPair::generate().pub;
    member.accept(forged);
    EXPECT_EQ(refusal(say("x")), Refusal::sender_key_signature);
}

TEST_F(Group, TwoThousandMessagesMayBeMissingButNotMore) {
    for (std::uint32_t i = 0; i < kMostAhead; ++i) say("lost");
    auto ahead = sender;
    ASSERT_TRUE(ahead.encrypt({}));
    EXPECT_EQ(refusal(*ahead.encrypt({})), Refusal::message_too_far);
    EXPECT_EQ(hear(say("just right")), "just right");
}

TEST_F(Group, StoredRecordsAreReadBackExactlyOrNotAtAll) {
    say("lost");
    hear(say("seen"));
    for (auto const* record : {&sender, &member}) {
        auto bytes = record->serialize();
        EXPECT_EQ(SenderKeyRecord::parse(bytes)->serialize(), bytes);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(SenderKeyRecord::parse(ByteView{bytes}.first(size))) << size;
        bytes.push_back(0);
        EXPECT_FALSE(SenderKeyRecord::parse(bytes));
    }
}

TEST(GroupVectors, ReadsWhatBaileysWrote) {
    auto const file = testing::vectors("signal.json");
    auto const& row = file.at("group").as_object();
    auto const distribution = Distribution::parse(hex(row, "distribution"));
    ASSERT_TRUE(distribution);
    EXPECT_EQ(to_hex(distribution->serialize()), text(row, "distribution"));
    SenderKeyRecord member;
    member.accept(*distribution);
    for (auto const& entry : row.at("messages").as_array()) {
        auto const& message = entry.as_object();
        auto const bytes = hex(message, "bytes");
        auto const parsed = GroupMessage::parse(bytes);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->serialize_unsigned(), parsed->signed_part);
        auto const plaintext = member.decrypt(*parsed);
        ASSERT_TRUE(plaintext) << plaintext.error().message;
        EXPECT_EQ(to_hex(*plaintext), text(message, "plaintext"));
    }
}

}   // namespace
}   // namespace waqtor::whatsapp::signal
