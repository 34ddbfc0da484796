#include "whatsapp/signal/group.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/signal/record_io.hpp"

#include <limits>

namespace waqtor::whatsapp::signal {

namespace {

constexpr std::uint8_t kVersion = 1;

struct GroupKeys {
    crypto::Secret<48> bytes;

    explicit GroupKeys(crypto::Secret32 const& seed) : bytes{crypto::hkdf<48>(seed, {}, "WhisperGroup")} {}
    crypto::AesIv iv() const { return to_array<16>(bytes.view().first(16)); }
    ByteView cipher_key() const { return bytes.view().last(32); }
};

std::unexpected<Error> no_key(std::source_location at = std::source_location::current()) {
    return refuse(Refusal::no_sender_key, "no sender key for this group message", at);
}

}   // namespace

void SenderKeyRecord::rotate() {
    auto const random = from_big_endian(crypto::random_array<4>());
    auto signing = crypto::KeyPair::generate();
    push({.id = static_cast<std::uint32_t>(random & 0x7fffffff),
          .signing_key = signing.pub,
          .signing_secret = std::move(signing.secret),
          .chain = {.chain = Chain{crypto::random_secret()}}});
}

Result<Distribution> SenderKeyRecord::distribution() const {
    if (states_.empty()) return no_key();
    auto const& state = states_.front();
    return Distribution{state.id, state.chain.chain.index(), state.chain.chain.key(), state.signing_key};
}

void SenderKeyRecord::accept(Distribution const& distribution) {
    auto const known = std::ranges::find(states_, distribution.id, &State::id);
    if (known != states_.end() && known->signing_key == distribution.signing_key) {
        std::rotate(states_.begin(), known, known + 1);
        return;
    }
    if (known != states_.end()) states_.erase(known);
    push({.id = distribution.id,
          .signing_key = distribution.signing_key,
          .signing_secret = {},
          .chain = {.chain = Chain{distribution.chain_key, distribution.iteration}}});
}

Result<Bytes> SenderKeyRecord::encrypt(ByteView plaintext) {
    if (states_.empty() || !states_.front().signing_secret) return no_key();
    auto& state = states_.front();
    auto& chain = state.chain.chain;
    if (chain.index() == std::numeric_limits<std::uint32_t>::max()) return no_key();
    GroupMessage message{.id = state.id, .iteration = chain.index(), .ciphertext = {}, .signed_part = {}};
    auto const keys = GroupKeys{chain.next()};
    message.ciphertext = crypto::cbc_encrypt(keys.cipher_key(), keys.iv(), plaintext);
    auto out = message.serialize_unsigned();
    append(out, crypto::sign(*state.signing_secret, out));
    return out;
}

Result<Bytes> SenderKeyRecord::decrypt(GroupMessage const& message) {
    auto const state = std::ranges::find(states_, message.id, &State::id);
    if (state == states_.end()) return no_key();
    if (!crypto::verify(state->signing_key, message.signed_part, message.signature))
        return refuse(Refusal::sender_key_signature, "the group message is not signed by its sender's key");
    auto chain = state->chain;
    TRY(auto const seed, chain.seed_for(message.iteration));
    auto const keys = GroupKeys{seed};
    TRY(auto plaintext, crypto::cbc_decrypt(keys.cipher_key(), keys.iv(), message.ciphertext));
    state->chain = std::move(chain);
    return plaintext;
}

void SenderKeyRecord::push(State state) {
    states_.insert(states_.begin(), std::move(state));
    if (states_.size() > kMostSenderKeys) states_.pop_back();
}

Bytes SenderKeyRecord::serialize() const {
    RecordWriter out{kVersion};
    out.u8(states_.size());
    for (auto const& state : states_) {
        out.u32(state.id);
        out.bytes(state.signing_key);
        out.u8(state.signing_secret ? 1 : 0);
        if (state.signing_secret) out.bytes(*state.signing_secret);
        out.bytes(state.chain.chain.key());
        out.u32(state.chain.chain.index());
        out.u16(state.chain.skipped.size());
        for (auto const& skipped : state.chain.skipped) {
            out.u32(skipped.index);
            out.bytes(skipped.seed);
        }
    }
    return out.take();
}

Result<SenderKeyRecord> SenderKeyRecord::parse(ByteView bytes) {
    auto const broken = [] { return refuse(Refusal::malformed, "a stored sender key cannot be read"); };
    RecordReader in{bytes};
    if (in.u8() != kVersion) return broken();
    auto const count = in.u8();
    if (!in.ok() || count > kMostSenderKeys) return broken();
    SenderKeyRecord record;
    record.states_.resize(count);
    for (auto& state : record.states_) {
        state.id = in.u32();
        state.signing_key = in.key();
        auto const own = in.u8();
        if (own > 1) return broken();
        if (own == 1) state.signing_secret = in.secret();
        auto key = in.secret();
        state.chain.chain = Chain{std::move(key), in.u32()};
        auto const skipped = in.u16();
        if (skipped > kMostSkipped || skipped > in.left() / 36) return broken();
        state.chain.skipped.reserve(skipped);
        for (unsigned i = 0; i < skipped; ++i) {
            auto const index = in.u32();
            state.chain.skipped.push_back({index, in.secret()});
        }
    }
    if (!in.done()) return broken();
    return record;
}

}   // namespace waqtor::whatsapp::signal
