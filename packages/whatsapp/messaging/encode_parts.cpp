#include "whatsapp/messaging/encode_parts.hpp"

#include "whatsapp/crypto/encoding.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

Result<std::string> address(std::string const& text, char const* field) {
    auto const jid = Jid::parse(text);
    if (!jid || jid->user.empty()) return invalid(field, "is no WhatsApp address");
    return jid->without_device().to_string();
}

Result<void> quote(MessageReference const& quoted, EncodeContext const& context, e2e::ContextInfo& to) {
    if (quoted.id.empty()) return invalid("quoted.id", "must not be empty");
    to.set_stanza_id(quoted.id);
    auto author = quoted.from_me ? context.me : context.chat;
    if (quoted.sender && !quoted.from_me) {
        TRY(auto const sender, address(*quoted.sender, "quoted.sender"));
        author = *Jid::parse(sender);
    }
    if (!author.is_person()) return invalid("quoted.sender", "is required in a group");
    to.set_participant(author.without_device().to_string());
    // Without the quoted message the phones show nothing at all.
    to.mutable_quoted_message()->set_conversation(quoted.text.value_or(""));
    return {};
}

}   // namespace

Bytes serialized(google::protobuf::MessageLite const& message) {
    Bytes out(message.ByteSizeLong());
    message.SerializeWithCachedSizesToArray(out.data());
    return out;
}

Result<std::optional<e2e::ContextInfo>> context_info(Content const& content, EncodeContext const& context) {
    e2e::ContextInfo out;
    if (content.quoted) TRY_OK(quote(*content.quoted, context, out));
    for (auto const& mention : content.mentions.value_or(std::vector<std::string>{})) {
        TRY(auto one, address(mention, "mentions"));
        out.add_mentioned_jid(std::move(one));
    }
    if (content.expires_after && *content.expires_after > 0) out.set_expiration(static_cast<std::uint32_t>(*content.expires_after));
    if (context.extras.forwarded) {
        out.set_is_forwarded(true);
        out.set_forwarding_score(1);
    }
    if (out.ByteSizeLong() == 0) return std::nullopt;
    return std::optional{std::move(out)};
}

void write_key(MessageReference const& reference, Jid const& chat, e2e::MessageKey& key) {
    key.set_remote_jid(chat.without_device().to_string());
    key.set_from_me(reference.from_me);
    key.set_id(reference.id);
    auto const sender = reference.sender ? Jid::parse(*reference.sender) : std::nullopt;
    if (!reference.from_me && !chat.is_person() && sender) key.set_participant(sender->without_device().to_string());
}

Result<e2e::MessageKey> message_key(std::optional<MessageReference> const& target, EncodeContext const& context) {
    if (!target) return invalid("target", "is required");
    if (target->id.empty()) return invalid("target.id", "must not be empty");
    if (!target->from_me && !context.chat.is_person()) {
        if (!target->sender) return invalid("target.sender", "is required in a group");
        TRY(auto const sender, address(*target->sender, "target.sender"));
    }
    e2e::MessageKey key;
    write_key(*target, context.chat, key);
    return key;
}

Bytes wrap_device_sent(ByteView message, Jid const& destination) {
    e2e::Message out;
    auto& sent = *out.mutable_device_sent_message();
    sent.set_destination_jid(destination.without_device().to_string());
    auto& inner = *sent.mutable_message();
    // Our own bytes: they can be read. What is unknown to our schema is kept.
    if (!inner.ParseFromArray(message.data(), static_cast<int>(message.size()))) return {};
    if (inner.has_message_context_info()) *out.mutable_message_context_info() = inner.message_context_info();
    return serialized(out);
}

Bytes with_sender_key(ByteView message, Jid const& group, ByteView distribution) {
    e2e::Message key;
    key.mutable_sender_key_distribution()->set_group_id(group.without_device().to_string());
    set(*key.mutable_sender_key_distribution()->mutable_distribution(), distribution);
    // Two protobufs one after the other are their union.
    return concat({serialized(key), message});
}

}   // namespace waqtor::whatsapp::messaging
