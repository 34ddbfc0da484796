#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/media/media.hpp"
#include "whatsapp/proto/e2e.pb.h"

/// Files of phones: what comes is fetched from the media store, opened and checked; what leaves is put there.
namespace waqtor::sandbox {

namespace {

namespace media = whatsapp::media;
namespace e2e = whatsapp::e2e;

std::string hex_of(ByteView bytes) { return crypto::to_hex(bytes); }

/// The message inside the wrappers people's clients put around files.
e2e::Message const& inner(e2e::Message const& outer) {
    if (outer.has_device_sent_message()) return inner(outer.device_sent_message().message());
    if (outer.has_document_with_caption_message()) return inner(outer.document_with_caption_message().message());
    if (outer.has_view_once_message_v2()) return inner(outer.view_once_message_v2().message());
    if (outer.has_view_once_message_v2_extension()) return inner(outer.view_once_message_v2_extension().message());
    if (outer.has_ephemeral_message()) return inner(outer.ephemeral_message().message());
    return outer;
}

/// What the file shows to be, or why it is not what the message says.
template <class Proto> std::string opened(Service& service, Proto const& proto, media::Kind kind) {
    auto const file = service.media.fetch(proto.direct_path());
    if (!file) return "gone";
    media::Expected expected{.size = proto.file_length()};
    if (proto.file_sha256().size() == 32) expected.file = whatsapp::to_array<32>(bytes_of(proto.file_sha256()));
    if (proto.file_enc_sha256().size() == 32) expected.encrypted = whatsapp::to_array<32>(bytes_of(proto.file_enc_sha256()));
    media::Decryptor decryptor{bytes_of(proto.media_key()), kind, expected};
    Bytes plain;
    auto const read = decryptor.update(bytes_of(*file), plain);
    if (!read) return read.error().message;
    auto const hashes = decryptor.finish(plain);
    return hashes ? hex_of(hashes->file) : hashes.error().message;
}

template <class Proto> void fill(Service& service, Proto& to, media::Kind kind, OutgoingFile const& file) {
    auto const key = crypto::random_secret();
    media::Encryptor encryptor{key, kind};
    Bytes sealed;
    encryptor.update(bytes_of(file.bytes), sealed);
    auto const hashes = encryptor.finish(sealed);
    auto const path = service.media.put(std::string{text_of(sealed)});
    to.set_url("https://" + service.media_host + path);
    to.set_direct_path(path);
    to.set_mimetype(file.mime_type);
    to.set_file_length(hashes.size);
    to.set_media_key(std::string{text_of(key.view())});
    to.set_file_sha256(std::string{text_of(hashes.file)});
    to.set_file_enc_sha256(std::string{text_of(hashes.encrypted)});
}

}   // namespace

void Phone::take_file(Letter& letter, ByteView plaintext) {
    e2e::Message outer;
    if (!outer.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()))) return;
    auto const& message = inner(outer);
    if (message.has_image_message()) {
        letter.text = message.image_message().caption();
        letter.file = opened(service_, message.image_message(), media::Kind::image);
    } else if (message.has_video_message()) {
        letter.text = message.video_message().caption();
        letter.file = opened(service_, message.video_message(), media::Kind::video);
    } else if (message.has_audio_message()) {
        letter.file = opened(service_, message.audio_message(), media::Kind::audio);
    } else if (message.has_document_message()) {
        letter.text = message.document_message().caption();
        letter.file = opened(service_, message.document_message(), media::Kind::document);
    } else if (message.has_sticker_message()) {
        letter.file = opened(service_, message.sticker_message(), media::Kind::sticker);
    }
}

Result<std::string> Phone::send_file(Jid const& to, OutgoingFile const& file) {
    e2e::Message message;
    if (file.mime_type.starts_with("image/")) {
        fill(service_, *message.mutable_image_message(), media::Kind::image, file);
        if (!file.caption.empty()) message.mutable_image_message()->set_caption(file.caption);
    } else if (file.mime_type.starts_with("video/")) {
        fill(service_, *message.mutable_video_message(), media::Kind::video, file);
        if (!file.caption.empty()) message.mutable_video_message()->set_caption(file.caption);
    } else if (file.mime_type.starts_with("audio/")) {
        fill(service_, *message.mutable_audio_message(), media::Kind::audio, file);
        message.mutable_audio_message()->set_ptt(true);
    } else {
        auto& document = *message.mutable_document_message();
        fill(service_, document, media::Kind::document, file);
        document.set_file_name(file.name);
        if (!file.caption.empty()) document.set_caption(file.caption);
    }
    auto const bytes = message.SerializeAsString();
    return send_bytes(to, to_bytes(bytes_of(bytes)), "media");
}

}   // namespace waqtor::sandbox
