#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/decode_parts.hpp"

#include <cmath>

namespace waqtor::whatsapp::messaging {

namespace {

constexpr std::size_t kMostPlace = 1000, kMostCardName = 200, kMostCard = 8192, kMostQuestion = 255, kMostChoice = 255;
constexpr int kMostCards = 50, kMostChoices = 12;
constexpr std::size_t kMostLink = 2048, kMostTitle = 1000, kMostThumbnail = 256 << 10;

void read_text(e2e::Message const& message, DecodeContext const& context, Decoded& out) {
    auto& content = *out.content;
    content.type = MessageType::text;
    content.text = clean(text_in(message), kMostText);
    if (!message.has_extended_text_message()) return;
    auto const& text = message.extended_text_message();
    if (text.has_context_info()) read_context(text.context_info(), context, out);
    if (!text.has_matched_text() && !text.has_title()) return;
    out.extras.link = LinkPreview{
        .url = clean(text.matched_text(), kMostLink, Lines::one),
        .title = clean(text.title(), kMostTitle),
        .description = clean(text.description(), kMostTitle),
        .thumbnail = text.jpeg_thumbnail().size() <= kMostThumbnail ? to_bytes(bytes_of(text.jpeg_thumbnail())) : Bytes{}};
}

template <class Proto> void read_place(Proto const& place, DecodeContext const& context, Decoded& out) {
    auto const within = [](double value, double most) { return std::isfinite(value) ? std::clamp(value, -most, most) : 0.0; };
    auto& content = *out.content;
    content.type = MessageType::location;
    content.location =
        Location{.latitude = within(place.degrees_latitude(), 90), .longitude = within(place.degrees_longitude(), 180)};
    if constexpr (requires { place.address(); }) {
        content.location->name = clean_or_none(place.name(), kMostPlace);
        content.location->address = clean_or_none(place.address(), kMostPlace);
    } else {
        content.text = clean_or_none(place.caption(), kMostText);
    }
    if (place.jpeg_thumbnail().size() <= kMostThumbnail) out.extras.thumbnail = to_bytes(bytes_of(place.jpeg_thumbnail()));
    if (place.has_context_info()) read_context(place.context_info(), context, out);
}

ContactCard card_of(e2e::ContactMessage const& contact) {
    auto card = ContactCard{.name = clean(contact.display_name(), kMostCardName), .vcard = clean(contact.vcard(), kMostCard)};
    if (card.name.empty()) card.name = "?";
    if (card.vcard.empty()) card.vcard = "BEGIN:VCARD\nVERSION:3.0\nFN:" + card.name + "\nEND:VCARD";
    return card;
}

void read_contacts(e2e::Message const& message, DecodeContext const& context, Decoded& out) {
    auto& content = *out.content;
    content.type = MessageType::contact;
    auto& cards = content.contacts.emplace();
    if (message.has_contact_message()) {
        cards.push_back(card_of(message.contact_message()));
        if (message.contact_message().has_context_info()) read_context(message.contact_message().context_info(), context, out);
        return;
    }
    auto const& all = message.contacts_array_message();
    for (auto const& one : all.contacts()) {
        if (std::cmp_greater_equal(cards.size(), kMostCards)) break;
        cards.push_back(card_of(one));
    }
    if (cards.empty()) content.type = MessageType::unsupported, content.contacts.reset();
    if (all.has_context_info()) read_context(all.context_info(), context, out);
}

e2e::PollCreationMessage const* poll_in(e2e::Message const& message) {
    if (message.has_poll_creation_message()) return &message.poll_creation_message();
    if (message.has_poll_creation_message_v2()) return &message.poll_creation_message_v2();
    if (message.has_poll_creation_message_v3()) return &message.poll_creation_message_v3();
    if (message.has_poll_creation_message_v5()) return &message.poll_creation_message_v5();
    return nullptr;
}

void read_poll(e2e::PollCreationMessage const& from, DecodeContext const& context, Decoded& out) {
    auto& content = *out.content;
    content.type = MessageType::poll;
    auto& poll = content.poll.emplace();
    poll.question = clean(from.name(), kMostQuestion);
    if (poll.question.empty()) poll.question = "?";
    for (auto const& option : from.options()) {
        if (std::cmp_greater_equal(poll.choices.size(), kMostChoices)) break;
        // A vote names the hash of the choice, so it has to stay as it is.
        auto choice = clean(option.option_name(), kMostChoice);
        poll.choices.push_back(std::move(choice));
    }
    poll.most = std::min<std::int64_t>(from.selectable_options_count(), std::ssize(poll.choices));
    if (poll.choices.size() < 2) content.type = MessageType::unsupported, content.poll.reset();
    if (from.has_context_info()) read_context(from.context_info(), context, out);
}

/// Things about a chat that are no message of it: pinned, kept, an answer to an event.
bool is_silent(e2e::Message const& message) {
    return message.has_pin_in_chat_message() || message.has_keep_in_chat_message() || message.has_enc_event_response_message();
}

/// Something we do not know, as opposed to nothing at all.
bool says_anything(e2e::Message const& message) { return !message.unknown_fields().empty(); }

void read_inner(e2e::Message const& message, DecodeContext const& context, Decoded& out) {
    if (message.has_protocol_message()) return read_protocol(message.protocol_message(), context, out);
    if (message.has_reaction_message()) return read_reaction(message.reaction_message(), context, out);
    if (message.has_poll_update_message()) return read_vote(message.poll_update_message(), context, out);
    if (message.has_enc_reaction_message() || message.has_secret_encrypted_message()) return read_sealed(message, context, out);
    if (is_silent(message)) return;
    out.content.emplace();
    if (read_media(message, context, out)) return;
    if (message.has_conversation() || message.has_extended_text_message()) return read_text(message, context, out);
    if (message.has_location_message()) return read_place(message.location_message(), context, out);
    if (message.has_live_location_message()) return read_place(message.live_location_message(), context, out);
    if (message.has_contact_message() || message.has_contacts_array_message()) return read_contacts(message, context, out);
    if (auto const* poll = poll_in(message)) return read_poll(*poll, context, out);
    if (says_anything(message))
        out.content->type = MessageType::unsupported;
    else
        out.content.reset();
}

void read_beside(e2e::Message const& message, Decoded& out) {
    if (message.has_sender_key_distribution()) {
        auto const group = Jid::parse(message.sender_key_distribution().group_id());
        if (group) out.sender_key = SenderKey{*group, to_bytes(bytes_of(message.sender_key_distribution().distribution()))};
    }
    auto const& secret = message.message_context_info().message_secret();
    if (secret.size() == 32 && !out.secret) out.secret = crypto::secret32(bytes_of(secret));
}

}   // namespace

Result<Decoded> decode_content(ByteView bytes, DecodeContext const& given) {
    e2e::Message message;
    TRY_OK(parse_bounded(bytes, message));
    Decoded out;
    read_beside(message, out);
    auto context = given;
    auto const* body = &message;
    if (message.has_device_sent_message()) {
        auto const destination = Jid::parse(message.device_sent_message().destination_jid());
        if (!is_me(given.sender, given) || !destination || destination->user.empty())
            return refuse(Refusal::malformed, "message: a copy of a message that somebody else's device claims to have sent");
        out.destination = destination->without_device();
        context.chat = *out.destination;
        body = &message.device_sent_message().message();
        read_beside(*body, out);
    }
    auto const opened = open(*body);
    if (opened.message != body) read_beside(*opened.message, out);
    out.ephemeral = opened.ephemeral;
    read_inner(*opened.message, context, out);
    if (out.content && opened.view_once) out.content->view_once = true;
    return out;
}

std::optional<Original> original_of(ByteView message, std::vector<Jid> authors) {
    auto const me = authors.empty() ? Jid{} : authors.front();
    auto decoded = decode_content(message, {.me = me, .chat = me, .sender = me});
    if (!decoded || !decoded->secret) return std::nullopt;
    Original out{.secret = *std::move(decoded->secret), .authors = std::move(authors)};
    if (decoded->content && decoded->content->poll) out.choices = std::move(decoded->content->poll->choices);
    return out;
}

}   // namespace waqtor::whatsapp::messaging
