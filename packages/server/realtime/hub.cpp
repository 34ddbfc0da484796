#include "server/realtime/hub.hpp"

#include "server/http/upgraded.hpp"
#include "server/realtime/feeds.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor::realtime {

Hub::Hub(HubSettings settings, Database& db, EventLog& log, EventBus& bus, Authenticator& authenticator, Clock const& clock)
    : parts_{.settings = std::move(settings), .db = db, .log = log, .bus = bus, .authenticator = authenticator, .clock = clock},
      door_{parts_} {
    parts_.started = clock.now();
    parts_.monitor = [this](WorkspaceId workspace, bool all_history) { return look(workspace, all_history); };
    parts_.left = [this](WorkspaceId workspace, Shard& shard) { feeds_->leave(workspace, shard); };
}

Hub::~Hub() { stop(); }

void Hub::add_state(std::string name, std::function<Result<json::value>(Transaction&, Caller const&)> read) {
    parts_.states.push_back({std::move(name), std::move(read)});
}

void Hub::start(asio::any_io_executor home) {
    feeds_ = std::make_shared<Feeds>(parts_, std::move(home));
    feeds_->begin();
}

Shard& Hub::shard_for(asio::any_io_executor const& executor) {
    void const* const thread = &asio::query(executor, asio::execution::context);
    auto& shard = shards_[thread];
    if (!shard) shard = std::make_unique<Shard>(parts_, executor);
    return *shard;
}

Task<Response> Hub::accept(Request const& request) {
    if (!feeds_ || stopping_) co_return fail(Code::unavailable, "The server is stopping");
    CO_TRY(auto admission, co_await door_.admit(request));
    auto response = std::move(admission.answer);
    response.upgrade = [this, arrival = std::make_shared<Arrival>(std::move(admission.arrival))](Upgraded& upgraded) {
        enter(upgraded, std::move(*arrival));
    };
    co_return response;
}

/// On the thread of the connection, which is the client's from now on.
void Hub::enter(Upgraded& upgraded, Arrival arrival) {
    auto lock = std::lock_guard{mutex_};   // who is in before stop() takes it is said goodbye to and waited for
    if (stopping_) return;                 // the socket closes with `upgraded`
    auto& shard = shard_for(upgraded.socket.get_executor());
    auto const workspace = arrival.caller.workspace;
    auto client = std::make_shared<Client>(shard, std::move(upgraded), std::move(arrival));
    shard.add(client);
    feeds_->enter(std::move(client), workspace, shard);
}

Result<Ticket> Hub::make_ticket(Caller caller) { return door_.make_ticket(std::move(caller)); }

void Hub::publish(WorkspaceId workspace, Publication publication) {
    if (feeds_) feeds_->publish(workspace, std::move(publication));
}

std::vector<Shard*> Hub::shards() {
    std::vector<Shard*> out;
    auto lock = std::lock_guard{mutex_};
    out.reserve(shards_.size());
    for (auto const& entry : shards_) out.push_back(entry.second.get());
    return out;
}

/// Each shard is asked on its own thread, one after another.
asio::awaitable<WsMonitor> Hub::look(WorkspaceId workspace, bool all_history) {
    Inspection found;
    for (auto* const shard : shards()) {
        auto ask = [](Shard* one, WorkspaceId of) -> asio::awaitable<Inspection> { co_return one->inspect(of); };
        found.add(co_await asio::co_spawn(shard->executor(), ask(shard, workspace), asio::use_awaitable));
    }
    co_return monitor_of(parts_, workspace, std::move(found), all_history);
}

Task<WsMonitor> Hub::monitor(WorkspaceId workspace, bool all_history) { co_return co_await look(workspace, all_history); }

Task<WsMetrics> Hub::metrics(WorkspaceId workspace) {
    auto const monitor = co_await look(workspace, false);
    co_return metrics_of(parts_, monitor);
}

Task<void> Hub::kick(WorkspaceId workspace, std::int64_t client) {
    for (auto* const shard : shards()) {
        auto ask = [](Shard* one, WorkspaceId of, std::int64_t id) -> asio::awaitable<bool> { co_return one->kick(of, id); };
        if (co_await asio::co_spawn(shard->executor(), ask(shard, workspace, client), asio::use_awaitable))
            co_return Result<void>{};
    }
    co_return fail(Code::not_found, "There is no such client");
}

void Hub::stop() {
    {
        auto lock = std::lock_guard{mutex_};
        if (!feeds_ || stopping_.exchange(true)) return;
    }
    auto const each = [&](auto work) {
        auto lock = std::lock_guard{mutex_};
        for (auto const& entry : shards_)
            asio::post(entry.second->executor(), [shard = entry.second.get(), work] { work(*shard); });
    };
    each([](Shard& shard) { shard.drain(); });
    feeds_->stop();
    if (!parts_.tally.wait(parts_.settings.drain)) {
        each([](Shard& shard) { shard.abort(); });
        parts_.tally.wait(std::chrono::seconds{2});
    }
}

}   // namespace waqtor::realtime
