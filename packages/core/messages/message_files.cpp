#include "core/messages/message_files.hpp"

#include "core/messages/content_rules.hpp"
#include "core/messages/message_events.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace waqtor {
namespace {
constexpr int kMostTries = 4;
constexpr auto kFirstPause = std::chrono::seconds{5};

bool has_file(MessageType type) {
    switch (type) {
        case MessageType::image:
        case MessageType::video:
        case MessageType::gif:
        case MessageType::voice:
        case MessageType::audio:
        case MessageType::document:
        case MessageType::sticker: return true;
        default: return false;
    }
}

StoredMedia stored(Media const& media) { return {media.file.value_or(""), media.mime_type, media.size, media.name}; }

/// It may be there another time.
bool worth_another(Code code) {
    return code == Code::conflict || code == Code::unavailable || code == Code::timeout || code == Code::busy ||
           code == Code::storage_full;
}
}   // namespace

Task<MessageRow> MessageFiles::find(Caller who, MessageId message) {
    CO_TRY(auto row, co_await parts_.db.read(
                         [this, who, message](Transaction& tx) { return parts_.messages.find(tx, who.workspace, message); }));
    auto const hidden = !who.sessions.empty() && std::ranges::find(who.sessions, row.session) == who.sessions.end();
    if (hidden) co_return fail(Code::not_found, "There is no such message");
    co_return row;
}

Task<MessageFiles::File> MessageFiles::get(Caller who, MessageId message) {
    CO_TRY(auto row, co_await find(who, message));
    auto const content = content_from(row.content);
    if (!content.media) co_return fail(Code::not_found, "The message has no file");
    if (content.media->size > static_cast<std::int64_t>(MediaService::kLargest))
        co_return fail(Code::too_large, "Files of more than 64 MiB are not kept here");
    auto is = stored(*content.media);
    if (!is.file.empty()) {
        auto here = co_await media_.bytes(who.workspace, is.file);
        if (here) co_return File{std::move(is), *std::move(here)};
        auto const lost = here.error().code == Code::not_found || here.error().code == Code::gone;
        if (!lost || !content.media->remote) co_return std::unexpected(std::move(here).error());
    }
    CO_TRY(is, co_await fetch(std::move(row)));
    CO_TRY(auto bytes, co_await media_.bytes(who.workspace, is.file));
    co_return File{std::move(is), std::move(bytes)};
}

Task<StoredMedia> MessageFiles::fetch(MessageRow row) {
    auto const content = content_from(row.content);
    auto const session = SessionRef{row.workspace, row.session};
    if (!content.media || !content.media->remote) co_return fail(Code::gone, "WhatsApp did not say where the file is");
    auto* const sender = messages_.sender();
    if (!sender || !sender->working(session)) co_return fail(Code::conflict, "The session is not WORKING; /api/sessions says why");
    CO_TRY(auto const file, co_await sender->download(session, row.type, *content.media));
    CO_TRY(auto is, co_await parts_.db.write([this, file, id = row.id, workspace = row.workspace,
                                              from = *content.media](Transaction& tx) -> Result<StoredMedia> {
        auto is = stored(from);
        is.file = file;
        TRY_OK(media_.note(tx, workspace, is));
        TRY(auto const now, parts_.messages.find(tx, workspace, id));
        auto changed = content_from(now.content);
        if (!changed.media || !changed.media->remote || changed.media->remote->file_sha256 != from.remote->file_sha256) return is;
        changed.media->file = file;
        TRY_OK(parts_.messages.set_content(tx, id, content_text(changed), now.folded, std::nullopt, std::nullopt));
        TRY_OK(parts_.events.append(tx, workspace, MessageChanged{now.id, now.session, now.chat, {"media"}}));
        return is;
    }));
    co_return is;
}

asio::awaitable<void> MessageFiles::run(std::stop_token stop) {
    // A strand: the executor may have many threads, and who wakes us comes on another.
    auto const strand = asio::make_strand(co_await asio::this_coro::executor);
    co_await asio::co_spawn(strand, loop(std::move(stop)), asio::use_awaitable);
}

asio::awaitable<void> MessageFiles::loop(std::stop_token stop) {
    auto const strand = co_await asio::this_coro::executor;
    EventBus::Subscription subscription{parts_.bus, WorkspaceId{}, strand};
    auto const on_stop = std::stop_callback{stop, [this] { parts_.bus.wake({}); }};
    while (!stop.stop_requested()) {
        auto const more = co_await look();
        while (busy_ < kAtOnce) {
            auto one = next();
            if (!one) break;
            ++busy_;
            asio::co_spawn(strand, fetch_wanted(*std::move(one)), [this](std::exception_ptr fault) {
                --busy_;
                parts_.bus.wake({});
                if (fault) std::rethrow_exception(fault);
            });
        }
        if (stop.stop_requested()) break;
        // What another process wrote wakes nobody here, so look every second as well.
        if (!more || !*more || busy_ == kAtOnce) co_await subscription.wait(std::chrono::seconds{1});
    }
    while (busy_ > 0) co_await subscription.wait(std::chrono::seconds{1});   // stopped sessions give up what they fetch
}

std::optional<MessageFiles::Wanted> MessageFiles::next() {
    auto const now = parts_.clock.now();
    auto const found = std::ranges::find_if(wanted_, [&](Wanted const& one) { return one.due <= now; });
    if (found == wanted_.end()) return std::nullopt;
    auto out = *found;
    wanted_.erase(found);
    return out;
}

Task<bool> MessageFiles::look() {
    if (wanted_.size() >= kBatch) co_return false;
    CO_TRY(auto const behind, co_await parts_.db.read([this](Transaction& tx) { return parts_.messages.behind(tx, kCursor); }));
    auto more = false;
    for (auto const& workspace : behind) {
        auto const outcome = co_await read_some(workspace);
        more = more || (outcome && *outcome);
    }
    co_return more;
}

/// Moves what came in from the event log to the list. After a crash the few that were under way stay to be asked for.
Task<bool> MessageFiles::read_some(WorkspaceId workspace) {
    struct Found {
        std::vector<MessageId> messages;
        bool more = false;
    };
    CO_TRY(auto const found, co_await parts_.db.write([this, workspace](Transaction& tx) -> Result<Found> {
        TRY(auto const after, parts_.events.cursor(tx, workspace, kCursor));
        TRY(auto const page,
            parts_.events.read(tx, workspace, {.after = after, .limit = kBatch, .types = {std::string{MessageReceived::kName}}}));
        Found out{.more = page.more};
        for (auto const& event : page.events)
            if (auto const received = read_json<MessageReceived>(event.data); received && has_file(received->type))
                out.messages.push_back(received->message);
        TRY_OK(parts_.events.set_cursor(tx, workspace, kCursor, page.last));
        return out;
    }));
    for (auto const& message : found.messages) wanted_.push_back({workspace, message});
    co_return found.more;
}

asio::awaitable<void> MessageFiles::fetch_wanted(Wanted one) {
    auto row = co_await find({.workspace = one.workspace}, one.message);
    if (!row) co_return;
    auto const media = content_from(row->content).media;
    if (!media || !media->remote || media->file || media->size <= 0 || media->size > policy_.most) co_return;
    auto const fetched = co_await fetch(*std::move(row));
    if (fetched || !worth_another(fetched.error().code) || ++one.tries == kMostTries) co_return;
    one.due = parts_.clock.now() + kFirstPause * (1 << one.tries);
    wanted_.push_back(one);
}

}   // namespace waqtor
