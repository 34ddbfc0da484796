#include "whatsapp/signal/session.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/signal/testing/device.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp::signal {
namespace {

using crypto::to_hex;
using whatsapp::testing::hex;
using whatsapp::testing::text;

/// A device as the tests use it: what it refuses must not have changed it.
struct Device : testing::Device {
    Ciphertext encrypt(std::string_view words) { return *sessions.encrypt(identity, bytes_of(words)); }

    std::optional<Refusal> refusal(Ciphertext const& message) {
        auto const before = sessions.serialize();
        auto const result = decrypt(message);
        if (result) return std::nullopt;
        EXPECT_EQ(sessions.serialize(), before) << "a refused message changed the session";
        return refusal_of(result.error());
    }
};

struct Talk : ::testing::Test {
    Device alice, bob;

    void start(bool with_one_time = true) { ASSERT_TRUE(alice.sessions.start(alice.identity, bob.bundle(with_one_time))); }
    /// Both have answered once, so neither repeats the start any more.
    void settle() {
        start();
        ASSERT_EQ(*bob.decrypt(alice.encrypt("hello")), "hello");
        ASSERT_EQ(*alice.decrypt(bob.encrypt("hello back")), "hello back");
    }
};

TEST_F(Talk, TheFirstMessagesRepeatTheStartUntilAnAnswerComes) {
    for (auto with_one_time : {true, false}) {
        alice = {}, bob = {};
        start(with_one_time);
        for (auto words : {"one", "two", "three"}) {
            auto const message = alice.encrypt(words);
            EXPECT_EQ(message.kind, Kind::prekey);
            EXPECT_EQ(*bob.decrypt(message), words);
        }
        EXPECT_TRUE(bob.prekeys.empty());
        auto const answer = bob.encrypt("four");
        EXPECT_EQ(answer.kind, Kind::message);
        EXPECT_EQ(*alice.decrypt(answer), "four");
        EXPECT_EQ(alice.encrypt("five").kind, Kind::message);
        EXPECT_EQ(bob.sessions.current()->remote_identity, alice.identity.keys.pub);
        EXPECT_EQ(bob.sessions.current()->remote_registration_id, alice.identity.registration_id);
    }
}

TEST_F(Talk, MessagesOfSeveralRoundsArriveInAnyOrderOnce) {
    settle();
    std::vector<std::pair<std::string, Ciphertext>> late;
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 5; ++i) {
            auto const words = std::to_string(round) + "." + std::to_string(i);
            late.emplace_back(words, alice.encrypt(words));
        }
        ASSERT_TRUE(bob.decrypt(late.back().second));
        late.pop_back();
        ASSERT_TRUE(alice.decrypt(bob.encrypt("turn")));
    }
    std::ranges::reverse(late);
    for (auto const& [words, message] : late) EXPECT_EQ(*bob.decrypt(message), words);
    for (auto const& [words, message] : late) EXPECT_EQ(bob.refusal(message), Refusal::message_duplicate);
}

TEST_F(Talk, CrossedStartsSettleOnOneSession) {
    ASSERT_TRUE(alice.sessions.start(alice.identity, bob.bundle()));
    ASSERT_TRUE(bob.sessions.start(bob.identity, alice.bundle()));
    auto const from_alice = alice.encrypt("a1");
    auto const from_bob = bob.encrypt("b1");
    EXPECT_EQ(*bob.decrypt(from_alice), "a1");
    EXPECT_EQ(*alice.decrypt(from_bob), "b1");
    for (int i = 0; i < 3; ++i) {
        // Crossing once more each round, the worst case.
        auto const a = alice.encrypt("a");
        auto const b = bob.encrypt("b");
        EXPECT_EQ(*alice.decrypt(b), "b");
        EXPECT_EQ(*bob.decrypt(a), "a");
    }
    EXPECT_EQ(*bob.decrypt(alice.encrypt("x")), "x");
    EXPECT_EQ(*alice.decrypt(bob.encrypt("y")), "y");
    EXPECT_EQ(alice.sessions.current()->base_key, bob.sessions.current()->base_key);
    EXPECT_EQ(alice.sessions.archived(), 1u);
}

TEST_F(Talk, ANewStartKeepsWhatIsOnItsWayReadable) {
    settle();
    auto const late = alice.encrypt("late");
    ASSERT_TRUE(alice.sessions.start(alice.identity, bob.bundle()));
    EXPECT_EQ(*bob.decrypt(alice.encrypt("new")), "new");
    EXPECT_EQ(*bob.decrypt(late), "late");
    // Bob now answers in the old session again, and Alice follows.
    EXPECT_EQ(*alice.decrypt(bob.encrypt("again")), "again");
}

TEST_F(Talk, FortyReplacedSessionsAreKept) {
    start();
    std::vector<Ciphertext> first;
    for (std::size_t i = 0; i < kMostArchived + 5; ++i) {
        first.push_back(alice.encrypt("first"));
        first.push_back(alice.encrypt("late"));
        ASSERT_TRUE(bob.decrypt(first[first.size() - 2]));
        start();
    }
    EXPECT_EQ(bob.sessions.archived(), kMostArchived);
    EXPECT_EQ(bob.refusal(first[1]), Refusal::unknown_prekey) << "its session was dropped, its prekey deleted";
    EXPECT_EQ(*bob.decrypt(first.back()), "late");
}

TEST_F(Talk, EveryChangedByteIsRefusedAndChangesNothing) {
    settle();
    auto message = alice.encrypt("do not touch");
    for (std::size_t i = 0; i < message.bytes.size(); ++i) {
        message.bytes[i] ^= 0x04;
        EXPECT_NE(bob.refusal(message), std::nullopt) << "byte " << i;
        message.bytes[i] ^= 0x04;
    }
    for (std::size_t size = 0; size < message.bytes.size(); ++size)
        EXPECT_NE(bob.refusal({message.kind, to_bytes(ByteView{message.bytes}.first(size))}), std::nullopt) << size;
    EXPECT_EQ(*bob.decrypt(message), "do not touch");
}

