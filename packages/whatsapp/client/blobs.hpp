#pragma once
#include "whatsapp/client/context.hpp"
#include "whatsapp/messaging/media_transfer.hpp"

namespace waqtor::whatsapp {

/// A checked and decrypted file that has no name any more: it is gone with this object, and with the process.
class Blob {
public:
    explicit Blob(std::FILE* file) : file_{file} {}
    Blob(Blob const&) = delete;
    Blob& operator=(Blob const&) = delete;
    ~Blob() { std::fclose(file_); }

    /// The next bytes, at most `most`; empty at the end. Blocks.
    Result<Bytes> read(std::size_t most);
    /// Reads from the start again.
    Result<void> rewind();

private:
    std::FILE* file_;
};

/// Fetches encrypted files that are for the engine itself: history and app state. What is fetched ends with the connection.
class Blobs {
public:
    explicit Blobs(Context& context) : context_{context} {}

    /// Errors as those of download_media; Code::unavailable when there is no connection.
    Task<std::shared_ptr<Blob>> fetch(RemoteFile from, media::Kind kind, std::uint64_t most);
    /// The same into memory.
    Task<Bytes> fetch_whole(RemoteFile from, media::Kind kind, std::uint64_t most);

private:
    Context& context_;
    std::optional<messaging::MediaHosts> hosts_;

    Task<messaging::MediaHosts> hosts(std::shared_ptr<Line> line);
};

}   // namespace waqtor::whatsapp
