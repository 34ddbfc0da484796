#pragma once
#include "core/messages/content.hpp"
#include "whatsapp/binary/jid.hpp"
#include "whatsapp/crypto/secret.hpp"

#include <functional>

// What people say, as WhatsApp's protobuf Message and back. Pure functions, usable from any thread; nothing here throws.

namespace waqtor::whatsapp::messaging {

// ---- both ways -------------------------------------------------------------------------------------------------------------

/// What travels with a message and is no part of the product's Content.
struct LinkPreview {
    std::string url;   // as it stands in the text
    std::string title;
    std::string description;
    Bytes thumbnail;   // JPEG
};
struct Extras {
    std::optional<LinkPreview> link{};
    Bytes thumbnail{};   // JPEG of an image, video, document or location; PNG of a sticker
    Bytes waveform{};    // of a voice message: 64 numbers 0…100
    bool forwarded = false;
    bool animated = false;   // a sticker
};

/// What has to be remembered of a message so that votes, encrypted reactions and encrypted edits about it can be read.
struct Original {
    crypto::Secret32 secret;
    std::vector<Jid> authors;             // who wrote it, under every address known (number, LID)
    std::vector<std::string> choices{};   // of a poll, as asked
};
/// Finds it by the reference a vote carries; nothing when it is not known.
using FindOriginal = std::function<std::optional<Original>(MessageReference const& target)>;

// ---- out -------------------------------------------------------------------------------------------------------------------

struct EncodeContext {
    Jid me;   // in the addressing of the chat (LID or number); the device does not matter
    Jid chat;
    Timestamp now;
    std::function<crypto::Secret32()> secret = crypto::random_secret;   // a new message's secret
    FindOriginal original{};                                            // needed for poll votes
    Extras extras{};
    /// Of the `url` beside the direct path, which older clients want; empty: none.
    std::string media_host = "mmg.whatsapp.net";
};

struct Encoded {
    Bytes message;                              // serialized Message, without padding
    std::string_view type;                      // of <message>: "text", "media", "poll", "reaction"
    std::string_view media_type;                // of each <enc>; empty: no attribute
    std::string_view edit;                      // of <message>; empty: no attribute
    std::string_view poll_type;                 // of <meta polltype=…>: "creation", "vote"; empty: no such child
    bool hide_failure = false;                  // <enc decrypt-fail=hide>
    std::optional<crypto::Secret32> secret{};   // inside the message: keep it, answers to it need it
};

/// Media must carry `remote` (be uploaded). Code::invalid for content that cannot be said this way, naming the field;
/// Code::not_found for a vote on a poll that `original` does not know.
Result<Encoded> encode_content(Content const& content, EncodeContext const& context);

/// For the own other devices: the same message, with where it went.
Bytes wrap_device_sent(ByteView message, Jid const& destination);
/// The message with a group's sender key beside it (an empty message: the key alone).
Bytes with_sender_key(ByteView message, Jid const& group, ByteView distribution);

/// Turns disappearing messages of a 1:1 chat on (seconds) or off (0).
Encoded encode_timer(std::int64_t seconds, Timestamp now);
/// To the own phone (category=peer): send the app-state keys with these ids.
Bytes encode_key_request(std::vector<Bytes> const& ids);
/// To the own phone (category=peer): send these messages again, which could not be decrypted here.
Bytes encode_resend_request(Jid const& chat, std::vector<MessageReference> const& messages);

/// Adds 1 to 16 bytes, each of that value.
void pad(Bytes& message);
/// The message without its padding; Refusal::malformed when it is not 1 to 16 bytes of one value.
Result<ByteView> unpad(ByteView padded);

// ---- in --------------------------------------------------------------------------------------------------------------------

struct DecodeContext {
    Jid me;             // own number
    Jid me_lid{};       // own LID
    Jid chat;           // of the stanza; of a device-sent message the destination takes its place
    Jid sender;         // who wrote it
    Jid sender_alt{};   // the same person's other address, when known
    FindOriginal original{};
};

/// A group's sender key: hand it to signal/group.
struct SenderKey {
    Jid group;
    Bytes distribution;
};
/// An app-state key the phone shares.
struct SharedKey {
    Bytes id;
    Bytes data;   // secret
    std::int64_t timestamp = 0;
    Bytes fingerprint;   // serialized, kept as it came
};
/// A piece of history to fetch (messaging/history.hpp).
struct HistoryNotice {
    std::int32_t type = 0;   // 0 initial, 1 status, 2 full, 3 recent, 4 push names, 5 non-blocking, 6 on demand
    std::uint32_t chunk = 0;
    std::uint32_t progress = 0;   // percent
    RemoteFile file;              // empty direct path: it is inline
    std::uint64_t size = 0;
    Bytes inline_data;    // deflated
    std::string handle;   // to delete the file with after use
};
/// A vote that could not be opened because its poll is not known (yet).
struct SealedVote {
    MessageReference poll;
    Bytes payload;
    Bytes iv;
};

struct Decoded {
    /// What to show; nothing when the message is only for machines (keys, history, settings).
    std::optional<Content> content{};
    Extras extras{};
    std::optional<crypto::Secret32> secret{};   // keep with the message id
    std::optional<Jid> destination{};           // set: written on another own device, to this chat
    bool ephemeral = false;                     // came inside the wrapper of disappearing messages

    bool protocol = false;   // has a ProtocolMessage
    std::optional<SenderKey> sender_key{};
    std::vector<SharedKey> app_state_keys{};
    std::vector<Bytes> app_state_keys_wanted{};   // ids another own device asks for
    std::optional<HistoryNotice> history{};
    std::optional<std::int64_t> timer{};       // disappearing messages were set to so many seconds
    std::vector<Bytes> resent{};               // serialized WebMessageInfos the phone sent again (messaging/history.hpp reads them)
    Bytes lid_mappings{};                      // of a LID migration: deflated LIDMigrationMappingSyncPayload
    std::optional<SealedVote> vote{};          // content is a poll_vote without choices
    std::optional<std::int64_t> edited_at{};   // ms, of an edit
};

/// Reads a Message without padding. Every text is valid UTF-8 without NUL and within the bounds of Content; what we do not know is
/// MessageType::unsupported. Refusal::malformed for what is no protobuf, Refusal::limit beyond 16 MiB or too deep.
Result<Decoded> decode_content(ByteView message, DecodeContext const& context);

/// What has to be remembered of a message by one of `authors`; nothing when it carries no secret.
std::optional<Original> original_of(ByteView message, std::vector<Jid> authors);

/// Opens a vote once its poll is known: the chosen names, in the poll's order. Refusal::message_mac when it is not genuine.
Result<std::vector<std::string>> open_vote(SealedVote const& vote, Original const& poll, std::vector<Jid> const& voters);

}   // namespace waqtor::whatsapp::messaging