TEST_F(Talk, FaultsHaveNames) {
    EXPECT_EQ(refusal_of(alice.sessions.encrypt(alice.identity, {}).error()), Refusal::no_session);
    auto bundle = bob.bundle();
    bundle.signed_prekey.signature[3] ^= 1;
    EXPECT_EQ(refusal_of(alice.sessions.start(alice.identity, bundle).error()), Refusal::prekey_signature);
    bundle = bob.bundle();
    bundle.identity = Device{}.identity.keys.pub;
    EXPECT_EQ(refusal_of(alice.sessions.start(alice.identity, bundle).error()), Refusal::prekey_signature);
    EXPECT_FALSE(alice.sessions.has_current());

    start();
    auto const first = alice.encrypt("first");
    auto unknown = bob;
    unknown.prekeys.clear();
    EXPECT_EQ(unknown.refusal(first), Refusal::unknown_prekey);
    unknown = bob;
    unknown.signed_prekey.id = 99;
    EXPECT_EQ(unknown.refusal(first), Refusal::unknown_prekey);
    EXPECT_EQ(Device{}.refusal({Kind::message, PreKeyMessage::parse(first.bytes)->message}), Refusal::no_session);
    auto old_version = first;
    old_version.bytes[0] = 0x23;
    EXPECT_EQ(bob.refusal(old_version), Refusal::message_version);

    ASSERT_TRUE(bob.decrypt(first));
    EXPECT_EQ(bob.refusal(first), Refusal::message_duplicate);
    EXPECT_EQ(Device{}.refusal({Kind::message, bob.encrypt("not for you").bytes}), Refusal::no_session);
}

TEST_F(Talk, TwoThousandMessagesMayBeMissingButNotMore) {
    settle();
    auto const skipped = alice.encrypt("number 0");
    for (std::uint32_t i = 1; i < kMostAhead; ++i) alice.encrypt("lost");
    auto ahead = alice;   // one message further than allowed
    ahead.encrypt("lost");
    EXPECT_EQ(bob.refusal(ahead.encrypt("too far")), Refusal::message_too_far);
    EXPECT_EQ(*bob.decrypt(alice.encrypt("just right")), "just right");
    EXPECT_EQ(*bob.decrypt(skipped), "number 0");
    EXPECT_EQ(bob.sessions.current()->receiving.front().chain.skipped.size(), kMostSkipped - 1);

    auto const oldest = bob.sessions.current()->receiving.front().chain.skipped.front().index;
    alice.encrypt("lost");
    alice.encrypt("lost");
    ASSERT_TRUE(bob.decrypt(alice.encrypt("one more")));
    EXPECT_EQ(bob.sessions.current()->receiving.front().chain.skipped.size(), kMostSkipped);
    EXPECT_GT(bob.sessions.current()->receiving.front().chain.skipped.front().index, oldest) << "the oldest key makes room";
}

TEST_F(Talk, StoredRecordsAreReadBackExactlyOrNotAtAll) {
    settle();
    alice.encrypt("lost");
    ASSERT_TRUE(bob.decrypt(alice.encrypt("seen")));
    start();
    for (auto const* device : {&alice, &bob}) {
        auto bytes = device->sessions.serialize();
        EXPECT_EQ(SessionRecord::parse(bytes)->serialize(), bytes);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(SessionRecord::parse(ByteView{bytes}.first(size))) << size;
        bytes.push_back(0);
        EXPECT_FALSE(SessionRecord::parse(bytes));
        bytes[0] = 2;
        EXPECT_EQ(refusal_of(SessionRecord::parse(bytes).error()), Refusal::malformed) << "another version";
    }
}

TEST(Session, ReadsAConversationThatLibsignalRecorded) {
    auto const file = whatsapp::testing::vectors("signal.json");
    auto const& row = file.at("session").as_object();
    Identity const bob{crypto::KeyPair::from(crypto::secret32(hex(row, "identity"))), 1234};
    auto const signed_prekey = crypto::KeyPair::from(crypto::secret32(hex(row, "signed_prekey")));
    auto const prekey = crypto::KeyPair::from(crypto::secret32(hex(row, "prekey")));
    EXPECT_TRUE(crypto::verify(bob.keys.pub, signed_prekey.pub.serialized(), hex(row, "signed_prekey_signature")));

    for (auto const& one : row.at("conversations").as_array()) {
        SessionRecord sessions;
        for (auto const& entry : one.as_object().at("messages").as_array()) {
            auto const& message = entry.as_object();
            auto const bytes = hex(message, "bytes");
            auto const parsed = PreKeyMessage::parse(bytes);
            ASSERT_TRUE(parsed);
            EXPECT_EQ(parsed->serialize(), bytes);
            EXPECT_EQ(parsed->prekey_id.has_value(), one.as_object().at("one_time").as_bool());
            EXPECT_EQ(parsed->registration_id, 4321u);
            auto const inner = Message::parse(parsed->message);
            ASSERT_TRUE(inner);
            EXPECT_EQ(inner->serialize_unsigned(), inner->signed_part);
            auto const plaintext = sessions.decrypt(bob, *parsed, &signed_prekey, &prekey);
            ASSERT_TRUE(plaintext) << plaintext.error().message;
            EXPECT_EQ(to_hex(*plaintext), text(message, "plaintext"));
        }
    }
}

}   // namespace
}   // namespace waqtor::whatsapp::signal
