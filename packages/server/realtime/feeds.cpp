#include "server/realtime/feeds.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kPage = 256;
constexpr auto kMostTurns = 64;   // of the loop, that publications wait for each other

struct Newcomer {
    std::shared_ptr<Client> client;
    Shard* shard;
};

void send_in(Newcomer newcomer, std::int64_t seq) {
    auto const executor = newcomer.shard->executor();
    asio::post(executor, [newcomer = std::move(newcomer), seq] { newcomer.shard->attach(newcomer.client, seq); });
}
}   // namespace

struct Feeds::Feed {
    Feed(HubParts& parts, WorkspaceId of, asio::any_io_executor const& home)
        : workspace{of}, subscription{parts.bus, of, home}, pause{home} {}
    WorkspaceId workspace;
    EventBus::Subscription subscription;   // before the first look at the log: nothing is missed
    asio::steady_timer pause;
    std::map<Shard*, std::size_t> members;   // clients of each shard
    std::vector<Newcomer> newcomers;         // until it is known where the log ends
    std::optional<std::int64_t> position;
    std::vector<Shared> waiting;   // publications, until no more come at once
    bool gathering = false;
};

Feeds::Feeds(HubParts& parts, asio::any_io_executor home)
    : parts_{parts}, home_{std::move(home)}, deflater_{parts.settings.compression_level} {}

void Feeds::begin() {
    asio::co_spawn(home_, sample(), [self = shared_from_this()](std::exception_ptr) {});
}

/// Counted as running only once it does: a server that never got to run has nothing to wait for.
asio::awaitable<void> Feeds::sample() {
    auto const self = shared_from_this();
    parts_.tally.add();
    asio::steady_timer each{home_};   // here, because it must not outlive the executor as this object does
    samples_ = &each;
    while (!stopping_) {
        each.expires_after(std::chrono::seconds{1});
        co_await each.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!stopping_) parts_.watch.sample(parts_.counters, parts_.settings.alerts, parts_.clock.now(), resident_bytes());
    }
    samples_ = nullptr;
    parts_.tally.remove();
}

void Feeds::enter(std::shared_ptr<Client> client, WorkspaceId workspace, Shard& shard) {
    asio::post(home_, [self = shared_from_this(), client = std::move(client), workspace, &shard]() mutable {
        self->enter_here(std::move(client), workspace, shard);
    });
}

void Feeds::leave(WorkspaceId workspace, Shard& shard) {
    asio::post(home_, [self = shared_from_this(), workspace, &shard] { self->leave_here(workspace, shard); });
}

void Feeds::enter_here(std::shared_ptr<Client> client, WorkspaceId workspace, Shard& shard) {
    auto& feed = feeds_[workspace];
    auto const fresh = !feed;
    if (fresh) feed = std::make_shared<Feed>(parts_, workspace, home_);
    ++feed->members[&shard];
    if (feed->position)
        send_in({std::move(client), &shard}, *feed->position);
    else
        feed->newcomers.push_back({std::move(client), &shard});
    if (!fresh) return;
    parts_.tally.add();
    asio::co_spawn(home_, run(feed), [self = shared_from_this()](std::exception_ptr) { self->parts_.tally.remove(); });
}

void Feeds::leave_here(WorkspaceId workspace, Shard& shard) {
    auto const found = feeds_.find(workspace);
    if (found == feeds_.end()) return;
    auto& feed = *found->second;
    if (auto const member = feed.members.find(&shard); member != feed.members.end() && --member->second == 0)
        feed.members.erase(member);
    if (!feed.members.empty()) return;
    auto const ended = found->second;   // run() sees that nobody is left
    feeds_.erase(found);
    ended->subscription.interrupt();
    ended->pause.cancel();
}

void Feeds::stop() {
    asio::post(home_, [self = shared_from_this()] {
        self->stopping_ = true;
        if (self->samples_) self->samples_->cancel();
        for (auto const& [workspace, feed] : self->feeds_) {
            feed->subscription.interrupt();
            feed->pause.cancel();
        }
    });
}

Deflater* Feeds::deflater() { return parts_.deflating > 0 ? &deflater_ : nullptr; }

