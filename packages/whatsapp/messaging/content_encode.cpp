#include "whatsapp/messaging/addon.hpp"
#include "whatsapp/messaging/encode_parts.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

using Code = waqtor::Code;

constexpr std::uint32_t kRevoke = 0, kTimer = 3, kKeyRequest = 7, kEdit = 14, kPeerRequest = 16;
constexpr std::uint32_t kPlaceholderResend = 4;

Result<void> write_text(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.text || content.text->empty()) return invalid("text", "is required");
    TRY(auto about, context_info(content, context));
    auto const& link = context.extras.link;
    if (!about && !link) {
        out.set_conversation(*content.text);
        return {};
    }
    auto& text = *out.mutable_extended_text_message();
    text.set_text(*content.text);
    if (about) *text.mutable_context_info() = *std::move(about);
    if (!link) return {};
    text.set_matched_text(link->url);
    text.set_title(link->title);
    if (!link->description.empty()) text.set_description(link->description);
    if (!link->thumbnail.empty()) set(*text.mutable_jpeg_thumbnail(), link->thumbnail);
    return {};
}

Result<void> write_location(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.location) return invalid("location", "is required");
    TRY(auto about, context_info(content, context));
    auto& place = *out.mutable_location_message();
    place.set_degrees_latitude(content.location->latitude);
    place.set_degrees_longitude(content.location->longitude);
    if (content.location->name) place.set_name(*content.location->name);
    if (content.location->address) place.set_address(*content.location->address);
    if (!context.extras.thumbnail.empty()) set(*place.mutable_jpeg_thumbnail(), context.extras.thumbnail);
    if (about) *place.mutable_context_info() = *std::move(about);
    return {};
}

Result<void> write_contacts(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.contacts || content.contacts->empty()) return invalid("contacts", "is required");
    TRY(auto about, context_info(content, context));
    auto const write = [](ContactCard const& card, e2e::ContactMessage& to) {
        to.set_display_name(card.name);
        to.set_vcard(card.vcard);
    };
    if (content.contacts->size() == 1) {
        write(content.contacts->front(), *out.mutable_contact_message());
        if (about) *out.mutable_contact_message()->mutable_context_info() = *std::move(about);
        return {};
    }
    auto& all = *out.mutable_contacts_array_message();
    all.set_display_name(std::to_string(content.contacts->size()) + " contacts");
    for (auto const& card : *content.contacts) write(card, *all.add_contacts());
    if (about) *all.mutable_context_info() = *std::move(about);
    return {};
}

Result<void> write_poll(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.poll) return invalid("poll", "is required");
    auto const& poll = *content.poll;
    if (poll.question.empty()) return invalid("poll.question", "must not be empty");
    if (poll.choices.size() < 2) return invalid("poll.choices", "must have at least 2 items");
    if (poll.most < 0 || std::cmp_greater(poll.most, poll.choices.size()))
        return invalid("poll.most", "must be at most the number of choices");
    TRY(auto about, context_info(content, context));
    // The phones write version 3 for one choice and version 1 for several.
    auto& to = *(poll.most == 1 ? out.mutable_poll_creation_message_v3() : out.mutable_poll_creation_message());
    to.set_name(poll.question);
    for (auto const& choice : poll.choices) to.add_options()->set_option_name(choice);
    to.set_selectable_options_count(static_cast<std::uint32_t>(poll.most));
    if (about) *to.mutable_context_info() = *std::move(about);
    return {};
}

Jid const* author_of(Original const& poll, Jid const& me) {
    for (auto const& author : poll.authors)
        if (author.server == me.server) return &author;
    return poll.authors.empty() ? nullptr : &poll.authors.front();
}

Result<void> write_vote(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.choices) return invalid("choices", "is required");
    TRY(auto key, message_key(content.target, context));
    auto const poll = context.original ? context.original(*content.target) : std::nullopt;
    auto const* const author = poll ? author_of(*poll, context.me) : nullptr;
    if (!author) return fail(Code::not_found, "the poll is not known here");
    e2e::PollVoteMessage vote;
    for (auto const& choice : *content.choices) {
        if (std::ranges::find(poll->choices, choice) == poll->choices.end())
            return invalid("choices", "is not a choice of the poll");
        set(*vote.add_selected_options(), crypto::sha256(bytes_of(choice)));
    }
    auto const plaintext = vote.SerializeAsString();
    auto const sealed = seal_addon(Addon::vote, poll->secret, content.target->id, *author, context.me, bytes_of(plaintext));
    auto& to = *out.mutable_poll_update_message();
    *to.mutable_poll_creation_message_key() = std::move(key);
    set(*to.mutable_vote()->mutable_enc_payload(), sealed.payload);
    set(*to.mutable_vote()->mutable_enc_iv(), sealed.iv);
    to.set_sender_timestamp_ms(context.now.time_since_epoch().count());
    return {};
}

Result<void> write_reaction(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.emoji) return invalid("emoji", "is required");
    TRY(auto key, message_key(content.target, context));
    auto& to = *out.mutable_reaction_message();
    *to.mutable_key() = std::move(key);
    to.set_text(*content.emoji);
    to.set_sender_timestamp_ms(context.now.time_since_epoch().count());
    return {};
}

