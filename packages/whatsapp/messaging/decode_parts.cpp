#include "whatsapp/messaging/decode_parts.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"

#include <google/protobuf/io/coded_stream.h>

namespace waqtor::whatsapp::messaging {

namespace {

constexpr std::size_t kMostBytes = 16 << 20;   // a frame cannot be larger
constexpr int kMostDepth = 48;                 // protobuf levels; a quoted view-once caption has about 10
constexpr int kMostWrappers = 8;
constexpr std::size_t kMostId = 128, kMostQuote = 4096;
constexpr int kMostMentions = 1024;

std::optional<Jid> person(std::string const& text) {
    auto const jid = Jid::parse(text);
    return jid && !jid->user.empty() ? std::optional{jid->without_device()} : std::nullopt;
}

MessageReference by(Jid const& author, std::string id, DecodeContext const& context) {
    MessageReference out{.id = std::move(id), .from_me = is_me(author, context)};
    if (!context.chat.is_person()) out.sender = author.without_device().to_string();
    return out;
}

e2e::Message const* next(e2e::Message const& message, Opened& out) {
    if (message.has_ephemeral_message()) {
        out.ephemeral = true;
        return &message.ephemeral_message().message();
    }
    if (message.has_view_once_message() || message.has_view_once_message_v2() || message.has_view_once_message_v2_extension()) {
        out.view_once = true;
        if (message.has_view_once_message()) return &message.view_once_message().message();
        return message.has_view_once_message_v2() ? &message.view_once_message_v2().message()
                                                  : &message.view_once_message_v2_extension().message();
    }
    if (message.has_document_with_caption_message()) return &message.document_with_caption_message().message();
    if (message.has_edited_message()) return &message.edited_message().message();
    if (message.has_group_mentioned_message()) return &message.group_mentioned_message().message();
    if (message.has_lottie_sticker_message()) return &message.lottie_sticker_message().message();
    if (message.has_associated_child_message()) return &message.associated_child_message().message();
    if (message.has_poll_creation_message_v4()) return &message.poll_creation_message_v4().message();
    return nullptr;
}

}   // namespace

Result<void> parse_bounded(ByteView bytes, google::protobuf::MessageLite& out) {
    if (bytes.size() > kMostBytes) return refuse(Refusal::limit, "message: too large");
    google::protobuf::io::CodedInputStream input{bytes.data(), static_cast<int>(bytes.size())};
    input.SetRecursionLimit(kMostDepth);
    if (!out.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
        // The runtime does not say why it stopped; both are lies of the sender.
        return refuse(Refusal::malformed, "message: it cannot be read");
    }
    return {};
}

bool is_me(Jid const& jid, DecodeContext const& context) {
    return jid.is_person() && (jid.same_user(context.me) || jid.same_user(context.me_lid));
}

std::optional<MessageReference> reference_of(e2e::MessageKey const& key, DecodeContext const& context) {
    auto id = clean(key.id(), kMostId, Lines::one);
    if (id.empty()) return std::nullopt;
    if (key.from_me()) return by(context.sender, std::move(id), context);
    if (auto const author = person(key.participant()); author && author->is_person()) return by(*author, std::move(id), context);
    // Two people: not the writer's means the other's.
    if (context.chat.is_person()) return MessageReference{.id = std::move(id), .from_me = !is_me(context.sender, context)};
    return MessageReference{.id = std::move(id)};
}

std::optional<MessageReference> own_reference_of(e2e::MessageKey const& key, DecodeContext const& context) {
    auto id = clean(key.id(), kMostId, Lines::one);
    if (id.empty()) return std::nullopt;
    return by(context.sender, std::move(id), context);
}

Opened open(e2e::Message const& message) {
    Opened out{.message = &message};
    for (int i = 0; i < kMostWrappers; ++i) {
        auto const* inner = next(*out.message, out);
        if (!inner) break;
        out.message = inner;
    }
    return out;
}

std::string_view text_in(e2e::Message const& message) {
    if (message.has_conversation()) return message.conversation();
    if (message.has_extended_text_message()) return message.extended_text_message().text();
    if (message.has_image_message()) return message.image_message().caption();
    if (message.has_video_message()) return message.video_message().caption();
    if (message.has_document_message()) return message.document_message().caption();
    if (message.has_live_location_message()) return message.live_location_message().caption();
    return {};
}

void read_context(e2e::ContextInfo const& info, DecodeContext const& context, Decoded& out) {
    auto& content = *out.content;
    if (auto id = clean(info.stanza_id(), kMostId, Lines::one); !id.empty()) {
        auto const author = person(info.participant());
        MessageReference quoted{.id = std::move(id), .from_me = author && is_me(*author, context)};
        if (author) quoted.sender = author->to_string();
        auto const& said = *open(info.quoted_message()).message;
        if (auto text = clean_or_none(text_in(said), kMostQuote)) quoted.text = std::move(text);
        content.quoted = std::move(quoted);
    }
    std::vector<std::string> mentions;
    for (auto const& one : info.mentioned_jid()) {
        if (std::cmp_greater_equal(mentions.size(), kMostMentions)) break;
        if (auto const jid = person(one)) mentions.push_back(jid->to_string());
    }
    if (!mentions.empty()) content.mentions = std::move(mentions);
    if (info.expiration() > 0) content.expires_after = std::min<std::int64_t>(info.expiration(), 7'776'000);
    out.extras.forwarded = info.is_forwarded();
}

}   // namespace waqtor::whatsapp::messaging
