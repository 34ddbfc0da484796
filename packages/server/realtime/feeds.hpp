#pragma once
#include "server/realtime/client.hpp"

namespace waqtor::realtime {

/// The readers of the event log: one for each workspace that has clients. Everything happens on the home executor; only the
/// pointers to clients are passed on to their shards.
class Feeds : public std::enable_shared_from_this<Feeds> {
public:
    Feeds(HubParts& parts, asio::any_io_executor home);

    /// Remembers the charts' points from now on.
    void begin();

    // From any thread.
    void enter(std::shared_ptr<Client> client, WorkspaceId workspace, Shard& shard);
    void leave(WorkspaceId workspace, Shard& shard);
    void publish(WorkspaceId workspace, Publication publication);
    void stop();

private:
    struct Feed;
    void enter_here(std::shared_ptr<Client> client, WorkspaceId workspace, Shard& shard);
    void leave_here(WorkspaceId workspace, Shard& shard);
    asio::awaitable<void> run(std::shared_ptr<Feed> feed);
    asio::awaitable<void> sample();
    Task<bool> read(std::shared_ptr<Feed> feed);
    void gather(std::shared_ptr<Feed> feed, std::size_t before, int turns);
    void send(Feed& feed, Batch const& batch, std::int64_t last);
    Deflater* deflater();

    HubParts& parts_;
    asio::any_io_executor home_;
    asio::steady_timer* samples_ = nullptr;   // while sample() runs
    Deflater deflater_;
    std::unordered_map<WorkspaceId, std::shared_ptr<Feed>> feeds_;
    bool stopping_ = false;
};

}   // namespace waqtor::realtime
