#pragma once
#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/digest.hpp"

#include <vector>

namespace waqtor::whatsapp::signal {

/// How far ahead of a chain a message may be, and how many keys of messages that have not come yet are kept per chain.
inline constexpr std::uint32_t kMostAhead = 2000;
inline constexpr std::size_t kMostSkipped = 2000;

/// A symmetric ratchet: each step gives the seed of one message's keys and forgets how it was made. The same in 1:1
/// sessions and in groups. (Double Ratchet specification, section 2.2)
class Chain {
public:
    Chain() = default;
    explicit Chain(crypto::Secret32 key, std::uint32_t index = 0) : key_{std::move(key)}, index_{index} {}

    std::uint32_t index() const { return index_; }
    crypto::Secret32 const& key() const { return key_; }

    /// The seed for message number index(), then one step on.
    crypto::Secret32 next() {
        static constexpr std::uint8_t kSeed = 1;
        static constexpr std::uint8_t kNext = 2;
        auto seed = crypto::Secret32{crypto::hmac_sha256(key_, {&kSeed, 1})};
        key_ = crypto::Secret32{crypto::hmac_sha256(key_, {&kNext, 1})};
        ++index_;
        return seed;
    }

private:
    crypto::Secret32 key_;
    std::uint32_t index_ = 0;
};

/// The seed of a message that was overtaken by a later one.
struct SkippedKey {
    std::uint32_t index = 0;
    crypto::Secret32 seed;
};

/// A chain that receives: hands out each message's seed once, in any order, within the limits above.
struct ReceivingChain {
    Chain chain;
    std::vector<SkippedKey> skipped{};   // ascending by index

    /// Refusal::message_duplicate when that seed was handed out (or dropped) before, Refusal::message_too_far beyond
    /// kMostAhead. The caller keeps a copy and drops it when the message turns out to be false.
    Result<crypto::Secret32> seed_for(std::uint32_t index);
};

}   // namespace waqtor::whatsapp::signal
