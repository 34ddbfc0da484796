#include "whatsapp/client/blobs.hpp"

#include "core/base/run_on.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <stdlib.h>

namespace waqtor::whatsapp {

namespace {

std::unexpected<Error> no_place() { return fail(Code::internal, "there is no place for a temporary file"); }

/// A folder that nobody else can look into; gone with this object.
class Folder {
public:
    static Result<std::shared_ptr<Folder>> make() {
        std::error_code error;
        auto name = (std::filesystem::temp_directory_path(error) / "waqtor-XXXXXX").string();
        if (error || !mkdtemp(name.data())) return no_place();
        return std::make_shared<Folder>(name);
    }
    explicit Folder(std::filesystem::path path) : path_{std::move(path)} {}
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::filesystem::path file() const { return path_ / "file"; }

private:
    std::filesystem::path path_;
};

Result<std::shared_ptr<Blob>> open(std::filesystem::path const& path) {
    auto* const file = std::fopen(path.c_str(), "rb");
    if (!file) return no_place();
    return std::make_shared<Blob>(file);
}

}   // namespace

Result<Bytes> Blob::read(std::size_t most) {
    Bytes out(most);
    out.resize(std::fread(out.data(), 1, most, file_));
    if (std::ferror(file_)) return no_place();
    return out;
}

Result<void> Blob::rewind() {
    if (std::fseek(file_, 0, SEEK_SET) != 0) return no_place();
    return {};
}

Task<messaging::MediaHosts> Blobs::hosts(std::shared_ptr<Line> line) {
    if (!hosts_ || hosts_->until <= context_.clock.now()) {
        CO_TRY(auto const answer, co_await line->ask(messaging::media_hosts_query()));
        CO_TRY(hosts_, messaging::parse_media_hosts(answer, context_.clock.now()));
    }
    co_return *hosts_;
}

Task<std::shared_ptr<Blob>> Blobs::fetch(RemoteFile from, media::Kind kind, std::uint64_t most) {
    auto const line = context_.line;
    if (!line || line->closed()) co_return fail(Code::unavailable, "The session is not connected to WhatsApp");
    CO_TRY(auto known, co_await hosts(line));
    CO_TRY(auto const folder, co_await run_on(context_.pool, [] { return Folder::make(); }));
    messaging::TransferOptions options{
        .https = {.tls = context_.endpoint.tls, .proxy = context_.endpoint.proxy}, .files = context_.pool, .most = most};
    using namespace asio::experimental::awaitable_operators;
    auto first =
        co_await (messaging::download_media(std::move(from), kind, folder->file(), {}, std::move(known), std::move(options)) ||
                  line->ended());
    if (first.index() == 1) co_return fail(Code::unavailable, "The connection to WhatsApp was lost");
    CO_TRY_OK(std::get<0>(std::move(first)));
    co_return co_await run_on(context_.pool, [folder] { return open(folder->file()); });
}

Task<Bytes> Blobs::fetch_whole(RemoteFile from, media::Kind kind, std::uint64_t most) {
    CO_TRY(auto const blob, co_await fetch(std::move(from), kind, most));
    co_return co_await run_on(context_.pool, [blob, most]() -> Result<Bytes> {
        Bytes out;
        for (;;) {
            TRY(auto const part, blob->read(256 << 10));
            if (part.empty()) return out;
            if (out.size() + part.size() > most) return fail(Code::too_large, "the file is larger than it may be");
            append(out, part);
        }
    });
}

}   // namespace waqtor::whatsapp
