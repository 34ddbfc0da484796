#include "whatsapp/media/media.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <fstream>

namespace waqtor::whatsapp::media {
namespace {

using crypto::to_hex;
using testing::hex;
using testing::text;

struct File {
    Bytes key = crypto::random_bytes(32);
    Bytes plaintext;
    Bytes encrypted{};
    Hashes hashes{};

    explicit File(std::size_t size) : plaintext{crypto::random_bytes(size)} {
        Encryptor encryptor{key, Kind::document};
        encryptor.update(plaintext, encrypted);
        hashes = encryptor.finish(encrypted);
    }
    Expected expected() const { return {hashes.file, hashes.encrypted, hashes.size}; }
};

struct Outcome {
    std::optional<Refusal> refusal;
    Bytes plaintext;
};

Outcome decrypt(ByteView key, ByteView encrypted, Expected expected, std::size_t step = 1 << 16, Kind kind = Kind::document) {
    Decryptor decryptor{key, kind, expected};
    Outcome out;
    for (std::size_t from = 0; from < encrypted.size(); from += step) {
        auto const done = decryptor.update(encrypted.subspan(from, std::min(step, encrypted.size() - from)), out.plaintext);
        if (!done) return {refusal_of(done.error()), {}};
    }
    auto const hashes = decryptor.finish(out.plaintext);
    if (!hashes) return {refusal_of(hashes.error()), {}};
    EXPECT_EQ(hashes->size, out.plaintext.size());
    return out;
}

TEST(Media, EncryptsToTheSameBytesAsBaileys) {
    static constexpr std::pair<std::string_view, Kind> kKinds[] = {{"image", Kind::image},
                                                                   {"sticker", Kind::sticker},
                                                                   {"video", Kind::video},
                                                                   {"ptt", Kind::audio},
                                                                   {"document", Kind::document},
                                                                   {"md-msg-hist", Kind::history},
                                                                   {"md-app-state", Kind::app_state},
                                                                   {"thumbnail-link", Kind::link_thumbnail},
                                                                   {"thumbnail-image", Kind::image_thumbnail},
                                                                   {"thumbnail-video", Kind::video_thumbnail},
                                                                   {"thumbnail-document", Kind::document_thumbnail}};
    auto const file = testing::vectors("media.json");
    std::size_t seen = 0;
    for (auto const& entry : file.as_array()) {
        auto const& row = entry.as_object();
        SCOPED_TRACE(text(row, "type"));
        auto const found = std::ranges::find(kKinds, text(row, "type"), &std::pair<std::string_view, Kind>::first);
        ASSERT_NE(found, std::end(kKinds));
        auto const keys = Keys::derive(hex(row, "media_key"), found->second);
        EXPECT_EQ(to_hex(keys.iv), text(row, "iv"));
        EXPECT_EQ(to_hex(keys.cipher), text(row, "cipher_key"));
        EXPECT_EQ(to_hex(keys.mac), text(row, "mac_key"));
        ++seen;
        if (!row.contains("encrypted")) continue;

        auto const plaintext = hex(row, "plaintext");
        for (std::size_t step : {1, 7, 16, 1000}) {
            Encryptor encryptor{hex(row, "media_key"), found->second};
            Bytes out;
            for (std::size_t from = 0; from < plaintext.size(); from += step)
                encryptor.update(ByteView{plaintext}.subspan(from, std::min(step, plaintext.size() - from)), out);
            auto const hashes = encryptor.finish(out);
            EXPECT_EQ(to_hex(out), text(row, "encrypted"));
            EXPECT_EQ(to_hex(hashes.file), text(row, "file_sha256"));
            EXPECT_EQ(to_hex(hashes.encrypted), text(row, "file_enc_sha256"));
            EXPECT_EQ(out.size(), encrypted_size(plaintext.size()));
            EXPECT_EQ(
                decrypt(hex(row, "media_key"), out, {hashes.file, hashes.encrypted, hashes.size}, step, found->second).plaintext,
                plaintext);
        }
    }
    EXPECT_GE(seen, std::size(kKinds));
}

TEST(Media, EveryFaultHasItsName) {
    File const file{1000};
    EXPECT_EQ(decrypt(file.key, file.encrypted, file.expected()).plaintext, file.plaintext);
    EXPECT_EQ(decrypt(file.key, file.encrypted, {}).plaintext, file.plaintext) << "nothing to compare with";

    for (std::size_t at : {std::size_t{0}, file.encrypted.size() / 2, file.encrypted.size() - 1}) {
        auto changed = file.encrypted;
        changed[at] ^= 1;
        EXPECT_EQ(decrypt(file.key, changed, file.expected()).refusal, Refusal::media_hash);
        EXPECT_EQ(decrypt(file.key, changed, {}).refusal, Refusal::media_mac);
    }
    auto const other_key = crypto::random_bytes(32);
    EXPECT_EQ(decrypt(other_key, file.encrypted, file.expected()).refusal, Refusal::media_mac);
    EXPECT_EQ(decrypt(file.key, file.encrypted, file.expected(), 100, Kind::image).refusal, Refusal::media_mac);

    auto wrong = file.expected();
    wrong.file->at(0) ^= 1;
    EXPECT_EQ(decrypt(file.key, file.encrypted, wrong).refusal, Refusal::media_hash);
    wrong = file.expected();
    wrong.size = 10;
    EXPECT_EQ(decrypt(file.key, file.encrypted, wrong).refusal, Refusal::media_size);
    wrong.size = 1001;
    EXPECT_EQ(decrypt(file.key, file.encrypted, wrong).refusal, Refusal::media_size);
    for (std::size_t size : {0, 5, 10, 11, 26})
        EXPECT_NE(decrypt(file.key, ByteView{file.encrypted}.first(size), {}).refusal, std::nullopt) << size;
}

/// Anonymous memory of this process, KiB.
long resident() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::stol(line.substr(8));
    return -1;
}

TEST(Media, AHundredMegabytesTakeConstantMemory) {
    auto const key = crypto::random_bytes(32);
    auto const piece = crypto::random_bytes(64 << 10);
    Encryptor encryptor{key, Kind::document};
    Decryptor decryptor{key, Kind::document};
    Bytes sealed, opened;
    auto const before = resident();
    ASSERT_GT(before, 0);
    for (int i = 0; i < 1600; ++i) {
        sealed.clear();
        opened.clear();
        encryptor.update(piece, sealed);
        ASSERT_TRUE(decryptor.update(sealed, opened));
    }
    sealed.clear();
    auto const made = encryptor.finish(sealed);
    ASSERT_TRUE(decryptor.update(sealed, opened));
    auto const read = decryptor.finish(opened);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->file, made.file);
    EXPECT_EQ(read->size, 1600u * piece.size());
#if __has_feature(address_sanitizer)
    constexpr auto kMost = 16 * 1024;   // the sanitizer keeps what was freed for a while
#else
    constexpr auto kMost = 2 * 1024;
#endif
    EXPECT_LT(resident() - before, kMost);
}

}   // namespace
}   // namespace waqtor::whatsapp::media
