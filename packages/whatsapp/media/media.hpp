#pragma once
#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/digest.hpp"

#include <optional>

namespace waqtor::whatsapp::media {

/// What an encrypted file is; decides its keys and where it is uploaded.
enum class Kind : std::uint8_t {
    image,
    sticker,
    video,   // also GIF and video notes
    audio,   // also voice messages
    document,
    history,
    app_state,
    sticker_pack,
    image_thumbnail,
    video_thumbnail,
    document_thumbnail,
    link_thumbnail,
};

/// The last path part of its upload and the `mms-type` of its download: "image", "md-app-state", …
std::string_view path_of(Kind kind);

/// What the sender puts into the message and the receiver checks.
struct Hashes {
    crypto::Digest32 file{};        // SHA-256 of the plaintext
    crypto::Digest32 encrypted{};   // SHA-256 of the uploaded file
    std::uint64_t size = 0;         // of the plaintext, bytes
};

/// Keys of one file: HKDF of its 32-byte media key.
struct Keys {
    crypto::AesIv iv{};
    crypto::Secret32 cipher;
    crypto::Secret32 mac;
    crypto::Secret32 reference;

    static Keys derive(ByteView media_key, Kind kind);
};

inline constexpr std::size_t kMacSize = 10;   // at the end of an encrypted file

/// The size of the uploaded file for a plaintext of `size` bytes.
constexpr std::uint64_t encrypted_size(std::uint64_t size) { return (size / crypto::kAesBlock + 1) * crypto::kAesBlock + kMacSize; }

/// Encrypts a file that comes in pieces; holds less than a block of it at any time.
class Encryptor {
public:
    Encryptor(ByteView media_key, Kind kind);

    /// Appends what is ready to be uploaded.
    void update(ByteView plaintext, Bytes& out);
    /// Appends the end. Once.
    Hashes finish(Bytes& out);

private:
    explicit Encryptor(Keys const& keys);

    crypto::CbcStream cipher_;
    crypto::HmacStream mac_;
    crypto::Sha256Stream file_;
    crypto::Sha256Stream encrypted_;
    std::uint64_t size_ = 0;

    void sealed(ByteView part);
};

/// What the receiver knows from the message; what is missing is not compared (history blobs come without some).
struct Expected {
    std::optional<crypto::Digest32> file{};
    std::optional<crypto::Digest32> encrypted{};
    std::optional<std::uint64_t> size{};
};

/// Decrypts a file that comes in pieces; holds the last 10 bytes and a block. The plaintext is true only once finish() has
/// said so: write it to a temporary place and throw it away when finish() refuses.
class Decryptor {
public:
    Decryptor(ByteView media_key, Kind kind, Expected expected = {});

    /// Appends what could be decrypted. Refusal::media_size as soon as there is more than expected.
    Result<void> update(ByteView encrypted, Bytes& out);
    /// Appends the end and checks everything: Refusal::media_hash (of the encrypted file or the plaintext), media_mac,
    /// media_size. Once.
    Result<Hashes> finish(Bytes& out);

private:
    Decryptor(Keys const& keys, Expected expected);

    crypto::CbcStream cipher_;
    crypto::HmacStream mac_;
    crypto::Sha256Stream file_;
    crypto::Sha256Stream encrypted_;
    Expected expected_;
    Bytes tail_;   // the last bytes so far, which may be the MAC
    std::uint64_t received_ = 0;
    std::uint64_t size_ = 0;

    void open(ByteView ciphertext, Bytes& out);
};

}   // namespace waqtor::whatsapp::media
