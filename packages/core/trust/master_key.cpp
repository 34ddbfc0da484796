#include "core/trust/master_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waqtor {
namespace {
constexpr std::uint8_t kVersion = 1;
constexpr auto kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr auto kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

class File {
public:
    File(char const* path, int flags, mode_t mode = 0) : fd_{::open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)} {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

Result<Bytes> make(std::filesystem::path const& path) {
    Bytes bytes(MasterKey::kSize);
    randombytes_buf(bytes.data(), bytes.size());
    // Written whole under another name first: a crash never leaves half a key.
    auto const draft = path.string() + ".new";
    ::unlink(draft.c_str());
    {
        File file{draft.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0400};
        if (file.fd() < 0 || ::write(file.fd(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
            ::fsync(file.fd()) != 0)
            return fail(Code::storage_full, fmt::format("Cannot write the master key {}: {}", path.string(), std::strerror(errno)));
    }
    if (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST)
        return fail(Code::internal, fmt::format("Cannot create the master key {}: {}", path.string(), std::strerror(errno)));
    ::unlink(draft.c_str());
    File folder{path.parent_path().c_str(), O_RDONLY | O_DIRECTORY};
    if (folder.fd() >= 0) ::fsync(folder.fd());
    return bytes;
}

std::string bound(SealedCell cell) { return fmt::format("{}\x1f{}\x1f{}", cell.table, cell.column, cell.row); }
}   // namespace

Result<MasterKey> MasterKey::open(std::filesystem::path const& path) {
    if (sodium_init() < 0) return fail(Code::internal, "libsodium cannot start");
    File file{path.c_str(), O_RDONLY};
    if (file.fd() < 0 && errno == ENOENT) {
        TRY(auto made, make(path));
        sodium_memzero(made.data(), made.size());
        return open(path);   // what counts is what is on disk, also when two servers start at once
    }
    struct stat status{};
    if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0)
        return fail(Code::internal, fmt::format("Cannot read the master key {}: {}", path.string(), std::strerror(errno)));
    if ((status.st_mode & 077) != 0)
        return fail(Code::forbidden, fmt::format("The master key {} may be read by others; run chmod 0400 on it", path.string()));
    Bytes bytes(kSize);
    if (status.st_size != static_cast<off_t>(kSize) || ::read(file.fd(), bytes.data(), kSize) != static_cast<ssize_t>(kSize))
        return fail(Code::invalid, fmt::format("{} is not a master key: it must be {} bytes", path.string(), kSize));
    return MasterKey{std::move(bytes)};
}

MasterKey MasterKey::temporary() {
    Bytes bytes(kSize);
    randombytes_buf(bytes.data(), bytes.size());
    return MasterKey{std::move(bytes)};
}

MasterKey::MasterKey(MasterKey&& other) noexcept : bytes_{std::move(other.bytes_)} {}

MasterKey::~MasterKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

Sealer::Sealer(MasterKey const& master) : key_(crypto_aead_xchacha20poly1305_ietf_KEYBYTES) {
    crypto_kdf_derive_from_key(key_.data(), key_.size(), 1, "sealcell", master.bytes_.data());
}

Sealer::~Sealer() { sodium_memzero(key_.data(), key_.size()); }

Bytes Sealer::seal(SealedCell cell, BytesView plain) const {
    auto const with = bound(cell);
    Bytes out(1 + kNonce + plain.size() + kTag);
    out[0] = kVersion;
    randombytes_buf(out.data() + 1, kNonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + 1 + kNonce, nullptr, plain.data(), plain.size(), as_bytes(with).data(),
                                               with.size(), nullptr, out.data() + 1, key_.data());
    return out;
}

Result<Bytes> Sealer::open(SealedCell cell, BytesView sealed) const {
    auto const with = bound(cell);
    if (sealed.size() < 1 + kNonce + kTag || sealed[0] != kVersion) return fail(Code::internal, "A sealed value cannot be read");
    Bytes out(sealed.size() - 1 - kNonce - kTag);
    auto const body = sealed.subspan(1 + kNonce);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, body.data(), body.size(), as_bytes(with).data(),
                                                   with.size(), sealed.data() + 1, key_.data()) != 0)
        return fail(Code::internal, "A sealed value was changed, moved, or sealed with another key");
    return out;
}

}   // namespace waqtor
