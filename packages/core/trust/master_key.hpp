#pragma once
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

#include <filesystem>

namespace waqtor {

/// The key that everything sealed at rest depends on: 32 bytes in a file of mode 0400, or a systemd credential. Wiped when dropped.
class MasterKey {
public:
    static constexpr std::size_t kSize = 32;

    /// Reads the file; makes it on the first start. Refuses a file that others may read (Code::forbidden) or that is not a key
    /// (Code::invalid).
    static Result<MasterKey> open(std::filesystem::path const& file);
    /// A random key that is written nowhere: for what keeps nothing (tests, the API's description).
    static MasterKey temporary();

    MasterKey(MasterKey&&) noexcept;
    MasterKey& operator=(MasterKey&&) = delete;
    ~MasterKey();

private:
    friend class Sealer;
    explicit MasterKey(Bytes bytes) : bytes_{std::move(bytes)} {}
    Bytes bytes_;
};

/// Which cell of the database a sealed value belongs to. It is bound into the seal, so a ciphertext cannot be moved.
struct SealedCell {
    std::string_view table;
    std::string_view column;
    std::string_view row;   // its id
};

/// Seals columns with XChaCha20-Poly1305 (libsodium's IETF construction) under a key derived from the master key.
class Sealer {
public:
    explicit Sealer(MasterKey const& master);
    ~Sealer();
    Sealer(Sealer const&) = delete;
    Sealer& operator=(Sealer const&) = delete;

    /// Version byte 1, 24 bytes of nonce, the ciphertext with its 16-byte tag.
    Bytes seal(SealedCell cell, BytesView plain) const;
    /// Code::internal when it was not sealed for this cell with this key, or was changed.
    Result<Bytes> open(SealedCell cell, BytesView sealed) const;

private:
    Bytes key_;
};

}   // namespace waqtor
