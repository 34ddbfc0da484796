#include "whatsapp/media/media.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <cassert>

namespace waqtor::whatsapp::media {

namespace {

struct Row {
    Kind kind;
    std::string_view path;
    std::string_view info;
};

// Facts of the protocol.
constexpr std::array kRows{
    Row{Kind::image, "image", "WhatsApp Image Keys"},
    Row{Kind::sticker, "image", "WhatsApp Image Keys"},
    Row{Kind::video, "video", "WhatsApp Video Keys"},
    Row{Kind::audio, "audio", "WhatsApp Audio Keys"},
    Row{Kind::document, "document", "WhatsApp Document Keys"},
    Row{Kind::history, "md-msg-hist", "WhatsApp History Keys"},
    Row{Kind::app_state, "md-app-state", "WhatsApp App State Keys"},
    Row{Kind::sticker_pack, "sticker-pack", "WhatsApp Sticker Pack Keys"},
    Row{Kind::image_thumbnail, "thumbnail-image", "WhatsApp Image Thumbnail Keys"},
    Row{Kind::video_thumbnail, "thumbnail-video", "WhatsApp Video Thumbnail Keys"},
    Row{Kind::document_thumbnail, "thumbnail-document", "WhatsApp Document Thumbnail Keys"},
    Row{Kind::link_thumbnail, "thumbnail-link", "WhatsApp Link Thumbnail Keys"},
};

constexpr Row const& row(Kind kind) { return kRows[static_cast<std::size_t>(kind)]; }

constexpr bool rows_are_in_order() {
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (kRows[i].kind != static_cast<Kind>(i)) return false;
    return true;
}
static_assert(rows_are_in_order());

using Direction = crypto::CbcStream::Direction;

}   // namespace

std::string_view path_of(Kind kind) { return row(kind).path; }

Keys Keys::derive(ByteView media_key, Kind kind) {
    auto const bytes = crypto::hkdf<112>(media_key, {}, row(kind).info);
    auto const view = bytes.view();
    return {to_array<16>(view.first(16)), crypto::secret32(view.subspan(16, 32)), crypto::secret32(view.subspan(48, 32)),
            crypto::secret32(view.subspan(80, 32))};
}

Encryptor::Encryptor(ByteView media_key, Kind kind) : Encryptor{Keys::derive(media_key, kind)} {}

Encryptor::Encryptor(Keys const& keys) : cipher_{Direction::encrypt, keys.cipher, keys.iv}, mac_{keys.mac} { mac_.update(keys.iv); }

void Encryptor::sealed(ByteView part) {
    mac_.update(part);
    encrypted_.update(part);
}

void Encryptor::update(ByteView plaintext, Bytes& out) {
    auto const before = out.size();
    file_.update(plaintext);
    size_ += plaintext.size();
    cipher_.update(plaintext, out);
    sealed(ByteView{out}.subspan(before));
}

Hashes Encryptor::finish(Bytes& out) {
    auto const before = out.size();
    [[maybe_unused]] auto const finished = cipher_.finish(out);
    assert(finished && "only decryption can fail here");
    sealed(ByteView{out}.subspan(before));
    auto const mac = mac_.finish();
    auto const cut = ByteView{mac}.first(kMacSize);
    encrypted_.update(cut);
    append(out, cut);
    return {file_.finish(), encrypted_.finish(), size_};
}

Decryptor::Decryptor(ByteView media_key, Kind kind, Expected expected) : Decryptor{Keys::derive(media_key, kind), expected} {}

Decryptor::Decryptor(Keys const& keys, Expected expected)
    : cipher_{Direction::decrypt, keys.cipher, keys.iv}, mac_{keys.mac}, expected_{expected} {
    mac_.update(keys.iv);
}

void Decryptor::open(ByteView ciphertext, Bytes& out) {
    mac_.update(ciphertext);
    auto const before = out.size();
    cipher_.update(ciphertext, out);
    file_.update(ByteView{out}.subspan(before));
    size_ += out.size() - before;
}

Result<void> Decryptor::update(ByteView encrypted, Bytes& out) {
    received_ += encrypted.size();
    if (expected_.size && received_ > encrypted_size(*expected_.size))
        return refuse(Refusal::media_size, "the media file is larger than its message says");
    encrypted_.update(encrypted);
    // All but the last 10 bytes seen so far is ciphertext.
    if (tail_.size() + encrypted.size() <= kMacSize) {
        append(tail_, encrypted);
        return {};
    }
    auto const ready = tail_.size() + encrypted.size() - kMacSize;
    auto const from_tail = std::min(ready, tail_.size());
    open(ByteView{tail_}.first(from_tail), out);
    tail_.erase(tail_.begin(), tail_.begin() + static_cast<std::ptrdiff_t>(from_tail));
    auto const from_new = ready - from_tail;
    open(encrypted.first(from_new), out);
    append(tail_, encrypted.subspan(from_new));
    return {};
}

Result<Hashes> Decryptor::finish(Bytes& out) {
    Hashes found{.encrypted = encrypted_.finish()};
    if (expected_.encrypted && *expected_.encrypted != found.encrypted)
        return refuse(Refusal::media_hash, "the media file is not the one of its message");
    auto const mac = mac_.finish();
    if (tail_.size() != kMacSize || !crypto::equal(ByteView{mac}.first(kMacSize), tail_))
        return refuse(Refusal::media_mac, "the media file was changed, or its key is another");
    auto const before = out.size();
    TRY_OK(cipher_.finish(out));
    auto const end = ByteView{out}.subspan(before);
    file_.update(end);
    found.file = file_.finish();
    found.size = size_ + end.size();
    if (expected_.size && *expected_.size != found.size)
        return refuse(Refusal::media_size, "the media file has another size than its message says");
    if (expected_.file && *expected_.file != found.file)
        return refuse(Refusal::media_hash, "the decrypted media is not what its message says");
    return found;
}

}   // namespace waqtor::whatsapp::media
