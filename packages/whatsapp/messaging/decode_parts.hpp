#pragma once
#include "whatsapp/messaging/content_codec.hpp"
#include "whatsapp/proto/e2e.pb.h"

// Pieces that several kinds of messages are read with.

namespace waqtor::whatsapp::messaging {

inline constexpr std::size_t kMostText = 65'536;   // characters, as in the field rows of Content

bool is_me(Jid const& jid, DecodeContext const& context);
/// The message a key names, seen from here: keys say "from me" as their writer sees it.
std::optional<MessageReference> reference_of(e2e::MessageKey const& key, DecodeContext const& context);
/// The same, but its author is who wrote this message, whatever the key says.
std::optional<MessageReference> own_reference_of(e2e::MessageKey const& key, DecodeContext const& context);

/// The innermost message, out of wrappers for view-once, disappearing messages, captions and edits.
struct Opened {
    e2e::Message const* message;
    bool view_once = false;
    bool ephemeral = false;
};
Opened open(e2e::Message const& message);

/// Text or caption.
std::string_view text_in(e2e::Message const& message);

/// Quoted message, mentions, timer.
void read_context(e2e::ContextInfo const& info, DecodeContext const& context, Decoded& out);

/// False when it is no image, video, audio, document or sticker.
bool read_media(e2e::Message const& message, DecodeContext const& context, Decoded& out);

/// Edits and revokes as content, the rest as what it asks of this device.
void read_protocol(e2e::ProtocolMessage const& protocol, DecodeContext const& context, Decoded& out);
void read_vote(e2e::PollUpdateMessage const& vote, DecodeContext const& context, Decoded& out);
/// Reactions and edits that are sealed with the other message's secret; MessageType::unsupported when it is not known.
void read_sealed(e2e::Message const& message, DecodeContext const& context, Decoded& out);
void read_reaction(e2e::ReactionMessage const& reaction, DecodeContext const& context, Decoded& out);

/// Within the bounds of the protobuf runtime and ours; Refusal::malformed, Refusal::limit.
Result<void> parse_bounded(ByteView bytes, google::protobuf::MessageLite& out);

}   // namespace waqtor::whatsapp::messaging
