#include "whatsapp/messaging/media_transfer.hpp"

#include "core/base/run_on.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/transport/within.hpp"

#include <boost/json.hpp>

#include <cstdio>

namespace waqtor::whatsapp::messaging {

namespace {

namespace json = boost::json;
using crypto::Base64;
constexpr std::size_t kBlock = 256 << 10;
constexpr std::size_t kMostAnswer = 64 << 10;
constexpr std::size_t kMostHosts = 8;

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// A file as it is uploaded: read, encrypted, block by block. On the pool.
class Sealer {
public:
    Sealer(ByteView key, media::Kind kind) : encryptor_{key, kind} {}

    Result<void> open(std::filesystem::path const& path) {
        file_.reset(std::fopen(path.c_str(), "rb"));
        if (!file_) return invalid("file", "cannot be read");
        std::setvbuf(file_.get(), nullptr, _IONBF, 0);
        return {};
    }
    /// The next block; empty at the end, then hashes() says what it was.
    Result<Bytes> next() {
        Bytes out;
        while (out.empty() && !hashes_) {
            plain_.resize(kBlock);
            auto const size = std::fread(plain_.data(), 1, plain_.size(), file_.get());
            if (std::ferror(file_.get())) return invalid("file", "cannot be read");
            out.reserve(size + 64);
            encryptor_.update(ByteView{plain_}.first(size), out);
            if (size < plain_.size()) hashes_ = encryptor_.finish(out);
        }
        return out;
    }
    media::Hashes const& hashes() const { return *hashes_; }
    bool ended() const { return hashes_.has_value(); }

private:
    media::Encryptor encryptor_;
    File file_;
    Bytes plain_;
    std::optional<media::Hashes> hashes_;
};

/// A file as it comes: decrypted into a temporary file that takes its name once it proved to be right. On the pool.
class Opener {
public:
    Opener(ByteView key, media::Kind kind, media::Expected expected, std::filesystem::path to)
        : decryptor_{key, kind, std::move(expected)}, to_{std::move(to)}, part_{to_} {
        part_ += ".part";
    }
    Opener(Opener const&) = delete;
    Opener& operator=(Opener const&) = delete;
    ~Opener() {
        if (!file_) return;
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
    }

    Result<void> open() {
        file_.reset(std::fopen(part_.c_str(), "wb"));
        if (!file_) return fail(Code::internal, "the downloaded file cannot be written");
        std::setvbuf(file_.get(), nullptr, _IONBF, 0);
        return {};
    }
    Result<void> add(ByteView encrypted) {
        plain_.clear();
        TRY_OK(decryptor_.update(encrypted, plain_));
        return write();
    }
    Result<media::Hashes> finish() {
        plain_.clear();
        TRY(auto const hashes, decryptor_.finish(plain_));
        TRY_OK(write());
        if (std::fclose(file_.release()) != 0) return no_space();
        std::error_code error;
        std::filesystem::rename(part_, to_, error);
        if (error) return no_space();
        return hashes;
    }

private:
    media::Decryptor decryptor_;
    std::filesystem::path to_, part_;
    File file_;
    Bytes plain_;

