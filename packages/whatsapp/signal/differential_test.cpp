#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/signal/group.hpp"
#include "whatsapp/signal/testing/device.hpp"
#include "whatsapp/testing/node_peer.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cstdlib>
#include <deque>
#include <memory>
#include <random>

/// Our Signal on one end, a foreign one (npm libsignal and whatsmeow's, each in its own process) on the other, driven by random
/// steps: messages overtake each other, get lost, come twice or changed, and both sides start new sessions whenever they like, also
/// at the same moment. WAQTOR_DIFFERENTIAL_STEPS (1,000) and WAQTOR_DIFFERENTIAL_SEED choose how long and which way.
namespace waqtor::whatsapp::signal {
namespace {

namespace json = boost::json;
using crypto::to_hex;
using whatsapp::testing::hex;

unsigned setting(char const* name, unsigned fallback) {
    auto const* value = std::getenv(name);
    return value ? static_cast<unsigned>(std::stoul(value)) : fallback;
}

class Dice {
public:
    explicit Dice(unsigned seed) : engine_{seed} {}
    std::size_t below(std::size_t most) { return std::uniform_int_distribution<std::size_t>{0, most - 1}(engine_); }
    bool percent(std::size_t chance) { return below(100) < chance; }
    Bytes bytes() {
        Bytes out(below(200));
        for (auto& byte : out) byte = static_cast<std::uint8_t>(below(256));
        return out;
    }

private:
    std::mt19937 engine_;
};

enum class Library { libsignal, whatsmeow };

constexpr std::string_view name(Library library) { return library == Library::whatsmeow ? "whatsmeow" : "libsignal"; }

/// The foreign device.
class Foreign {
public:
    explicit Foreign(Library library) : peer_{started(library)} {}

    Bundle bundle() {
        auto const answer = peer_->call({{"op", "bundle"}});
        return {
            number(answer, "registration_id"),
            *crypto::PublicKey::parse(hex(answer, "identity")),
            {number(answer, "signed_id"), *crypto::PublicKey::parse(hex(answer, "signed")), to_array<64>(hex(answer, "signature"))},
            Bundle::OneTime{number(answer, "one_time_id"), *crypto::PublicKey::parse(hex(answer, "one_time"))}};
    }
    void start(Bundle const& bundle) {
        json::object fields{{"registration_id", bundle.registration_id},
                            {"identity", to_hex(bundle.identity.serialized())},
                            {"signed_id", bundle.signed_prekey.id},
                            {"signed", to_hex(bundle.signed_prekey.key.serialized())},
                            {"signature", to_hex(bundle.signed_prekey.signature)}};
        if (bundle.one_time) {
            fields["one_time_id"] = bundle.one_time->id;
            fields["one_time"] = to_hex(bundle.one_time->key.serialized());
        }
        auto const answer = peer_->call({{"op", "start"}, {"bundle", fields}});
        ASSERT_TRUE(answer.contains("signature_ok")) << json::serialize(answer);
        EXPECT_TRUE(answer.at("signature_ok").as_bool()) << "our signed prekey is refused";
    }
    Ciphertext encrypt(Bytes const& plaintext) {
        auto const answer = peer_->call({{"op", "encrypt"}, {"plaintext", to_hex(plaintext)}});
        return {answer.at("prekey").as_bool() ? Kind::prekey : Kind::message, hex(answer, "bytes")};
    }
    /// Nothing when it refuses.
    std::optional<Bytes> decrypt(Ciphertext const& message) {
        return plaintext(
            peer_->call({{"op", "decrypt"}, {"prekey", message.kind == Kind::prekey}, {"bytes", to_hex(message.bytes)}}));
    }

    Bytes distribution(bool rotate) { return hex(peer_->call({{"op", "group_distribution"}, {"rotate", rotate}}), "bytes"); }
    void accept(Bytes const& distribution) { peer_->call({{"op", "group_accept"}, {"bytes", to_hex(distribution)}}); }
    Bytes group_encrypt(Bytes const& words) {
        return hex(peer_->call({{"op", "group_encrypt"}, {"plaintext", to_hex(words)}}), "bytes");
    }
    std::optional<Bytes> group_decrypt(Bytes const& bytes) {
        return plaintext(peer_->call({{"op", "group_decrypt"}, {"bytes", to_hex(bytes)}}));
    }

private:
    std::unique_ptr<whatsapp::testing::LinePeer> peer_;

