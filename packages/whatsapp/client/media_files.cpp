#include "whatsapp/client/media_files.hpp"

#include "core/base/run_on.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

namespace {

constexpr std::uint64_t kMostUntold = 64U << 20;   // bytes of a file whose message did not tell its size

/// What is said of a transfer that failed: worth another try, or not.
std::unexpected<Error> failed(Error error, char const* what) {
    if (error.code == Code::unavailable || error.code == Code::timeout || error.code == Code::forbidden)
        return fail_with_cause(Code::timeout, what, error.message + (error.cause.empty() ? "" : ": " + error.cause));
    return std::unexpected(std::move(error));
}

}   // namespace

Result<MediaStore*> MediaFiles::store() const {
    if (!store_) return fail(Code::invalid, "This client keeps no files");
    return store_;
}

messaging::TransferOptions MediaFiles::options() const {
    return {.https = {.tls = context_.endpoint.tls, .proxy = context_.endpoint.proxy}, .files = context_.pool};
}

Task<messaging::MediaHosts> MediaFiles::hosts() {
    if (hosts_ && context_.clock.now() < hosts_->until) co_return *hosts_;
    CO_TRY(auto const line, context_.online());
    auto const answer = co_await line->ask(messaging::media_hosts_query());
    if (!answer && line->closed()) co_return std::unexpected(answer.error());
    auto told = answer ? messaging::parse_media_hosts(*answer, context_.clock.now()) : std::unexpected(answer.error());
    if (!told) co_return fail_with_cause(Code::timeout, "WhatsApp names no media hosts now", told.error().message);
    hosts_ = *std::move(told);
    co_return *hosts_;
}

Task<MediaFiles::Sent> MediaFiles::upload(MessageType type, std::string file) {
    auto const kind = messaging::media_kind(type);
    if (!kind) co_return invalid("media", "cannot be sent with a message of this type");
    CO_TRY(auto* const files, store());
    auto const now = context_.clock.now();
    std::erase_if(known_, [&](Known const& one) { return one.until <= now; });
    auto const same = [&](Known const& one) { return one.file == file && one.kind == *kind; };
    if (auto const known = std::ranges::find_if(known_, same); known != known_.end()) co_return known->sent;
    auto const path = co_await run_on(context_.pool, [files, file] { return files->path(file); });
    if (!path) co_return fail(Code::gone, "The file is not kept any more");

    Result<messaging::Uploaded> uploaded = fail(Code::unavailable, "nothing was tried");
    for (auto tries = 0; tries < 2; ++tries) {
        CO_TRY(auto leave, co_await hosts());
        uploaded = co_await messaging::upload_media(*path, *kind, std::move(leave), options());
        if (uploaded || uploaded.error().code != Code::forbidden) break;
        hosts_.reset();   // the leave ended before its time
    }
    if (!uploaded) co_return failed(std::move(uploaded).error(), "The file could not be uploaded now");
    auto sent = Sent{std::move(uploaded->remote), uploaded->size, std::move(uploaded->host)};
    if (*kind == media::Kind::image) sent.preview = co_await run_on(context_.pool, [&path] { return media::preview_of(*path); });
    known_.push_back({std::move(file), *kind, sent, now + kKnownFor});
    if (known_.size() > kMostKnown) known_.pop_front();
    co_return sent;
}

Task<std::string> MediaFiles::download(MessageType type, Media media) {
    auto const kind = messaging::media_kind(type);
    if (!kind || !media.remote) co_return invalid("media.remote", "is required: WhatsApp says where its files are");
    CO_TRY(auto* const files, store());
    CO_TRY_OK(context_.online());
    CO_TRY(auto const to, co_await run_on(context_.pool, [files] { return files->place(); }));
    auto const size = media.size > 0 ? std::optional{static_cast<std::uint64_t>(media.size)} : std::nullopt;
    CO_TRY(auto leave, co_await hosts());
    auto how = options();
    if (!size) how.most = kMostUntold;
    auto const hashes = co_await messaging::download_media(*media.remote, *kind, to, size, std::move(leave), std::move(how));
    if (!hashes) {
        auto const refused = refusal_of(hashes.error());
        if (refused) co_return fail_with_cause(Code::malformed, "The file is not what the message said", hashes.error().message);
        co_return failed(hashes.error(), "The file could not be fetched now");
    }
    auto const file = crypto::to_hex(hashes->file);
    CO_TRY_OK(co_await run_on(context_.pool, [files, to, file] { return files->adopt(to, file); }));
    co_return file;
}

}   // namespace waqtor::whatsapp