Result<void> write_edit(Content const& content, EncodeContext const& context, e2e::Message& out) {
    TRY(auto key, message_key(content.target, context));
    if (!content.target->from_me) return invalid("target.from_me", "only own messages can be edited");
    auto& protocol = *out.mutable_edited_message()->mutable_message()->mutable_protocol_message();
    *protocol.mutable_key() = std::move(key);
    protocol.set_type(kEdit);
    protocol.set_timestamp_ms(context.now.time_since_epoch().count());
    return write_text(content, context, *protocol.mutable_edited_message());
}

Result<void> write_revoke(Content const& content, EncodeContext const& context, e2e::Message& out) {
    TRY(auto key, message_key(content.target, context));
    if (!content.target->from_me && context.chat.server != Server::group)
        return invalid("target.from_me", "only own messages can be taken back");
    auto& protocol = *out.mutable_protocol_message();
    *protocol.mutable_key() = std::move(key);
    protocol.set_type(kRevoke);
    return {};
}

Result<void> write(Content const& content, EncodeContext const& context, e2e::Message& out) {
    switch (content.type) {
        case MessageType::text: return write_text(content, context, out);
        case MessageType::image:
        case MessageType::video:
        case MessageType::gif:
        case MessageType::voice:
        case MessageType::audio:
        case MessageType::document:
        case MessageType::sticker: return write_media(content, context, out);
        case MessageType::location: return write_location(content, context, out);
        case MessageType::contact: return write_contacts(content, context, out);
        case MessageType::poll: return write_poll(content, context, out);
        case MessageType::poll_vote: return write_vote(content, context, out);
        case MessageType::reaction: return write_reaction(content, context, out);
        case MessageType::edit: return write_edit(content, context, out);
        case MessageType::revoke: return write_revoke(content, context, out);
        case MessageType::placeholder:
        case MessageType::unsupported: break;
    }
    return invalid("type", "cannot be sent");
}

/// How the stanza describes what is inside, as the official clients do it.
void describe(Content const& content, EncodeContext const& context, Encoded& out) {
    out.type = "text";
    switch (content.type) {
        case MessageType::text:
            if (context.extras.link) out.type = "media", out.media_type = "url";
            break;
        case MessageType::image: out.type = "media", out.media_type = "image"; break;
        case MessageType::video: out.type = "media", out.media_type = "video"; break;
        case MessageType::gif: out.type = "media", out.media_type = "gif"; break;
        case MessageType::voice: out.type = "media", out.media_type = "ptt"; break;
        case MessageType::audio: out.type = "media", out.media_type = "audio"; break;
        case MessageType::document: out.type = "media", out.media_type = "document"; break;
        case MessageType::sticker: out.type = "media", out.media_type = "sticker"; break;
        case MessageType::contact:
            out.type = "media", out.media_type = content.contacts->size() == 1 ? "vcard" : "contact_array";
            break;
        case MessageType::poll: out.type = "poll", out.poll_type = "creation"; break;
        case MessageType::poll_vote: out.type = "poll", out.poll_type = "vote", out.hide_failure = true; break;
        case MessageType::reaction:
            out.type = "reaction", out.hide_failure = true;
            if (content.emoji->empty()) out.edit = "7";
            break;
        case MessageType::edit: out.edit = "1", out.hide_failure = true; break;
        case MessageType::revoke: out.edit = content.target->from_me ? "7" : "8", out.hide_failure = true; break;
        case MessageType::location:
        case MessageType::placeholder:
        case MessageType::unsupported: break;
    }
}

/// Others may say something about it later, sealed with its secret.
bool has_secret(MessageType type) {
    return type != MessageType::poll_vote && type != MessageType::reaction && type != MessageType::edit &&
           type != MessageType::revoke;
}

}   // namespace

Result<Encoded> encode_content(Content const& content, EncodeContext const& context) {
    e2e::Message message;
    TRY_OK(write(content, context, message));
    if (content.view_once.value_or(false)) TRY_OK(make_view_once(content.type, message));
    Encoded out;
    if (has_secret(content.type)) {
        out.secret = context.secret();
        set(*message.mutable_message_context_info()->mutable_message_secret(), out.secret->view());
    }
    out.message = serialized(message);
    describe(content, context, out);
    return out;
}

Encoded encode_timer(std::int64_t seconds, Timestamp now) {
    e2e::Message message;
    auto& protocol = *message.mutable_protocol_message();
    protocol.set_type(kTimer);
    protocol.set_ephemeral_expiration(static_cast<std::uint32_t>(seconds));
    protocol.set_ephemeral_setting_timestamp(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    return {.message = serialized(message), .type = "text", .media_type = {}, .edit = {}, .poll_type = {}};
}

Bytes encode_key_request(std::vector<Bytes> const& ids) {
    e2e::Message message;
    auto& protocol = *message.mutable_protocol_message();
    protocol.set_type(kKeyRequest);
    for (auto const& id : ids) set(*protocol.mutable_app_state_sync_key_request()->add_key_ids()->mutable_key_id(), id);
    return serialized(message);
}

Bytes encode_resend_request(Jid const& chat, std::vector<MessageReference> const& messages) {
    e2e::Message message;
    auto& protocol = *message.mutable_protocol_message();
    protocol.set_type(kPeerRequest);
    auto& request = *protocol.mutable_peer_data_request();
    request.set_type(kPlaceholderResend);
    for (auto const& one : messages) write_key(one, chat, *request.add_placeholders()->mutable_message_key());
    return serialized(message);
}

}   // namespace waqtor::whatsapp::messaging