    static std::unique_ptr<whatsapp::testing::LinePeer> started(Library library) {
        if (library == Library::whatsmeow) return std::make_unique<whatsapp::testing::WhatsmeowSignalPeer>();
        return std::make_unique<whatsapp::testing::NodePeer>("signal_peer.mjs");
    }
    static std::uint32_t number(json::object const& answer, std::string_view key) {
        return answer.at(key).to_number<std::uint32_t>();
    }
    static std::optional<Bytes> plaintext(json::object const& answer) {
        return answer.contains("plaintext") ? std::optional{hex(answer, "plaintext")} : std::nullopt;
    }
};

/// What travels, with the words it must turn into.
struct Flight {
    Ciphertext message;
    Bytes plaintext;
    unsigned sent_at = 0;
};

class Conversation {
public:
    Conversation(Library library, unsigned seed) : dice_{seed}, theirs_{library}, other_{name(library)} {}

    void run(unsigned steps) {
        start_ours();
        start_theirs();
        for (step_ = 0; step_ < steps && !::testing::Test::HasFailure(); ++step_) one_step();
        while (!to_theirs_.empty()) deliver(to_theirs_, 0);
        while (!to_ours_.empty()) deliver(to_ours_, 0);
        std::printf("%s, %u steps: %u delivered, %u late, %u lost, %u repeated, %u changed, %u restarts, %u crossed starts\n",
                    other_.data(), steps, delivered_, late_, lost_, repeated_, changed_, restarts_, crossed_);
        EXPECT_GT(delivered_, steps / 4);
    }

private:
    static constexpr unsigned kOldest = 12;   // steps in flight, well below the five ratchet keys that are kept

    Dice dice_;
    testing::Device ours_;
    Foreign theirs_;
    std::string_view other_;
    std::deque<Flight> to_ours_, to_theirs_;
    unsigned step_ = 0, delivered_ = 0, late_ = 0, lost_ = 0, repeated_ = 0, changed_ = 0, restarts_ = 0, crossed_ = 0;

    void one_step() {
        for (auto* queue : {&to_ours_, &to_theirs_})
            while (!queue->empty() && step_ - queue->front().sent_at > kOldest) deliver(*queue, 0);
        auto const roll = dice_.below(1000);
        auto& queue = dice_.percent(50) ? to_ours_ : to_theirs_;
        if (roll < 225) return send_ours();
        if (roll < 450) return send_theirs();
        if (roll < 460) return ++restarts_, start_ours();
        if (roll < 470) return ++restarts_, start_theirs();
        if (roll < 480) return cross();
        if (queue.empty()) return;
        auto const index = dice_.below(queue.size());
        if (roll < 510) return lose(queue, index);
        if (roll < 550) return change(queue, index);
        deliver(queue, index);
    }

    void start_ours() { ASSERT_TRUE(ours_.sessions.start(ours_.identity, theirs_.bundle())); }
    void start_theirs() { theirs_.start(ours_.bundle(dice_.percent(80))); }
    void cross() {
        ++crossed_;
        start_ours();
        start_theirs();
        send_ours();
        send_theirs();
    }
    void send_ours() {
        auto words = dice_.bytes();
        auto message = ours_.sessions.encrypt(ours_.identity, words);
        ASSERT_TRUE(message);
        to_theirs_.push_back({*std::move(message), std::move(words), step_});
    }
    void send_theirs() {
        auto words = dice_.bytes();
        to_ours_.push_back({theirs_.encrypt(words), words, step_});
    }

    std::optional<Bytes> read(std::deque<Flight> const& queue, Ciphertext const& message) {
        if (&queue == &to_theirs_) return theirs_.decrypt(message);
        auto const plaintext = ours_.decrypt(message);
        if (!plaintext) last_error_ = plaintext.error().message;
        return plaintext ? std::optional{to_bytes(bytes_of(*plaintext))} : std::nullopt;
    }
    void deliver(std::deque<Flight>& queue, std::size_t index) {
        auto const flight = queue[index];
        queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(index));
        auto const plaintext = read(queue, flight.message);
        auto const who = &queue == &to_ours_ ? "we" : other_;
        ASSERT_TRUE(plaintext) << who << " could not read a message in step " << step_ << ": " << last_error_;
        ASSERT_EQ(to_hex(*plaintext), to_hex(flight.plaintext)) << who << " read something else in step " << step_;
        ++delivered_;
        if (index > 0) ++late_;
        if (!dice_.percent(10)) return;
        ++repeated_;
        ASSERT_FALSE(read(queue, flight.message)) << who << " read a message twice in step " << step_;
    }
    void lose(std::deque<Flight>& queue, std::size_t index) {
        queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(index));
        ++lost_;
    }
    /// Delivers a changed copy; the message itself stays in flight and must still be readable later. Not a `pkmsg`: its outer
    /// fields are outside the MAC.
    void change(std::deque<Flight>& queue, std::size_t index) {
        if (queue[index].message.kind != Kind::message) return;
        auto copy = queue[index].message;
        // They leave (parts of) the version byte out of their MAC; we do not.
        auto const first = &queue == &to_theirs_ ? std::size_t{1} : std::size_t{0};
        copy.bytes[first + dice_.below(copy.bytes.size() - first)] ^= static_cast<std::uint8_t>(1U << dice_.below(8));
        ASSERT_FALSE(read(queue, copy)) << (&queue == &to_ours_ ? "we" : other_) << " read a changed message in step " << step_;
        ++changed_;
    }
    std::string last_error_;
};

