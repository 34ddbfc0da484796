#pragma once
#include "whatsapp/signal/keys.hpp"

namespace waqtor::whatsapp::signal {

/// The two kinds of 1:1 ciphertext, named as `<enc type>` names them.
enum class Kind { prekey, message };   // pkmsg, msg

struct Ciphertext {
    Kind kind = Kind::message;
    Bytes bytes;
};

/// A parsed `msg`. Its MAC is checked by the session, which knows the key.
struct Message {
    static constexpr std::size_t kMacSize = 8;

    crypto::PublicKey ratchet_key;
    std::uint32_t counter = 0;
    std::uint32_t previous_counter = 0;
    Bytes ciphertext;
    Bytes signed_part;   // version and body: what the MAC covers
    ByteArray<kMacSize> mac{};

    /// Refusal::message_version for another protocol version, Refusal::malformed for the rest.
    static Result<Message> parse(ByteView bytes);
    /// version || body of an outgoing message; the MAC is appended by the session.
    Bytes serialize_unsigned() const;
};

/// A parsed `pkmsg`: a message and what the receiver needs to make the session.
struct PreKeyMessage {
    std::optional<KeyId> prekey_id;
    KeyId signed_prekey_id = 0;
    std::uint32_t registration_id = 0;
    crypto::PublicKey base_key;
    crypto::PublicKey identity;
    Bytes message;   // a whole `msg`

    static Result<PreKeyMessage> parse(ByteView bytes);
    Bytes serialize() const;
};

/// A parsed `skmsg`, with the signature still to be checked.
struct GroupMessage {
    std::uint32_t id = 0;
    std::uint32_t iteration = 0;
    Bytes ciphertext;
    Bytes signed_part;
    crypto::Signature signature{};

    static Result<GroupMessage> parse(ByteView bytes);
    /// version || body; the signature is appended by the sender.
    Bytes serialize_unsigned() const;
};

/// A sender key as it is handed to the members of a group (SKDM).
struct Distribution {
    std::uint32_t id = 0;
    std::uint32_t iteration = 0;
    crypto::Secret32 chain_key;
    crypto::PublicKey signing_key;

    static Result<Distribution> parse(ByteView bytes);
    Bytes serialize() const;
};

}   // namespace waqtor::whatsapp::signal
