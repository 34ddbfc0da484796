#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/messaging/encode_parts.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

/// Where the file is and its keys, checked.
struct Place {
    Bytes key, file, encrypted;
    std::string url;
};

Result<Bytes> bytes32(std::string const& base64, char const* field) {
    auto bytes = crypto::from_base64(base64);
    if (!bytes || bytes->size() != 32) return invalid(field, "must be 32 bytes in base64");
    return *std::move(bytes);
}

Result<Place> place_of(Media const& media, EncodeContext const& context) {
    if (!media.remote) return invalid("media.remote", "is required: the file has to be uploaded first");
    if (media.size < 0) return invalid("media.size", "must be at least 0");
    auto const& remote = *media.remote;
    if (remote.direct_path.empty() || remote.direct_path.front() != '/')
        return invalid("media.remote.direct_path", "must be a path");
    TRY(auto key, bytes32(remote.media_key, "media.remote.media_key"));
    TRY(auto file, bytes32(remote.file_sha256, "media.remote.file_sha256"));
    TRY(auto encrypted, bytes32(remote.file_enc_sha256, "media.remote.file_enc_sha256"));
    auto url = context.media_host.empty() ? std::string{} : "https://" + context.media_host + remote.direct_path;
    return Place{std::move(key), std::move(file), std::move(encrypted), std::move(url)};
}

/// The fields that all kinds of media have.
template <class Proto> Result<void> write_common(Content const& content, EncodeContext const& context, Proto& to) {
    auto const& media = *content.media;
    TRY(auto const place, place_of(media, context));
    TRY(auto about, context_info(content, context));
    if (!place.url.empty()) to.set_url(place.url);
    to.set_mimetype(media.mime_type);
    to.set_file_length(static_cast<std::uint64_t>(media.size));
    set(*to.mutable_file_sha256(), place.file);
    set(*to.mutable_file_enc_sha256(), place.encrypted);
    set(*to.mutable_media_key(), place.key);
    to.set_direct_path(media.remote->direct_path);
    to.set_media_key_timestamp(std::chrono::floor<std::chrono::seconds>(context.now).time_since_epoch().count());
    if (about) *to.mutable_context_info() = *std::move(about);
    return {};
}

std::uint32_t small(std::optional<std::int64_t> const& number) { return static_cast<std::uint32_t>(*number); }

template <class Proto> void write_size(Media const& media, Proto& to) {
    if (media.width) to.set_width(small(media.width));
    if (media.height) to.set_height(small(media.height));
}

template <class Proto> void write_caption(Content const& content, Bytes const& thumbnail, Proto& to) {
    if (content.text && !content.text->empty()) to.set_caption(*content.text);
    if (!thumbnail.empty()) set(*to.mutable_jpeg_thumbnail(), thumbnail);
}

Result<void> write_audio(Content const& content, EncodeContext const& context, e2e::AudioMessage& to) {
    TRY_OK(write_common(content, context, to));
    if (content.media->seconds) to.set_seconds(small(content.media->seconds));
    to.set_ptt(content.type == MessageType::voice);
    if (!context.extras.waveform.empty()) set(*to.mutable_waveform(), context.extras.waveform);
    return {};
}

Result<void> write_document(Content const& content, EncodeContext const& context, e2e::Message& out) {
    // A caption goes into a wrapper, so that clients that know no captions still show the file.
    auto const captioned = content.text && !content.text->empty();
    auto& message = captioned ? *out.mutable_document_with_caption_message()->mutable_message() : out;
    auto& to = *message.mutable_document_message();
    TRY_OK(write_common(content, context, to));
    auto const name = content.media->name.value_or("file");
    to.set_file_name(name);
    to.set_title(name);
    write_caption(content, context.extras.thumbnail, to);
    return {};
}

}   // namespace

Result<void> write_media(Content const& content, EncodeContext const& context, e2e::Message& out) {
    if (!content.media) return invalid("media", "is required");
    auto const& media = *content.media;
    auto const& thumbnail = context.extras.thumbnail;
    switch (content.type) {
        case MessageType::image: {
            auto& to = *out.mutable_image_message();
            TRY_OK(write_common(content, context, to));
            write_size(media, to);
            write_caption(content, thumbnail, to);
            return {};
        }
        case MessageType::video:
        case MessageType::gif: {
            auto& to = *out.mutable_video_message();
            TRY_OK(write_common(content, context, to));
            write_size(media, to);
            write_caption(content, thumbnail, to);
            if (media.seconds) to.set_seconds(small(media.seconds));
            if (content.type == MessageType::gif) to.set_gif_playback(true);
            return {};
        }
        case MessageType::voice:
        case MessageType::audio: return write_audio(content, context, *out.mutable_audio_message());
        case MessageType::document: return write_document(content, context, out);
        default: break;
    }
    auto& to = *out.mutable_sticker_message();
    TRY_OK(write_common(content, context, to));
    write_size(media, to);
    if (context.extras.animated) to.set_is_animated(true);
    if (!thumbnail.empty()) set(*to.mutable_png_thumbnail(), thumbnail);
    return {};
}

Result<void> make_view_once(MessageType type, e2e::Message& message) {
    e2e::Message inner;
    inner.Swap(&message);
    if (type == MessageType::image) {
        inner.mutable_image_message()->set_view_once(true);
    } else if (type == MessageType::video) {
        inner.mutable_video_message()->set_view_once(true);
    } else if (type == MessageType::voice) {
        inner.mutable_audio_message()->set_view_once(true);
        message.mutable_view_once_message_v2_extension()->mutable_message()->Swap(&inner);
        return {};
    } else {
        return invalid("view_once", "is possible only for image, video and voice");
    }
    message.mutable_view_once_message_v2()->mutable_message()->Swap(&inner);
    return {};
}

}   // namespace waqtor::whatsapp::messaging
