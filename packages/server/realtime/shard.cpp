#include "server/realtime/shard.hpp"

#include "server/realtime/client.hpp"

#include <random>

namespace waqtor::realtime {
namespace {
constexpr auto kReadBuffer = std::size_t{64} * 1024;

/// After these events somebody may do less than before.
bool touches_rights(std::string_view type) {
    return type.starts_with("user.") || type.starts_with("login.ended") || type.starts_with("key.revoked");
}
}   // namespace

Shard::Shard(HubParts& parts, asio::any_io_executor executor)
    : parts_{parts}, executor_{std::move(executor)}, read_buffer_(kReadBuffer), deflater_{parts.settings.compression_level} {}

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
    if (clients_.empty()) timer_.reset();
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
    auto const rights = std::ranges::any_of(*batch, [](auto const& one) { return one->seq > 0 && touches_rights(one->type); });
    // A client that ends takes itself out of the list. Each gets all of it at once, while what it holds is in the cache.
    for (auto const& client : std::vector(found->second.clients)) {
        for (auto const& broadcast : *batch) {
            if (rights && broadcast->seq > 0 && touches_rights(broadcast->type)) client->check_rights();
            if (client->live()) client->take(broadcast);
        }
        client->flush();
    }
}

std::int64_t Shard::position(WorkspaceId workspace) const {
    auto const found = groups_.find(workspace);
    return found == groups_.end() ? 0 : found->second.last;
}

Inspection Shard::inspect(WorkspaceId workspace) const {
    Inspection out;
    auto const now = Client::Steady::now();
    auto const half = static_cast<std::int64_t>(parts_.settings.buffered_bytes / 2);
    for (auto const& client : clients_) {
        auto const buffered = static_cast<std::int64_t>(client->buffered());
        ++out.buffer.clients;
        ++(client->answers(now) ? out.alive : out.dead);
        out.buffer.total_buffered += buffered;
        out.buffer.max_buffered = std::max(out.buffer.max_buffered, buffered);
        if (buffered > half) ++out.buffer.overloaded;
        for (auto topic : client->subscribed().topics) ++out.topics[std::string{enum_name(topic)}];
        if (client->caller().workspace == workspace) out.clients.push_back(client->figures(now));
    }
    return out;
}

bool Shard::kick(WorkspaceId workspace, std::int64_t id) {
    auto const found = std::ranges::find_if(
        clients_, [&](auto const& client) { return client->id() == id && client->caller().workspace == workspace; });
    if (found == clients_.end()) return false;
    auto const client = (*found)->shared_from_this();   // it takes itself out of the set
    parts_.note(parts_.counters.kicked, Incident::kicked, client->caller().address, "by an administrator", workspace);
    client->close(CloseCode::policy, "ended by an administrator");
    client->flush();
    return true;
}

void Shard::drain() {
    draining_ = true;
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::int64_t> spread{0, std::max<std::int64_t>(parts_.settings.retry.count() - 1, 0)};
    for (auto const& client : std::vector(clients_.begin(), clients_.end())) {
        auto const retry = spread(random);
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
    timer_.emplace(executor_, parts_.settings.sweep);
    timer_->async_wait([this](boost::system::error_code failure) {
        if (failure) return sweep();   // cancelled because nobody was left; somebody may be here by now
        auto const now = Client::Steady::now();
        for (auto const& client : std::vector(clients_.begin(), clients_.end())) client->check(now);
        sweep();
    });
}

}   // namespace waqtor::realtime
