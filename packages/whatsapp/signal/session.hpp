#pragma once
#include "whatsapp/crypto/signatures.hpp"
#include "whatsapp/signal/chain.hpp"
#include "whatsapp/signal/message.hpp"

namespace waqtor::whatsapp::signal {

inline constexpr std::size_t kMostArchived = 40;         // replaced sessions kept per address, for messages still on their way
inline constexpr std::size_t kMostReceivingChains = 5;   // of one session: ratchet keys of the peer

/// One Double Ratchet between two devices. Plain data; SessionRecord does the work.
struct SessionState {
    struct Pending {   // until the peer has answered, every message repeats how the session was started
        std::optional<KeyId> prekey_id;
        KeyId signed_prekey_id = 0;
    };
    struct Receiving {
        crypto::PublicKey ratchet_key;
        ReceivingChain chain;
    };

    crypto::PublicKey remote_identity;
    crypto::PublicKey base_key;   // of whoever started it; tells sessions apart
    std::uint32_t remote_registration_id = 0;
    crypto::Secret32 root_key;
    crypto::KeyPair ratchet;   // ours
    Chain sending;
    std::uint32_t previous_counter = 0;
    std::vector<Receiving> receiving;   // newest first
    std::optional<Pending> pending;
};

/// All sessions with one address: the current one and the archived ones. No input or output here: the caller loads the record,
/// works, and commits serialize() together with what depends on it before a byte leaves. One thread at a time.
/// A failed call changes nothing.
///
/// Protocol: Signal version 3, X3DH and Double Ratchet as published at signal.org/docs, keys and limits as in section 9 of the
/// facts sheet; the formats are those of all WhatsApp clients.
class SessionRecord {
public:
    /// X3DH as the one who starts. The old current session, if any, is archived. Refusal::prekey_signature when the bundle's
    /// signed prekey is not signed by its identity. Whether that identity is the expected one is the caller's question.
    Result<void> start(Identity const& me, Bundle const& bundle, crypto::Signatures* together = nullptr);

    /// Refusal::no_session without a current session.
    Result<Ciphertext> encrypt(Identity const& me, ByteView plaintext);

    /// A `msg`. Tries the current session, then the archived ones, and makes current the one that fits.
    /// Refusal::no_session, message_mac, message_duplicate, message_too_far, malformed.
    Result<Bytes> decrypt(Identity const& me, Message const& message);

    /// True when `message` belongs to a session that exists already, so that its prekeys are not needed again.
    bool knows(PreKeyMessage const& message) const;
    /// A `pkmsg`. `signed_prekey` and `one_time` are the own keys it names (null when it names none, or when knows()); without
    /// them Refusal::unknown_prekey. On success and !knows() before, the one-time prekey must be deleted in the same commit.
    Result<Bytes> decrypt(Identity const& me, PreKeyMessage const& message, crypto::KeyPair const* signed_prekey,
                          crypto::KeyPair const* one_time);

    bool has_current() const { return current_.has_value(); }
    SessionState const* current() const { return current_ ? &*current_ : nullptr; }
    std::size_t archived() const { return archived_.size(); }
    /// The next encrypt() needs a new start(); what is on its way can still be read.
    void archive_current();

    /// Versioned; holds secret keys, so a store seals it.
    Bytes serialize() const;
    /// Refusal::malformed for anything serialize() did not write.
    static Result<SessionRecord> parse(ByteView bytes);

private:
    std::optional<SessionState> current_;
    std::vector<SessionState> archived_;   // newest first

    void replace_current(SessionState state);
};

}   // namespace waqtor::whatsapp::signal
