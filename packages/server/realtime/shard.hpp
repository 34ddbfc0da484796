#pragma once
#include "server/realtime/broadcast.hpp"
#include "server/realtime/codec/deflate.hpp"
#include "server/realtime/hub_parts.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace waqtor::realtime {

class Client;

/// The clients of one network thread. Everything here happens on that thread.
class Shard {
public:
    Shard(HubParts& parts, asio::any_io_executor executor);

    void add(std::shared_ptr<Client> client);
    void remove(Client& client);
    /// The client stands at `seq` now, and from here on gets what the feed sends.
    void attach(std::shared_ptr<Client> const& client, std::int64_t seq);
    /// What the workspace's feed read, up to `last`; 0 for what is not from the event log.
    void deliver(WorkspaceId workspace, Batch const& batch, std::int64_t last);
    /// The newest event that was delivered here.
    std::int64_t position(WorkspaceId workspace) const;

    /// What the monitor wants to know; the table is of the workspace's clients.
    Inspection inspect(WorkspaceId workspace) const;
    /// Ends the workspace's client with this id; false when it is not here.
    bool kick(WorkspaceId workspace, std::int64_t id);

    /// Says goodbye to every client; those still here at abort() are cut off.
    void drain();
    void abort();

    asio::any_io_executor const& executor() const { return executor_; }
    HubParts& parts() { return parts_; }
    std::span<char> read_buffer() { return read_buffer_; }
    Inflater& inflater() { return inflater_; }
    Deflater& deflater() { return deflater_; }

private:
    struct Group {
        std::vector<std::shared_ptr<Client>> clients;
        std::int64_t last = 0;
    };
    void sweep();

    HubParts& parts_;
    asio::any_io_executor executor_;
    std::optional<asio::steady_timer> timer_;   // while there are clients: it must not outlive the executor as this object does
    std::unordered_set<std::shared_ptr<Client>> clients_;
    std::unordered_map<WorkspaceId, Group> groups_;
    std::vector<char> read_buffer_;
    Inflater inflater_;
    Deflater deflater_;
    bool sweeping_ = false;
    bool draining_ = false;
};

}   // namespace waqtor::realtime