    Result<void> write() {
        if (std::fwrite(plain_.data(), 1, plain_.size(), file_.get()) != plain_.size()) return no_space();
        return {};
    }
    std::unexpected<Error> no_space() {
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
        return fail(Code::internal, "the downloaded file cannot be written");
    }
};

/// Another host may do better.
bool worth_another(Error const& error) {
    return error.code == Code::unavailable || error.code == Code::timeout || error.code == Code::malformed;
}

std::unexpected<Error> refused(unsigned status) {
    auto const cause = "HTTP " + std::to_string(status);
    if (status == 401 || status == 403) return fail_with_cause(Code::forbidden, "the media host did not accept the login", cause);
    if (status == 404 || status == 410) return fail_with_cause(Code::gone, "the media host no longer keeps the file", cause);
    if (status == 413) return fail_with_cause(Code::too_large, "the media host finds the file too large", cause);
    return fail_with_cause(Code::unavailable, "the media host refused", cause);
}

struct Upload {
    std::filesystem::path file;
    media::Kind kind;
    crypto::Secret32 key = crypto::random_secret();
    media::Hashes hashes{};
    std::string target{};
};

Result<media::Hashes> hash(Upload const& upload, std::uint64_t most) {
    Sealer sealer{upload.key, upload.kind};
    TRY_OK(sealer.open(upload.file));
    std::uint64_t size = 0;
    while (!sealer.ended()) {
        TRY(auto const block, sealer.next());
        size += block.size();
        if (size > media::encrypted_size(most)) return fail(Code::too_large, "the file is too large to be sent");
    }
    return sealer.hashes();
}

Task<std::string> read_answer(transport::HttpsExchange& exchange) {
    std::string out;
    for (;;) {
        CO_TRY(auto const block, co_await exchange.read());
        if (block.empty()) co_return out;
        out += text_of(block);
        if (out.size() > kMostAnswer) co_return fail(Code::unavailable, "the media host gave a strange answer");
    }
}

/// "https://host:port/path" → "host:port"; empty for anything else.
std::string host_in(std::string_view url) {
    constexpr std::string_view kStart = "https://";
    if (!url.starts_with(kStart)) return {};
    url.remove_prefix(kStart.size());
    auto const host = url.substr(0, url.find('/'));
    return host.size() < url.size() && host.find_first_of("?#@ ") == host.npos ? std::string{host} : std::string{};
}

Result<Uploaded> parse_answer(std::string const& text, Upload const& upload, std::string const& host) {
    boost::system::error_code error;
    auto const value = json::parse(text, error);
    auto const* object = error ? nullptr : value.if_object();
    auto const field = [&](char const* name) {
        auto const* found = object ? object->if_contains(name) : nullptr;
        return found && found->is_string() ? clean(std::string_view{found->get_string()}, 2048, Lines::one) : std::string{};
    };
    auto path = field("direct_path");
    if (!path.starts_with('/')) return fail(Code::unavailable, "the media host gave a strange answer");
    auto keeper = host_in(field("url"));
    return Uploaded{.remote = {.direct_path = std::move(path),
                               .media_key = crypto::to_base64(upload.key.view()),
                               .file_sha256 = crypto::to_base64(upload.hashes.file),
                               .file_enc_sha256 = crypto::to_base64(upload.hashes.encrypted)},
                    .size = upload.hashes.size,
                    .handle = field("handle"),
                    .host = keeper.empty() ? host : std::move(keeper)};
}

/// Sends the body; a server that refuses early makes this fail while its answer says why.
Task<void> send_body(transport::HttpsExchange& exchange, Upload const& upload, asio::any_io_executor files) {
    Sealer sealer{upload.key, upload.kind};
    CO_TRY_OK(co_await run_on(files, [&] { return sealer.open(upload.file); }));
    auto left = media::encrypted_size(upload.hashes.size);
    while (!sealer.ended()) {
        CO_TRY(auto block, co_await run_on(files, [&] { return sealer.next(); }));
        auto const changed = block.size() > left || (sealer.ended() && sealer.hashes().encrypted != upload.hashes.encrypted);
        if (changed) co_return invalid("file", "was changed while it was sent");
        left -= block.size();
        CO_TRY_OK(co_await exchange.write(std::move(block)));
    }
    co_return Result<void>{};
}

Task<Uploaded> upload_to(std::string host, Upload const& upload, TransferOptions const& options) {
    CO_TRY(auto const exchange, co_await transport::HttpsExchange::start(host, "POST", upload.target,
                                                                         media::encrypted_size(upload.hashes.size), options.https));
    auto sent = co_await send_body(*exchange, upload, options.files);
    if (!sent && sent.error().code == Code::invalid) co_return std::unexpected(std::move(sent).error());
    auto const head = co_await exchange->head();
    if (head && head->status != 200) co_return refused(head->status);
    if (!sent) co_return std::unexpected(std::move(sent).error());
    if (!head) co_return std::unexpected(head.error());
    CO_TRY(auto const answer, co_await read_answer(*exchange));
    co_return parse_answer(answer, upload, host);
}

Task<Uploaded> upload_anywhere(Upload upload, MediaHosts hosts, TransferOptions options) {
    CO_TRY(upload.hashes, co_await run_on(options.files, [&] { return hash(upload, options.most); }));
    auto const token = crypto::to_base64(upload.hashes.encrypted, Base64::url_safe);
    upload.target = "/mms/" + std::string{media::path_of(upload.kind)} + "/" + token + "?auth=" + hosts.auth + "&token=" + token;
    Result<Uploaded> last = fail(Code::unavailable, "there is no media host");
    for (auto const& host : hosts.hosts) {
        last = co_await upload_to(host, upload, options);
        if (last || !worth_another(last.error())) break;
    }
    co_return last;
}

struct Download {
    Bytes key;
    media::Kind kind;
    media::Expected expected;
    std::string target;
    std::filesystem::path to;
    std::uint64_t most;   // bytes of the encrypted file
};

Task<media::Hashes> download_from(std::string host, Download const& wish, TransferOptions const& options) {
    CO_TRY(auto const exchange, co_await transport::HttpsExchange::start(host, "GET", wish.target, 0, options.https));
    CO_TRY(auto const head, co_await exchange->head());
    if (head.status == 403) co_return refused(410);   // of a download: its time is over
    if (head.status != 200) co_return refused(head.status);
    if (head.length.value_or(0) > wish.most) co_return fail(Code::too_large, "the file is larger than it may be");
    Opener opener{wish.key, wish.kind, wish.expected, wish.to};
    CO_TRY_OK(co_await run_on(options.files, [&] { return opener.open(); }));
    std::uint64_t size = 0;
    for (;;) {
        CO_TRY(auto const block, co_await exchange->read());
        if (block.empty()) break;
        size += block.size();
        if (size > wish.most) co_return fail(Code::too_large, "the file is larger than it may be");
        CO_TRY_OK(co_await run_on(options.files, [&] { return opener.add(block); }));
    }
    co_return co_await run_on(options.files, [&] { return opener.finish(); });
}

Task<media::Hashes> download_anywhere(Download wish, std::vector<std::string> hosts, TransferOptions options) {
    Result<media::Hashes> last = fail(Code::unavailable, "there is no media host");
    for (auto const& host : hosts) {
        last = co_await download_from(host, wish, options);
        if (last || !worth_another(last.error())) break;
    }
    co_return last;
}

std::optional<ByteArray<32>> bytes32(std::string const& base64) {
    auto const bytes = crypto::from_base64(base64);
    return bytes && bytes->size() == 32 ? std::optional{to_array<32>(*bytes)} : std::nullopt;
}

}   // namespace

Node media_hosts_query() { return Node{"iq", {{"to", server_jid()}, {"type", "set"}, {"xmlns", "w:m"}}, Node{"media_conn"}}; }

Result<MediaHosts> parse_media_hosts(Node const& answer, Timestamp now) {
    auto const* media = answer.child("media_conn");
    if (!media || media->attr("auth").empty()) return refuse(Refusal::malformed, "media hosts: no leave to use them");
    auto const live = std::min(media->number("ttl").value_or(300), media->number("auth_ttl").value_or(300));
    auto out = MediaHosts{
        .auth = media->string("auth"), .hosts = {}, .until = now + std::chrono::seconds{std::min(live, std::uint64_t{86'400})}};
    for (auto const& host : media->children()) {
        auto name = host.string("hostname");
        if (!host.is("host") || name.empty() || name.size() > 255 || out.hosts.size() == kMostHosts) continue;
        if (name.find_first_of("/?#@ ") == name.npos) out.hosts.push_back(std::move(name));
    }
    if (out.hosts.empty()) return refuse(Refusal::malformed, "media hosts: none is named");
    return out;
}

Task<Uploaded> upload_media(std::filesystem::path file, media::Kind kind, MediaHosts hosts, TransferOptions options) {
    auto const deadline = options.deadline;
    return transport::within(deadline,
                             upload_anywhere(Upload{.file = std::move(file), .kind = kind}, std::move(hosts), std::move(options)),
                             "the upload");
}

Task<media::Hashes> download_media(RemoteFile from, media::Kind kind, std::filesystem::path to, std::optional<std::uint64_t> size,
                                   MediaHosts hosts, TransferOptions options) {
    auto const key = bytes32(from.media_key);
    auto const file = bytes32(from.file_sha256), encrypted = bytes32(from.file_enc_sha256);
    if (!key || !encrypted || (!file && !from.file_sha256.empty()))
        co_return invalid("media.remote", "has a key or hash that is not 32 bytes in base64");
    if (!from.direct_path.starts_with('/') || from.direct_path.find_first_of(" \r\n#") != std::string::npos)
        co_return invalid("media.remote.direct_path", "must be a path");
    if (size.value_or(0) > options.most) co_return fail(Code::too_large, "the file is larger than it may be");
    auto const query = from.direct_path.find('?') == std::string::npos ? "?" : "&";
    auto target = from.direct_path + query + "hash=" + crypto::to_base64(*encrypted, Base64::url_safe) +
                  "&mms-type=" + std::string{media::path_of(kind)} + "&__wa-mms=";
    auto wish = Download{.key = to_bytes(*key),
                         .kind = kind,
                         .expected = {.file = file, .encrypted = encrypted, .size = size},
                         .target = std::move(target),
                         .to = std::move(to),
                         .most = media::encrypted_size(size.value_or(options.most))};
    auto const deadline = options.deadline;
    co_return co_await transport::within(deadline, download_anywhere(std::move(wish), std::move(hosts.hosts), std::move(options)),
                                         "the download");
}

std::optional<media::Kind> media_kind(MessageType type) {
    switch (type) {
        case MessageType::image: return media::Kind::image;
        case MessageType::video:
        case MessageType::gif: return media::Kind::video;
        case MessageType::voice:
        case MessageType::audio: return media::Kind::audio;
        case MessageType::document: return media::Kind::document;
        case MessageType::sticker: return media::Kind::sticker;
        default: return std::nullopt;
    }
}

}   // namespace waqtor::whatsapp::messaging
