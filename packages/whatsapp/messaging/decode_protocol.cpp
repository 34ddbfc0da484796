#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/addon.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/decode_parts.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

constexpr std::uint32_t kRevoke = 0, kTimer = 3, kEdit = 14;
constexpr std::uint32_t kMessageEdit = 2;   // SecretEncType
constexpr int kMostKeys = 1024, kMostResent = 256;
constexpr std::size_t kMostEmoji = 16;

void read_edit(e2e::MessageKey const& key, e2e::Message const& edited, DecodeContext const& context, Decoded& out) {
    // Only its author can edit a message.
    auto target = own_reference_of(key, context);
    auto const& message = *open(edited).message;
    if (!target) return;
    auto& content = out.content.emplace();
    content.type = MessageType::edit;
    content.target = std::move(target);
    content.text = clean(text_in(message), kMostText);
    if (message.has_extended_text_message() && message.extended_text_message().has_context_info())
        read_context(message.extended_text_message().context_info(), context, out);
}

void read_revoke(e2e::MessageKey const& key, DecodeContext const& context, Decoded& out) {
    // Between two people everyone takes back only what is his; in a group an admin can more (the caller knows who is one).
    auto target = context.chat.is_person() ? own_reference_of(key, context) : reference_of(key, context);
    if (!target) return;
    auto& content = out.content.emplace();
    content.type = MessageType::revoke;
    content.target = std::move(target);
}

HistoryNotice history_notice(e2e::HistorySyncNotification const& from) {
    auto const base64 = [](std::string const& bytes) { return bytes.size() == 32 ? crypto::to_base64(bytes_of(bytes)) : ""; };
    return {.type = static_cast<std::int32_t>(from.sync_type()),
            .chunk = from.chunk_order(),
            .progress = from.progress(),
            .file = {.direct_path = clean(from.direct_path(), 2048, Lines::one),
                     .media_key = base64(from.media_key()),
                     .file_sha256 = base64(from.file_sha256()),
                     .file_enc_sha256 = base64(from.file_enc_sha256())},
            .size = from.file_length(),
            .inline_data = to_bytes(bytes_of(from.inline_payload())),
            .handle = clean(from.enc_handle(), 1024, Lines::one)};
}

/// What only the own phone and the own other devices may ask.
void read_own(e2e::ProtocolMessage const& protocol, Decoded& out) {
    if (protocol.has_history_sync_notification()) out.history = history_notice(protocol.history_sync_notification());
    for (auto const& key : protocol.app_state_sync_key_share().keys()) {
        if (std::cmp_greater_equal(out.app_state_keys.size(), kMostKeys)) break;
        if (key.key_id().key_id().empty() || key.key_data().key_data().empty()) continue;
        out.app_state_keys.push_back({.id = to_bytes(bytes_of(key.key_id().key_id())),
                                      .data = to_bytes(bytes_of(key.key_data().key_data())),
                                      .timestamp = key.key_data().timestamp(),
                                      .fingerprint = to_bytes(bytes_of(key.key_data().fingerprint()))});
    }
    for (auto const& id : protocol.app_state_sync_key_request().key_ids()) {
        if (std::cmp_greater_equal(out.app_state_keys_wanted.size(), kMostKeys)) break;
        out.app_state_keys_wanted.push_back(to_bytes(bytes_of(id.key_id())));
    }
    for (auto const& result : protocol.peer_data_response().results()) {
        auto const& info = result.placeholder().web_message_info();
        if (!info.empty() && std::cmp_less(out.resent.size(), kMostResent)) out.resent.push_back(to_bytes(bytes_of(info)));
    }
    if (protocol.has_lid_migration_mappings()) out.lid_mappings = to_bytes(bytes_of(protocol.lid_migration_mappings().payload()));
}

std::vector<Jid> writers(DecodeContext const& context) { return {context.sender, context.sender_alt}; }

void unsupported(Decoded& out) { out.content.emplace().type = MessageType::unsupported; }

}   // namespace

void read_protocol(e2e::ProtocolMessage const& protocol, DecodeContext const& context, Decoded& out) {
    out.protocol = true;
    if (protocol.type() == kEdit && protocol.has_edited_message()) {
        read_edit(protocol.key(), protocol.edited_message(), context, out);
        if (protocol.timestamp_ms() > 0) out.edited_at = protocol.timestamp_ms();
    } else if (protocol.type() == kRevoke && protocol.has_key()) {
        read_revoke(protocol.key(), context, out);
    } else if (protocol.type() == kTimer) {
        out.timer = protocol.ephemeral_expiration();
    }
    if (is_me(context.sender, context)) read_own(protocol, out);
}

void read_vote(e2e::PollUpdateMessage const& vote, DecodeContext const& context, Decoded& out) {
    auto target = reference_of(vote.poll_creation_message_key(), context);
    if (!target) return unsupported(out);
    auto& content = out.content.emplace();
    content.type = MessageType::poll_vote;
    content.target = target;
    auto sealed = SealedVote{.poll = *std::move(target),
                             .payload = to_bytes(bytes_of(vote.vote().enc_payload())),
                             .iv = to_bytes(bytes_of(vote.vote().enc_iv()))};
    auto const poll = context.original ? context.original(sealed.poll) : std::nullopt;
    if (poll) {
        if (auto chosen = open_vote(sealed, *poll, writers(context))) {
            content.choices = *std::move(chosen);
            return;
        }
    }
    out.vote = std::move(sealed);
}

void read_reaction(e2e::ReactionMessage const& reaction, DecodeContext const& context, Decoded& out) {
    auto target = reference_of(reaction.key(), context);
    if (!target) return unsupported(out);
    auto& content = out.content.emplace();
    content.type = MessageType::reaction;
    content.target = std::move(target);
    content.emoji = clean(reaction.text(), kMostEmoji, Lines::one);
}

void read_sealed(e2e::Message const& message, DecodeContext const& context, Decoded& out) {
    auto const is_reaction = message.has_enc_reaction_message();
    auto const& sealed = is_reaction ? message.enc_reaction_message() : message.secret_encrypted_message();
    auto const target = reference_of(sealed.target_message_key(), context);
    auto const original = target && context.original ? context.original(*target) : std::nullopt;
    if (!original || (!is_reaction && sealed.secret_type() != kMessageEdit)) return unsupported(out);
    auto const opened = open_addon(is_reaction ? Addon::reaction : Addon::edit, *original, target->id, writers(context),
                                   bytes_of(sealed.enc_payload()), bytes_of(sealed.enc_iv()));
    if (!opened) return unsupported(out);
    if (is_reaction) {
        e2e::ReactionMessage reaction;
        if (!parse_bounded(*opened, reaction)) return unsupported(out);
        // The sealed text has no key: it stands outside.
        *reaction.mutable_key() = sealed.target_message_key();
        return read_reaction(reaction, context, out);
    }
    e2e::Message edited;
    if (!parse_bounded(*opened, edited)) return unsupported(out);
    auto const& inner = *open(edited).message;
    auto const wrapped = inner.has_protocol_message() && inner.protocol_message().has_edited_message();
    read_edit(sealed.target_message_key(), wrapped ? inner.protocol_message().edited_message() : inner, context, out);
    if (!out.content) unsupported(out);
}

}   // namespace waqtor::whatsapp::messaging
