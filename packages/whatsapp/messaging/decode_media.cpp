#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/decode_parts.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

constexpr std::size_t kMostPath = 2048, kMostMime = 200, kMostName = 255;
constexpr std::size_t kMostThumbnail = 256 << 10, kMostWaveform = 1024;
constexpr std::uint64_t kMostSize = std::uint64_t{1} << 50;

/// Nothing unless everything is there that a checked download needs.
template <class Proto> std::optional<RemoteFile> remote_of(Proto const& proto) {
    if (proto.media_key().size() != 32 || proto.file_sha256().size() != 32 || proto.file_enc_sha256().size() != 32)
        return std::nullopt;
    auto path = clean(proto.direct_path(), kMostPath + 1, Lines::one);
    if (path.empty() || path.front() != '/' || path.size() > kMostPath) return std::nullopt;
    return RemoteFile{.direct_path = std::move(path),
                      .media_key = crypto::to_base64(bytes_of(proto.media_key())),
                      .file_sha256 = crypto::to_base64(bytes_of(proto.file_sha256())),
                      .file_enc_sha256 = crypto::to_base64(bytes_of(proto.file_enc_sha256()))};
}

template <class Proto> Media& read_common(Proto const& proto, MessageType type, DecodeContext const& context, Decoded& out) {
    auto& content = *out.content;
    content.type = type;
    auto& media = content.media.emplace();
    media.mime_type = clean(proto.mimetype(), kMostMime, Lines::one);
    if (media.mime_type.size() < 3) media.mime_type = "application/octet-stream";
    media.size = static_cast<std::int64_t>(std::min<std::uint64_t>(proto.file_length(), kMostSize));
    media.remote = remote_of(proto);
    if (proto.has_context_info()) read_context(proto.context_info(), context, out);
    return media;
}

std::optional<std::int64_t> within(std::uint32_t number, std::uint32_t most) {
    return number > 0 && number <= most ? std::optional<std::int64_t>{number} : std::nullopt;
}

template <class Proto> void read_size(Proto const& proto, Media& media) {
    media.width = within(proto.width(), 65'535);
    media.height = within(proto.height(), 65'535);
}

Bytes bounded(std::string const& bytes, std::size_t most) { return bytes.size() <= most ? to_bytes(bytes_of(bytes)) : Bytes{}; }

void read_video(e2e::VideoMessage const& video, DecodeContext const& context, Decoded& out) {
    auto& media = read_common(video, video.gif_playback() ? MessageType::gif : MessageType::video, context, out);
    read_size(video, media);
    media.seconds = within(video.seconds(), 86'400);
    out.content->text = clean_or_none(video.caption(), kMostText);
    out.extras.thumbnail = bounded(video.jpeg_thumbnail(), kMostThumbnail);
    if (video.view_once()) out.content->view_once = true;
}

void read_audio(e2e::AudioMessage const& audio, DecodeContext const& context, Decoded& out) {
    auto& media = read_common(audio, audio.ptt() ? MessageType::voice : MessageType::audio, context, out);
    media.seconds = within(audio.seconds(), 86'400);
    out.extras.waveform = bounded(audio.waveform(), kMostWaveform);
    if (audio.view_once()) out.content->view_once = true;
}

}   // namespace

bool read_media(e2e::Message const& message, DecodeContext const& context, Decoded& out) {
    if (message.has_image_message()) {
        auto const& image = message.image_message();
        read_size(image, read_common(image, MessageType::image, context, out));
        out.content->text = clean_or_none(image.caption(), kMostText);
        out.extras.thumbnail = bounded(image.jpeg_thumbnail(), kMostThumbnail);
        if (image.view_once()) out.content->view_once = true;
    } else if (message.has_video_message() || message.has_ptv_message()) {
        read_video(message.has_video_message() ? message.video_message() : message.ptv_message(), context, out);
    } else if (message.has_audio_message()) {
        read_audio(message.audio_message(), context, out);
    } else if (message.has_document_message()) {
        auto const& document = message.document_message();
        auto& media = read_common(document, MessageType::document, context, out);
        media.name = clean_or_none(document.has_file_name() ? document.file_name() : document.title(), kMostName, Lines::one);
        out.content->text = clean_or_none(document.caption(), kMostText);
        out.extras.thumbnail = bounded(document.jpeg_thumbnail(), kMostThumbnail);
    } else if (message.has_sticker_message()) {
        auto const& sticker = message.sticker_message();
        read_size(sticker, read_common(sticker, MessageType::sticker, context, out));
        out.extras.thumbnail = bounded(sticker.png_thumbnail(), kMostThumbnail);
        out.extras.animated = sticker.is_animated();
    } else {
        return false;
    }
    return true;
}

}   // namespace waqtor::whatsapp::messaging
