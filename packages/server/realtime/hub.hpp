#pragma once
#include "server/http/message.hpp"
#include "server/realtime/broadcast.hpp"
#include "server/realtime/door.hpp"
#include "server/realtime/hub_parts.hpp"

namespace waqtor::realtime {

class Feeds;

/// Real time: clients on /ws, fed by the event log of their workspace. One reader a workspace serves all its clients; what it reads
/// is encoded once. Stop it before the HTTP server whose threads it works on.
class Hub {
public:
    Hub(HubSettings settings, Database& db, EventLog& log, EventBus& bus, Authenticator& authenticator, Clock const& clock);
    ~Hub();   // stops it
    Hub(Hub const&) = delete;
    Hub& operator=(Hub const&) = delete;

    /// Adds to what `get_state` answers. Before serving.
    void add_state(std::string name, std::function<Result<json::value>(Transaction&, Caller const&)> read);
    /// The event log is read on `home`, one of the HTTP server's threads. Before the first client.
    void start(asio::any_io_executor home);

    /// Answers a request for /ws: a refusal, or the switch to WebSocket with the connection's hand-over.
    Task<Response> accept(Request const& request);
    /// A one-time ticket for whoever asks, to be used within settings.ticket_lasts.
    Result<Ticket> make_ticket(Caller caller);

    /// Tells the workspace's clients something that is not in the event log. From any thread.
    void publish(WorkspaceId workspace, Publication publication);

    /// The monitor's picture; the table is of the workspace's clients. `all_history` false: only the newest seconds.
    Task<WsMonitor> monitor(WorkspaceId workspace, bool all_history);
    Task<WsMetrics> metrics(WorkspaceId workspace);
    /// Ends a client of the workspace. Code::not_found when it is gone.
    Task<void> kick(WorkspaceId workspace, std::int64_t client);
    /// Alerts that began since this was asked last. From any thread.
    std::vector<HubAlert> take_new_alerts() { return parts_.watch.take_new_alerts(); }

    /// Says goodbye to all clients (1012) and returns when they and the readers are gone. Not on a network thread.
    void stop();

    HubCounters const& counters() const { return parts_.counters; }

private:
    Shard& shard_for(asio::any_io_executor const& executor);
    void enter(Upgraded& upgraded, Arrival arrival);
    std::vector<Shard*> shards();
    asio::awaitable<WsMonitor> look(WorkspaceId workspace, bool all_history);

    HubParts parts_;
    Door door_;
    std::mutex mutex_;   // of shards_, and of coming in while it stops: asked at connect only
    std::map<void const*, std::unique_ptr<Shard>> shards_;
    std::shared_ptr<Feeds> feeds_;
    std::atomic<bool> stopping_ = false;
};

}   // namespace waqtor::realtime
