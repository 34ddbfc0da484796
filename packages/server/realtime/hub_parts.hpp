#pragma once
#include "core/accounts/caller.hpp"
#include "core/base/time.hpp"
#include "core/events/event_bus.hpp"
#include "core/events/event_log.hpp"
#include "server/realtime/hub_settings.hpp"
#include "server/realtime/monitor.hpp"

#include <array>
#include <condition_variable>

namespace waqtor {
class Log;
}

namespace waqtor::realtime {

class Shard;

/// Where a client's state comes from, for `get_state`: read in one transaction together with the number of the newest event.
struct StateSource {
    std::string name;
    std::function<Result<json::value>(Transaction&, Caller const&)> read;
};

/// What the hub did, for /metrics and the monitor. From any thread.
struct HubCounters {
    std::atomic<std::int64_t> connections = 0;
    std::atomic<std::uint64_t> accepted = 0;
    std::atomic<std::uint64_t> received = 0;
    std::atomic<std::uint64_t> delivered = 0;
    std::atomic<std::uint64_t> encoded = 0;
    std::atomic<std::uint64_t> writes = 0;
    std::atomic<std::uint64_t> collapsed = 0;
    std::atomic<std::uint64_t> slow_closed = 0;
    std::atomic<std::uint64_t> rate_limited = 0;
    std::atomic<std::uint64_t> oversized = 0;
    std::atomic<std::uint64_t> violations = 0;
    std::atomic<std::uint64_t> dead = 0;
    std::atomic<std::uint64_t> resumed = 0;
    std::atomic<std::uint64_t> reset = 0;
    std::atomic<std::uint64_t> bad_origin = 0;
    std::atomic<std::uint64_t> unauthorised = 0;
    std::atomic<std::uint64_t> expired_handshakes = 0;
    std::atomic<std::uint64_t> bad_signatures = 0;
    std::atomic<std::uint64_t> blocked_addresses = 0;
    std::atomic<std::uint64_t> too_many = 0;
    std::atomic<std::uint64_t> kicked = 0;
    std::atomic<std::uint64_t> errors = 0;
    std::atomic<std::int64_t> buffered = 0;         // bytes that wait for clients
    std::atomic<std::int64_t> last_broadcast = 0;   // milliseconds since 1970; 0: never
    std::atomic<std::int64_t> last_qr = 0;
};

/// Counts what runs, so that stop() can wait for it.
class Tally {
public:
    void add() {
        auto lock = std::lock_guard{mutex_};
        ++running_;
    }
    void remove() {
        auto lock = std::lock_guard{mutex_};
        if (--running_ == 0) ended_.notify_all();
    }
    bool wait(std::chrono::milliseconds limit) {
        auto lock = std::unique_lock{mutex_};
        return ended_.wait_for(lock, limit, [&] { return running_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

/// What every part of the hub works with.
struct HubParts {
    HubSettings settings;
    Database& db;
    EventLog& log;
    EventBus& bus;
    Authenticator& authenticator;
    Clock const& clock;
    std::vector<StateSource> states{};
    HubCounters counters{};
    Watch watch{};
    Timestamp started{};
    std::atomic<std::int64_t> client_ids{0};
    Tally tally{};
    std::atomic<std::int64_t> deflating{0};            // clients that take compressed frames
    std::function<void(WorkspaceId, Shard&)> left{};   // a client of the workspace is gone; called on the shard's thread
    std::function<asio::awaitable<WsMonitor>(WorkspaceId, bool all_history)> monitor{};   // on the caller's executor

    /// Counts a refusal, or a connection's end, and writes it to the security log.
    void note(std::atomic<std::uint64_t>& counter, Incident what, std::string_view address, std::string_view detail,
              std::optional<WorkspaceId> workspace = {}) {
        ++counter;
        watch.note({clock.now(), what, std::string{address}, std::string{detail}}, workspace);
    }
    /// Something of ours failed.
    void failed(std::string_view source, Error const& error) {
        ++counters.errors;
        watch.fail({clock.now(), error.message, std::string{source}});
    }
};

}   // namespace waqtor::realtime