class Differential : public ::testing::TestWithParam<Library> {};

INSTANTIATE_TEST_SUITE_P(All, Differential, ::testing::Values(Library::libsignal, Library::whatsmeow),
                         [](auto const& one) { return std::string{name(one.param)}; });

TEST_P(Differential, Sessions) {
    auto const seed = setting("WAQTOR_DIFFERENTIAL_SEED", 20261122);
    SCOPED_TRACE("WAQTOR_DIFFERENTIAL_SEED=" + std::to_string(seed));
    Conversation{GetParam(), seed}.run(setting("WAQTOR_DIFFERENTIAL_STEPS", 1000));
}

/// Both are members of a group and send; keys are distributed again and changed while messages are on their way.
TEST_P(Differential, Groups) {
    auto const seed = setting("WAQTOR_DIFFERENTIAL_SEED", 20261122);
    SCOPED_TRACE("WAQTOR_DIFFERENTIAL_SEED=" + std::to_string(seed));
    Dice dice{seed};
    Foreign theirs{GetParam()};
    SenderKeyRecord ours, from_theirs;
    std::deque<std::pair<Bytes, Bytes>> to_ours, to_theirs;   // bytes, plaintext

    auto const hear_theirs = [&](std::size_t index) {
        auto const [bytes, words] = to_ours[index];
        to_ours.erase(to_ours.begin() + static_cast<std::ptrdiff_t>(index));
        auto const message = GroupMessage::parse(bytes);
        ASSERT_TRUE(message);
        auto const plaintext = from_theirs.decrypt(*message);
        ASSERT_TRUE(plaintext) << plaintext.error().message;
        ASSERT_EQ(*plaintext, words);
        ASSERT_EQ(refusal_of(from_theirs.decrypt(*message).error()), Refusal::message_duplicate);
    };
    auto const hear_ours = [&](std::size_t index) {
        auto const [bytes, words] = to_theirs[index];
        to_theirs.erase(to_theirs.begin() + static_cast<std::ptrdiff_t>(index));
        auto changed = bytes;
        changed[changed.size() - 2] ^= 1;
        ASSERT_FALSE(theirs.group_decrypt(changed)) << "a bad signature is accepted";
        ASSERT_EQ(theirs.group_decrypt(bytes), words);
    };
    auto const drain = [&] {
        while (!to_ours.empty()) ASSERT_NO_FATAL_FAILURE(hear_theirs(dice.below(to_ours.size())));
        while (!to_theirs.empty()) ASSERT_NO_FATAL_FAILURE(hear_ours(dice.below(to_theirs.size())));
    };

    ours.rotate();
    theirs.accept(ours.distribution()->serialize());
    from_theirs.accept(*Distribution::parse(theirs.distribution(true)));
    auto const steps = setting("WAQTOR_DIFFERENTIAL_STEPS", 1000) / 4;
    unsigned renewals = 0;
    for (unsigned step = 0; step < steps && !HasFailure(); ++step) {
        auto const roll = dice.below(100);
        auto words = dice.bytes();
        if (roll < 25) {
            to_theirs.emplace_back(*ours.encrypt(words), words);
        } else if (roll < 50) {
            to_ours.emplace_back(theirs.group_encrypt(words), words);
        } else if (roll < 53) {
            drain();
            ours.rotate();
            theirs.accept(ours.distribution()->serialize());
        } else if (roll < 56) {
            if (++renewals % 4 == 0) drain();   // a sixth key would push out the first
            from_theirs.accept(*Distribution::parse(theirs.distribution(dice.percent(50))));
        } else if (roll < 78 && !to_ours.empty()) {
            hear_theirs(dice.below(to_ours.size()));
        } else if (!to_theirs.empty()) {
            hear_ours(dice.below(to_theirs.size()));
        }
        ours = *SenderKeyRecord::parse(ours.serialize());
        from_theirs = *SenderKeyRecord::parse(from_theirs.serialize());
    }
    drain();
}

}   // namespace
}   // namespace waqtor::whatsapp::signal
