#pragma once
#include "whatsapp/messaging/content_codec.hpp"

namespace waqtor::whatsapp::messaging {

/// What is said about another message and sealed with that message's secret.
enum class Addon { vote, reaction, edit };

struct SealedAddon {
    Bytes payload;   // AES-256-GCM, tag at the end
    ByteArray<12> iv{};
};

/// Keys are derived from the secret, the original's id and author, the writer and the kind; both addresses without device.
SealedAddon seal_addon(Addon kind, crypto::Secret32 const& secret, std::string_view id, Jid const& author, Jid const& writer,
                       ByteView plaintext);

/// Tries every author with every writer, because a person has a number and a LID and senders differ in which they use.
/// Refusal::message_mac when none fits, Refusal::malformed for an IV that is not 12 bytes.
Result<Bytes> open_addon(Addon kind, Original const& original, std::string_view id, std::vector<Jid> const& writers,
                         ByteView payload, ByteView iv);

}   // namespace waqtor::whatsapp::messaging
