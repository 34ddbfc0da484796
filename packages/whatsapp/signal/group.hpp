#pragma once
#include "whatsapp/signal/chain.hpp"
#include "whatsapp/signal/message.hpp"

namespace waqtor::whatsapp::signal {

inline constexpr std::size_t kMostSenderKeys = 5;   // per sender and group, for messages still on their way

/// The sender keys of one device in one group: ours (we encrypt with it) or another member's (we decrypt with it).
/// No input or output here; one thread at a time; a failed call changes nothing.
class SenderKeyRecord {
public:
    /// Makes a new own key and keeps the older ones. Call it for a new group and whenever a member has left.
    void rotate();

    /// What a member needs to read from the next message on. Refusal::no_sender_key before the first rotate().
    Result<Distribution> distribution() const;

    /// Takes over a member's key. One that is known already (same id and signing key) is kept as it is, so that a repeated
    /// distribution costs no message that is still on its way.
    void accept(Distribution const& distribution);

    /// A `skmsg`, signed. Refusal::no_sender_key before the first rotate(), or when only others' keys are here.
    Result<Bytes> encrypt(ByteView plaintext);

    /// Refusal::no_sender_key for an unknown id (ask for a retry), sender_key_signature, message_duplicate, message_too_far.
    Result<Bytes> decrypt(GroupMessage const& message);

    bool empty() const { return states_.empty(); }

    /// Versioned; holds secret keys, so a store seals it.
    Bytes serialize() const;
    static Result<SenderKeyRecord> parse(ByteView bytes);

private:
    struct State {
        std::uint32_t id = 0;
        crypto::PublicKey signing_key;
        std::optional<crypto::PrivateKey> signing_secret;   // only in our own
        ReceivingChain chain;
    };
    std::vector<State> states_;   // newest first

    void push(State state);
};

}   // namespace waqtor::whatsapp::signal
