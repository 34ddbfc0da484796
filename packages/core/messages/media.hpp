#pragma once
#include "core/base/database.hpp"
#include "core/base/described.hpp"

#include <filesystem>

namespace waqtor {

/// A file somebody stored. Its name is what is in it, so the same file is kept once.
struct MediaRow {
    WorkspaceId workspace;
    std::string file;   // SHA-256 in hex
    std::string mime_type;
    std::int64_t size = 0;
    std::optional<std::string> name{};
    Timestamp created_at{};
    Timestamp used_at{};
};
BOOST_DESCRIBE_STRUCT(MediaRow, (), (workspace, file, mime_type, size, name, created_at, used_at))

class MediaRows {
public:
    virtual ~MediaRows() = default;
    /// Again: the new name and type, and used now.
    virtual Result<void> put(Transaction& tx, MediaRow const& row) = 0;
    virtual Result<MediaRow> find(Transaction& tx, WorkspaceId workspace, std::string_view file) = 0;
    virtual Result<void> touch(Transaction& tx, WorkspaceId workspace, std::string_view file, Timestamp at) = 0;
    /// Forgets what was not used since `before`, at most 500; gives the files nobody has any more.
    virtual Result<std::vector<std::string>> expire(Transaction& tx, Timestamp before) = 0;
};

/// The bytes. Blocking: call it on a worker. Safe from any thread.
class MediaStore {
public:
    virtual ~MediaStore() = default;
    /// Durable when it returns. Gives the file's id.
    virtual Result<std::string> put(std::string_view bytes) = 0;
    /// Code::gone when it is not there (any more), Code::internal when it was changed on disk.
    virtual Result<std::string> get(std::string_view file) const = 0;
    virtual void remove(std::string_view file) = 0;

    /// Where the bytes of a file stand, only to be read: for files too large to hold. Code::gone.
    virtual Result<std::filesystem::path> path(std::string_view file) const = 0;
    /// A name nobody uses yet, for a file that adopt() shall take. It is not made.
    virtual Result<std::filesystem::path> place() = 0;
    /// Takes over what was written at a place; `file` is its SHA-256 in hex, which the caller has checked. Durable when it returns.
    virtual Result<void> adopt(std::filesystem::path const& written, std::string_view file) = 0;
};

/// What came from an address of somebody's choosing.
struct Fetched {
    std::string bytes;
    std::string mime_type;
    std::string name;
};

/// Fetches files from the internet, never from this machine or its networks.
class MediaFetcher {
public:
    virtual ~MediaFetcher() = default;
    /// Code::invalid for an address that is none or leads to a private network, Code::too_large, Code::timeout, Code::unavailable.
    virtual Task<Fetched> fetch(std::string url) = 0;
};

}   // namespace waqtor
