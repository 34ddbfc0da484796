#pragma once
#include "core/messages/content.hpp"
#include "core/messages/media.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace waqtor {

struct StoredMedia {
    std::string file;
    std::string mime_type;
    std::int64_t size = 0;
    std::optional<std::string> name{};
};
BOOST_DESCRIBE_STRUCT(StoredMedia, (), (file, mime_type, size, name))
template <>
inline constexpr std::array kFields<StoredMedia>{
    Field{"file", "Its id: SHA-256 of the file, in hex"},
    Field{"mime_type", "What it is"},
    Field{"size", "Bytes"},
    Field{"name", "Its name"},
};

/// Files of messages: stored once by what is in them, found by workspace, forgotten when nobody used them for a while.
class MediaService {
public:
    static constexpr std::size_t kLargest = std::size_t{64} * 1024 * 1024;

    /// `workers` runs what blocks. `fetcher` may be absent: then nothing is fetched.
    MediaService(Database& db, MediaRows& rows, MediaStore& store, MediaFetcher* fetcher, Clock const& clock,
                 asio::any_io_executor workers)
        : db_{db}, rows_{rows}, store_{store}, fetcher_{fetcher}, clock_{clock}, workers_{std::move(workers)} {}

    /// Code::unsupported_media when the bytes are not what `mime_type` says (or nothing WhatsApp takes), Code::invalid when they
    /// have another SHA-256 than `sha256` (hex, may be empty) or there are none.
    Task<StoredMedia> store(WorkspaceId workspace, std::string bytes, std::string mime_type, std::optional<std::string> name,
                            std::string sha256);
    /// Notes that a file which stands in the store already belongs to this workspace.
    Result<void> note(Transaction& tx, WorkspaceId workspace, StoredMedia const& media);
    Task<StoredMedia> fetch(WorkspaceId workspace, std::string url, std::optional<std::string> name);
    Result<MediaRow> find(Transaction& tx, WorkspaceId workspace, std::string_view file);
    Task<std::string> bytes(WorkspaceId workspace, std::string file);
    /// Removes what was not used for `keep`. Returns how many files.
    Task<std::int64_t> expire(std::chrono::hours keep);

private:
    Database& db_;
    MediaRows& rows_;
    MediaStore& store_;
    MediaFetcher* fetcher_;
    Clock const& clock_;
    asio::any_io_executor workers_;
};

/// What the first bytes show a file to be; empty when they show nothing.
std::string_view sniffed_type(std::string_view bytes);
/// The kind of message a file of this type makes.
MessageType type_of_media(std::string_view mime_type);

}   // namespace waqtor
