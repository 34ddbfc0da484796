#pragma once
#include "core/base/described.hpp"
#include "core/base/id.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <mutex>

namespace waqtor::realtime {
namespace asio = boost::asio;

/// What the door and the clients' connections refuse.
enum class Incident : std::uint8_t {
    blocked_address,
    bad_origin,
    unauthorised,
    expired_handshake,
    bad_signature,
    too_many,
    rate_limited,
    oversized,
    violation,
    slow,
    kicked,
};
BOOST_DESCRIBE_ENUM(Incident, blocked_address, bad_origin, unauthorised, expired_handshake, bad_signature, too_many, rate_limited,
                    oversized, violation, slow, kicked)

/// One line of the security log.
struct SecurityEntry {
    Timestamp at{};
    Incident what{};
    std::string address;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(SecurityEntry, (), (at, what, address, detail))

/// One point of the charts.
struct Sample {
    Timestamp at{};
    std::int64_t connections = 0;
    std::int64_t received = 0;
    std::int64_t delivered = 0;
    std::int64_t refused = 0;
    std::int64_t buffered = 0;
    std::int64_t rss = 0;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (at, connections, received, delivered, refused, buffered, rss))

struct History {
    std::vector<Sample> seconds;
    std::vector<Sample> minutes;
};
BOOST_DESCRIBE_STRUCT(History, (), (seconds, minutes))

enum class AlertKind : std::uint8_t { memory, buffered, refused, slow };
BOOST_DESCRIBE_ENUM(AlertKind, memory, buffered, refused, slow)

/// A figure that is over its limit.
struct HubAlert {
    AlertKind kind{};
    std::int64_t value = 0;
    std::int64_t limit = 0;
    Timestamp since{};
};
BOOST_DESCRIBE_STRUCT(HubAlert, (), (kind, value, limit, since))

/// The last error of the hub itself.
struct HubError {
    Timestamp at{};
    std::string message;
    std::string source;
};
BOOST_DESCRIBE_STRUCT(HubError, (), (at, message, source))

}   // namespace waqtor::realtime

namespace waqtor {
template <>
inline constexpr std::array kFields<realtime::SecurityEntry>{
    Field{"at", "When"},
    Field{"what", "What was refused or ended"},
    Field{"address", "Of the client"},
    Field{"detail", "In words"},
};

template <>
inline constexpr std::array kFields<realtime::Sample>{
    Field{"at", "The end of the second or minute"},
    Field{"connections", "At that time; of a minute the most"},
    Field{"received", "Messages from clients in that time"},
    Field{"delivered", "Messages to clients in that time"},
    Field{"refused", "Clients refused in that time"},
    Field{"buffered", "Bytes that waited for clients; of a minute the most"},
    Field{"rss", "Bytes of memory; of a minute the most"},
};

template <>
inline constexpr std::array kFields<realtime::History>{Field{"seconds", "Each of the last 10 minutes, oldest first"},
                                                       Field{"minutes", "Each of the last 24 hours, oldest first"}};

template <>
inline constexpr std::array kFields<realtime::HubAlert>{
    Field{"kind", "Which figure"},
    Field{"value", "What it is"},
    Field{"limit", "What it should not exceed"},
    Field{"since", "Since when"},
};

template <>
inline constexpr std::array kFields<realtime::HubError>{
    Field{"at", "When"},
    Field{"message", "What failed"},
    Field{"source", "Where"},
};
}   // namespace waqtor

namespace waqtor::realtime {

struct HubCounters;

/// The limits over which somebody is told; 0: never.
struct AlertLimits {
    std::int64_t memory_mib = 0;
    std::int64_t buffered_mib = 0;
    std::int64_t refused_per_minute = 0;
    std::int64_t slow_per_minute = 0;
};

/// Remembers what happened: the security log, the charts' points, alerts. In memory only, bounded, from any thread.
class Watch {
public:
    static constexpr std::size_t kSeconds = 600;
    static constexpr std::size_t kMinutes = 1'440;
    static constexpr std::size_t kEntries = 500;

    /// Of a client of `workspace`; nobody knows whose the refused ones were.
    void note(SecurityEntry entry, std::optional<WorkspaceId> workspace = {});
    void fail(HubError error);
    /// A point of the charts, of the second that ends now. Called once a second.
    void sample(HubCounters const& counters, AlertLimits const& limits, Timestamp now, std::int64_t rss);

    /// Newest first. What concerns the clients of other workspaces is not for this one.
    std::vector<SecurityEntry> security(WorkspaceId workspace) const;
    History history(bool all) const;
    std::optional<HubError> last_error() const;
    std::vector<HubAlert> alerts() const;
    /// Those that began since this was asked last.
    std::vector<HubAlert> take_new_alerts();

private:
    struct Totals {
        std::uint64_t received = 0;
        std::uint64_t delivered = 0;
        std::uint64_t refused = 0;
        std::uint64_t slow = 0;
    };
    void judge(AlertLimits const& limits, Sample const& now, std::int64_t slow);

    mutable std::mutex mutex_;
    struct Noted {
        SecurityEntry entry;
        std::optional<WorkspaceId> workspace;
    };
    std::deque<Noted> security_;
    std::deque<Sample> seconds_;
    std::deque<Sample> minutes_;
    std::deque<std::int64_t> slow_seconds_;   // clients closed as slow, of the last minute
    std::size_t of_minute_ = 0;               // seconds that are in the newest minute
    Totals before_;                           // a server begins with nothing
    std::optional<HubError> error_;
    std::vector<HubAlert> alerts_;
    std::vector<HubAlert> fresh_;
};

/// Bytes of memory this process has.
std::int64_t resident_bytes();

}   // namespace waqtor::realtime
