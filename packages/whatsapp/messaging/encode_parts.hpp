#pragma once
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/messaging/content_codec.hpp"
#include "whatsapp/proto/e2e.pb.h"

// Pieces that several kinds of messages are written with.

namespace waqtor::whatsapp::messaging {

inline void set(std::string& field, ByteView bytes) { field.assign(text_of(bytes)); }

Bytes serialized(google::protobuf::MessageLite const& message);

/// Quoted message, mentions, timer and the mark of a forwarded one; nothing when there is none of it.
Result<std::optional<e2e::ContextInfo>> context_info(Content const& content, EncodeContext const& context);

/// How `chat` names a message.
void write_key(MessageReference const& reference, Jid const& chat, e2e::MessageKey& key);
/// Code::invalid when there is no target or it cannot be.
Result<e2e::MessageKey> message_key(std::optional<MessageReference> const& target, EncodeContext const& context);

/// Image, video, gif, voice, audio, document, sticker.
Result<void> write_media(Content const& content, EncodeContext const& context, e2e::Message& out);
/// Wraps it so that it can be opened once; Code::invalid for kinds that cannot.
Result<void> make_view_once(MessageType type, e2e::Message& message);

}   // namespace waqtor::whatsapp::messaging
