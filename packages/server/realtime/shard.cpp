#include "server/realtime/shard.hpp"

#include "server/realtime/client.hpp"

namespace waqtor::realtime {
namespace {
constexpr std::size_t kReadBuffer = 64 * 1024;

/// After these events somebody may do less than before.
bool touches_rights(std::string_view type) {
    return type.starts_with("user.") || type.starts_with("login.ended") || type.starts_with("key.revoked");
}
}   // namespace

Shard::Shard(HubParts& parts, asio::any_io_executor executor)
    : parts_{parts},
      executor_{std::move(executor)},
      timer_{executor_},
      read_buffer_(kReadBuffer),
      deflater_{parts.settings.compression_level} {}

void Shard::add(std::shared_ptr<Client> client) {
    clients_.insert(std::move(client));
    if (!sweeping_) sweep();
}

void Shard::remove(Client& client) {
    auto const workspace = client.caller().workspace;
    auto const group = groups_.find(workspace);
    if (group != groups_.end()) {
        std::erase_if(group->second.clients, [&](auto const& one) { return one.get() == &client; });
        if (group->second.clients.empty()) groups_.erase(group);
    }
    clients_.erase(client.shared_from_this());
    if (clients_.empty()) timer_.cancel();
    parts_.left(workspace, *this);
}

void Shard::attach(std::shared_ptr<Client> const& client, std::int64_t seq) {
    if (!clients_.contains(client)) return;   // gone meanwhile
    auto& group = groups_[client->caller().workspace];
    group.clients.push_back(client);
    group.last = seq;
    client->start(seq);
    if (draining_) drain();
}

void Shard::deliver(WorkspaceId workspace, Batch const& batch, std::int64_t last) {
    auto const found = groups_.find(workspace);
    if (found == groups_.end()) return;
    if (last > 0) found->second.last = last;
    // A client that ends takes itself out of the list.
    auto const clients = found->second.clients;
    for (auto const& broadcast : *batch) {
        if (broadcast->seq > 0 && touches_rights(broadcast->type))
            for (auto const& client : clients) client->check_rights();
        for (auto const& client : clients)
            if (client->live()) client->take(broadcast);
    }
    for (auto const& client : clients) client->flush();
}

std::int64_t Shard::position(WorkspaceId workspace) const {
    auto const found = groups_.find(workspace);
    return found == groups_.end() ? 0 : found->second.last;
}

void Shard::drain() {
    draining_ = true;
    auto const spread = std::max<std::int64_t>(parts_.settings.retry.count(), 1);
    std::int64_t n = 0;
    for (auto const& client : std::vector(clients_.begin(), clients_.end())) {
        auto const retry = (++n * 7919) % spread;   // a prime: spreads evenly whatever the number of clients
        client->close(CloseCode::restart, "restart; retry in " + std::to_string(retry) + " ms");
        client->flush();
    }
}

void Shard::abort() {
    for (auto const& client : std::vector(clients_.begin(), clients_.end())) client->abort();
}

void Shard::sweep() {
    sweeping_ = !clients_.empty();
    if (!sweeping_) return;
    timer_.expires_after(parts_.settings.sweep);
    timer_.async_wait([this](boost::system::error_code failure) {
        if (failure) return sweep();   // cancelled because nobody was left; somebody may be here by now
        auto const now = Client::Steady::now();
        for (auto const& client : std::vector(clients_.begin(), clients_.end())) client->check(now);
        sweep();
    });
}

}   // namespace waqtor::realtime