void Feeds::publish(WorkspaceId workspace, Publication publication) {
    asio::post(home_, [self = shared_from_this(), workspace, publication = std::move(publication)] {
        auto const found = self->feeds_.find(workspace);
        if (found == self->feeds_.end()) return;
        auto const& settings = self->parts_.settings;
        auto one = broadcast_of(publication, self->parts_.clock.now(), self->deflater(), settings.compression_threshold);
        ++self->parts_.counters.encoded;
        self->parts_.counters.last_broadcast = self->parts_.clock.now().time_since_epoch().count();
        auto const& feed = found->second;
        feed->waiting.push_back(std::move(one));
        if (!std::exchange(feed->gathering, true)) self->gather(feed, 0, 0);
    });
}

/// What is published in a burst leaves in one write a client: it is sent once the loop had a turn in which nothing was added.
void Feeds::gather(std::shared_ptr<Feed> feed, std::size_t before, int turns) {
    if (feed->waiting.size() > before && turns < kMostTurns) {
        auto const now = feed->waiting.size();
        asio::post(home_, [self = shared_from_this(), feed = std::move(feed), now, turns] { self->gather(feed, now, turns + 1); });
        return;
    }
    feed->gathering = false;
    send(*feed, std::make_shared<std::vector<Shared> const>(std::exchange(feed->waiting, {})), 0);
}

void Feeds::send(Feed& feed, Batch const& batch, std::int64_t last) {
    // Posted, never run at once: a newcomer's attach() is on its way by the same road.
    for (auto const& member : feed.members)
        asio::post(member.first->executor(),
                   [shard = member.first, workspace = feed.workspace, batch, last] { shard->deliver(workspace, batch, last); });
}

/// True when there is more to read at once.
Task<bool> Feeds::read(std::shared_ptr<Feed> feed) {
    EventFilter const filter{.after = *feed->position, .limit = kPage};
    CO_TRY(auto const page, co_await parts_.db.read([log = &parts_.log, workspace = feed->workspace, filter](Transaction& tx) {
        return log->read(tx, workspace, filter);
    }));
    if (page.events.empty() && page.last == *feed->position) co_return page.more;
    auto batch = std::make_shared<std::vector<Shared>>();
    batch->reserve(page.events.size());
    auto const now = parts_.clock.now().time_since_epoch().count();
    parts_.counters.last_broadcast = now;
    for (auto const& event : page.events) {
        if (event.type == "session.qr_changed") parts_.counters.last_qr = now;
        batch->push_back(broadcast_of(event, deflater(), parts_.settings.compression_threshold));
    }
    parts_.counters.encoded += batch->size();
    feed->position = page.last;
    send(*feed, batch, page.last);
    co_return page.more;
}

asio::awaitable<void> Feeds::run(std::shared_ptr<Feed> feed) {
    auto const self = shared_from_this();
    auto const wait = [feed](std::chrono::milliseconds time) {
        feed->pause.expires_after(time);
        return feed->pause.async_wait(asio::as_tuple(asio::use_awaitable));
    };
    auto last_batch = std::chrono::steady_clock::time_point{};
    while (!stopping_ && !feed->members.empty()) {
        if (!feed->position) {
            auto const newest = co_await parts_.db.read(
                [log = &parts_.log, workspace = feed->workspace](Transaction& tx) { return log->last(tx, workspace); });
            if (!newest) {   // the database is busy: try again
                co_await wait(parts_.settings.poll);
                continue;
            }
            feed->position = *newest;
            for (auto& newcomer : std::exchange(feed->newcomers, {})) send_in(std::move(newcomer), *newest);
            continue;
        }
        // Under load events come together; a lone one is sent at once.
        auto const rest = last_batch + parts_.settings.window - std::chrono::steady_clock::now();
        if (rest > rest.zero()) co_await wait(std::chrono::ceil<std::chrono::milliseconds>(rest));
        auto const before = *feed->position;
        auto const more = co_await read(feed);
        if (*feed->position != before) last_batch = std::chrono::steady_clock::now();
        if (more.value_or(false)) continue;
        co_await feed->subscription.wait(parts_.settings.poll);
    }
    // Who came as this stopped was told to leave already: its shard must hear the answer.
    for (auto& newcomer : std::exchange(feed->newcomers, {})) send_in(std::move(newcomer), 0);
}

}   // namespace waqtor::realtime
