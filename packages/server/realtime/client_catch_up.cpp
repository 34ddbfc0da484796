// A client that is not live: its rights are checked again, its state is read, and it is given the events it missed.
#include "server/realtime/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kPage = 200;
}

void Client::check_rights() {
    must_recheck_ = true;
    if (!attached_ || closing_) return;
    catch_up();
}

void Client::catch_up() {
    live_ = false;
    if (catching_up_ || !attached_ || closing_ || gone_) return;
    catching_up_ = true;
    asio::co_spawn(shard_.executor(), run_catch_up(), [self = shared_from_this()](std::exception_ptr thrown) {
        self->catching_up_ = false;
        if (self->gone_) return;
        if (thrown) {
            self->shard_.parts().failed("catch-up", {.code = Code::internal, .message = "an exception"});
            self->close(CloseCode::internal, "the server failed");
        }
        self->flush();
        // Asio may run other things between the last step and here: what they asked for is not forgotten.
        if (self->must_catch_up()) self->catch_up();
    });
}

/// True when something waits for a catch-up. A client that resumes says first what it wants to hear.
bool Client::must_catch_up() const {
    if (live_ || closing_ || gone_) return false;
    return must_recheck_ || state_ || !resume_ || !subscriptions_.empty();
}

asio::awaitable<void> Client::run_catch_up() {
    auto const self = shared_from_this();
    while (!closing_ && !gone_) {
        if (must_recheck_) {
            if (!co_await recheck()) co_return;
            continue;   // perhaps again meanwhile
        }
        if (state_ && state_->data.empty()) {
            if (auto const read = co_await read_state(); !read) {
                say_error(read.error(), state_->id);
                state_.reset();
            }
            continue;
        }
        if (!must_catch_up()) co_return flush();   // until then its position stays
        if (!resume_ && !state_ && position_ >= shard_.position(caller_.workspace)) co_return went_live();
        auto const more = co_await read_on();
        if (closing_ || gone_) co_return;
        if (!more) {
            shard_.parts().failed("catch-up", more.error());
            close(more.error().code == Code::internal ? CloseCode::internal : CloseCode::try_again_later,
                  "the event log cannot be read now; resume after " + std::to_string(drop_waiting()));
            co_return;
        }
        flush();
        if (must_recheck_ || (state_ && state_->data.empty())) continue;
        if (!*more && position_ >= shard_.position(caller_.workspace)) co_return went_live();
        co_await wait_for_room();
    }
}

/// In one step with the last look at the position: what the shard delivers next is the next event.
void Client::went_live() {
    live_ = true;
    if (auto const done = std::move(resume_)) {
        ++shard_.parts().counters.resumed;
        say("resumed", json::object{{"after", done->after}, {"upTo", position_}, {"events", done->events}});
    }
    flush();
}

asio::awaitable<bool> Client::recheck() {
    must_recheck_ = false;
    auto caller = co_await shard_.parts().authenticator.recheck(caller_);
    if (closing_ || gone_) co_return false;
    if (!caller) {
        auto const ended = caller.error().code == Code::unauthenticated || caller.error().code == Code::forbidden;
        close(ended ? CloseCode::policy : CloseCode::try_again_later,
              ended ? "the login or key has ended"
                    : "the login cannot be checked now; resume after " + std::to_string(drop_waiting()));
        co_return false;
    }
    caller_ = *std::move(caller);
    auto const lost = subscriptions_.authorise(caller_);
    if (!lost.empty()) say("unsubscribed", json::object{{"topics", write_json(lost.list())}, {"reason", "forbidden"}});
    flush();
    co_return true;
}

Task<void> Client::read_state() {
    auto& parts = shard_.parts();
    struct Snapshot {
        std::string data;
        std::int64_t seq = 0;
    };
    CO_TRY(auto snapshot, co_await parts.db.read([&parts, caller = caller_](Transaction& tx) -> Result<Snapshot> {
        json::object data;
        for (auto const& source : parts.states) {
            TRY(auto value, source.read(tx, caller));
            data[source.name] = std::move(value);
        }
        TRY(auto const seq, parts.log.last(tx, caller.workspace));
        return Snapshot{json::serialize(data), seq};
    }));
    state_->data = std::move(snapshot.data);
    state_->seq = snapshot.seq;
    co_return Result<void>{};
}

/// Sends the next events, and the state where it belongs among them. True when there may be more.
Task<bool> Client::read_on() {
    auto& parts = shard_.parts();
    struct Found {
        EventPage page;
        std::int64_t newest = 0;
        std::int64_t oldest = 0;   // that is still there, after the position
    };
    EventFilter filter{.after = position_, .limit = kPage};
    if (state_) filter.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(state_->seq - position_, 0, kPage));
    auto const workspace = caller_.workspace;
    CO_TRY(auto found, co_await parts.db.read([&parts, workspace, filter](Transaction& tx) -> Result<Found> {
        TRY(auto page, parts.log.read(tx, workspace, filter));
        TRY(auto const newest, parts.log.last(tx, workspace));
        auto const oldest = page.events.empty() ? newest + 1 : page.events.front().seq;
        return Found{std::move(page), newest, oldest};
    }));
    if (closing_ || gone_ || must_recheck_) co_return true;
    auto const asked = resume_ ? resume_->after : filter.after;
    if (resume_ && resume_->events == 0 && position_ == asked) {
        auto const lost = filter.limit > 0 && found.oldest > asked + 1 && asked > 0;   // the first ones were removed
        if (asked > found.newest || found.newest - asked > parts.settings.resume_events || lost) {
            ++parts.counters.reset;
            resume_.reset();
            position_ = found.newest;
            say("reset", json::object{{"reason", asked > found.newest ? "unknown" : "too_old"},
                                      {"after", asked},
                                      {"seq", position_},
                                      {"reload", json::array{"get_state", "/api/events"}}});
            co_return true;
        }
    }
    for (auto const& event : found.page.events) {
        if (closing_ || gone_ || event.seq <= position_) continue;
        auto const threshold = parts.settings.compression_threshold;
        auto const before = outbox_.frames();
        take(broadcast_of(event, deflates_ ? &shard_.deflater() : nullptr, threshold));
        if (resume_ && outbox_.frames() > before) ++resume_->events;
    }
    if (filter.limit > 0) position_ = std::max(position_, found.page.last);
    if (state_ && position_ >= state_->seq) {
        auto const text =
            frame_text({.type = "state", .data = state_->data, .at = parts.clock.now(), .seq = state_->seq, .id = state_->id});
        state_.reset();
        push_frame(Opcode::text, text);
        co_return true;
    }
    co_return found.page.more;
}

/// Until little enough waits for the client that more may be read for it.
asio::awaitable<void> Client::wait_for_room() {
    if (outbox_.bytes() < shard_.parts().settings.buffered_bytes / 2) co_return;
    auto timer = asio::steady_timer{shard_.executor(), asio::steady_timer::time_point::max()};
    room_ = &timer;
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    room_ = nullptr;
}

}   // namespace waqtor::realtime
