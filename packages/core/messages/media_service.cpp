#include "core/messages/media_service.hpp"

#include "core/base/run_on.hpp"

#include <algorithm>

namespace waqtor {
namespace {

struct Magic {
    std::string_view start;
    std::size_t at;
    std::string_view type;
};
using namespace std::string_view_literals;
constexpr std::array kMagic{
    Magic{"\xff\xd8\xff"sv, 0, "image/jpeg"}, Magic{"\x89PNG\r\n\x1a\n"sv, 0, "image/png"},
    Magic{"GIF8"sv, 0, "image/gif"},          Magic{"WEBP"sv, 8, "image/webp"},
    Magic{"%PDF-"sv, 0, "application/pdf"},   Magic{"ftyp"sv, 4, "video/mp4"},
    Magic{"OggS"sv, 0, "audio/ogg"},          Magic{"ID3"sv, 0, "audio/mpeg"},
    Magic{"\xff\xfb"sv, 0, "audio/mpeg"},     Magic{"PK\x03\x04"sv, 0, "application/zip"},
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
    return text;
}

/// "image/JPEG; charset=x" → "image/jpeg".
std::string plain_type(std::string type) {
    type = lower(type.substr(0, type.find(';')));
    while (type.ends_with(' ')) type.pop_back();
    return type == "image/jpg" ? "image/jpeg" : type;
}

std::string_view family(std::string_view type) { return type.substr(0, type.find('/')); }

/// Does the content fit what is said of it? Pictures, sound and films are shown by the recipient's phone as such, so they must be;
/// anything may be a document.
bool fits(std::string_view said, std::string_view sniffed) {
    if (family(said) == "image") return sniffed == said;
    if (said == "application/pdf") return sniffed == said;
    if (family(said) == "video" || family(said) == "audio")
        return sniffed.empty() || family(sniffed) == "video" || family(sniffed) == "audio";
    return true;
}
}   // namespace

std::string_view sniffed_type(std::string_view bytes) {
    for (auto const& magic : kMagic)
        if (bytes.size() >= magic.at + magic.start.size() && bytes.substr(magic.at, magic.start.size()) == magic.start)
            return magic.type;
    return {};
}

MessageType type_of_media(std::string_view mime_type) {
    if (mime_type == "image/jpeg" || mime_type == "image/png") return MessageType::image;
    if (mime_type == "image/webp") return MessageType::sticker;
    if (mime_type.starts_with("video/")) return MessageType::video;
    if (mime_type.starts_with("audio/ogg")) return MessageType::voice;
    if (mime_type.starts_with("audio/")) return MessageType::audio;
    return MessageType::document;
}

Task<StoredMedia> MediaService::store(WorkspaceId workspace, std::string bytes, std::string mime_type,
                                      std::optional<std::string> name, std::string sha256) {
    if (bytes.empty()) co_return invalid("file", "is empty");
    if (bytes.size() > kLargest) co_return fail(Code::too_large, "A file may have at most 64 MiB");
    auto type = plain_type(std::move(mime_type));
    auto const sniffed = sniffed_type(bytes);
    if (type.empty() || type == "application/octet-stream") type = sniffed.empty() ? "application/octet-stream" : sniffed;
    if (type.size() > 100 || !type.contains('/')) co_return fail(Code::unsupported_media, "The content type cannot be read");
    if (!fits(type, sniffed)) co_return fail(Code::unsupported_media, "The file is not what its content type says: " + type);
    auto const size = static_cast<std::int64_t>(bytes.size());
    CO_TRY(auto const file, co_await run_on(workers_, [this, bytes = std::move(bytes)] { return store_.put(bytes); }));
    if (!sha256.empty() && lower(sha256) != file) co_return invalid("sha256", "the file that arrived has another SHA-256");
    auto const now = clock_.now();
    auto const row = MediaRow{workspace, file, type, size, name, now, now};
    CO_TRY_OK(co_await db_.write([this, row](Transaction& tx) { return rows_.put(tx, row); }));
    co_return StoredMedia{file, type, size, std::move(name)};
}

Result<void> MediaService::note(Transaction& tx, WorkspaceId workspace, StoredMedia const& media) {
    auto const now = clock_.now();
    return rows_.put(tx, {workspace, media.file, plain_type(media.mime_type), media.size, media.name, now, now});
}

Task<StoredMedia> MediaService::fetch(WorkspaceId workspace, std::string url, std::optional<std::string> name) {
    if (!fetcher_) co_return fail(Code::unavailable, "This server fetches nothing");
    CO_TRY(auto fetched, co_await fetcher_->fetch(std::move(url)));
    if (!name && !fetched.name.empty()) name = std::move(fetched.name);
    co_return co_await store(workspace, std::move(fetched.bytes), std::move(fetched.mime_type), std::move(name), "");
}

Result<MediaRow> MediaService::find(Transaction& tx, WorkspaceId workspace, std::string_view file) {
    TRY(auto row, rows_.find(tx, workspace, file));
    TRY_OK(rows_.touch(tx, workspace, file, clock_.now()));
    return row;
}

Task<std::string> MediaService::bytes(WorkspaceId workspace, std::string file) {
    CO_TRY(auto const row, co_await db_.read([this, workspace, file](Transaction& tx) { return rows_.find(tx, workspace, file); }));
    co_return co_await run_on(workers_, [this, name = row.file] { return store_.get(name); });
}

Task<std::int64_t> MediaService::expire(std::chrono::hours keep) {
    auto const before = clock_.now() - keep;
    CO_TRY(auto const gone, co_await db_.write([this, before](Transaction& tx) { return rows_.expire(tx, before); }));
    CO_TRY_OK(co_await run_on(workers_, [this, gone]() -> Result<void> {
        for (auto const& file : gone) store_.remove(file);
        return {};
    }));
    co_return std::ssize(gone);
}

}   // namespace waqtor
