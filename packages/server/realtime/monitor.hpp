#pragma once
#include "core/base/id.hpp"
#include "server/realtime/watch.hpp"

#include <map>

// What /api/ws-stats, /api/ws-metrics and /api/ws-monitor answer: WaQtor 2.3's planned fields, and more beside them.

namespace waqtor::realtime {

struct HubParts;

/// One client, as the table of the monitor shows it. Times in seconds, sizes in bytes.
struct WsClient {
    std::int64_t id = 0;
    std::string ip;
    UserId user;
    std::string proof;
    Timestamp connected_at{};
    std::int64_t connected = 0;
    std::optional<std::int64_t> last_ping{};
    std::optional<double> rtt_ms{};
    bool is_alive = true;
    std::int64_t buffered = 0;
    std::vector<std::string> subscriptions;
    std::int64_t received = 0;
    std::int64_t sent = 0;
    std::int64_t sent_bytes = 0;
    std::int64_t violations = 0;
    std::int64_t seq = 0;
    bool compressed = false;
};
BOOST_DESCRIBE_STRUCT(WsClient, (),
                      (id, ip, user, proof, connected_at, connected, last_ping, rtt_ms, is_alive, buffered, subscriptions, received,
                       sent, sent_bytes, violations, seq, compressed))

struct WsServer {
    std::string version;
    std::int64_t uptime = 0;
    std::string uptime_formatted;
    Timestamp start_time{};
    Timestamp timestamp{};
};
BOOST_DESCRIBE_STRUCT(WsServer, (), (version, uptime, uptime_formatted, start_time, timestamp))

struct WsConnections {
    std::int64_t current = 0;
    std::int64_t total = 0;
    std::int64_t disconnections = 0;
    std::int64_t alive = 0;
    std::int64_t dead = 0;
};
BOOST_DESCRIBE_STRUCT(WsConnections, (), (current, total, disconnections, alive, dead))

struct WsMessages {
    std::int64_t received = 0;
    std::int64_t broadcasts = 0;
    std::int64_t delivered = 0;
    std::optional<Timestamp> last_broadcast{};
};
BOOST_DESCRIBE_STRUCT(WsMessages, (), (received, broadcasts, delivered, last_broadcast))

struct WsErrors {
    std::int64_t total = 0;
    std::optional<HubError> last{};
};
BOOST_DESCRIBE_STRUCT(WsErrors, (), (total, last))

struct WsMemory {
    std::int64_t rss = 0;
    std::int64_t peak = 0;
    std::int64_t machine_total = 0;
    std::int64_t machine_free = 0;
};
BOOST_DESCRIBE_STRUCT(WsMemory, (), (rss, peak, machine_total, machine_free))

struct WsCpu {
    std::vector<double> load_avg;
    std::int64_t cores = 1;
    double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(WsCpu, (), (load_avg, cores, seconds))

struct WsSystem {
    WsMemory memory;
    WsCpu cpu;
};
BOOST_DESCRIBE_STRUCT(WsSystem, (), (memory, cpu))

struct WsBuffer {
    std::int64_t clients = 0;
    std::int64_t total_buffered = 0;
    std::int64_t max_buffered = 0;
    std::int64_t avg_buffered = 0;
    std::int64_t overloaded = 0;
};
BOOST_DESCRIBE_STRUCT(WsBuffer, (), (clients, total_buffered, max_buffered, avg_buffered, overloaded))

struct WsSecurity {
    std::int64_t unauthorized_attempts = 0;
    std::int64_t rate_limit_violations = 0;
    std::int64_t invalid_origins = 0;
    std::int64_t expired_handshakes = 0;
    std::int64_t invalid_signatures = 0;
    std::int64_t oversized_messages = 0;
    std::int64_t blocked_addresses = 0;
    std::int64_t too_many_connections = 0;
    std::int64_t protocol_violations = 0;
    std::int64_t slow_closed = 0;
};
BOOST_DESCRIBE_STRUCT(WsSecurity, (),
                      (unauthorized_attempts, rate_limit_violations, invalid_origins, expired_handshakes, invalid_signatures,
                       oversized_messages, blocked_addresses, too_many_connections, protocol_violations, slow_closed))

/// GET /api/ws-monitor, and the frame `monitor`. Clients are those of the caller's workspace; the other figures are the server's.
struct WsMonitor {
    WsServer server;
    WsConnections connections;
    WsMessages messages;
    WsErrors errors;
    WsSystem system;
    WsBuffer buffer;
    WsSecurity security;
    std::map<std::string, std::int64_t> topics;
    std::vector<HubAlert> alerts;
    std::vector<WsClient> clients;
    std::vector<SecurityEntry> security_log;
    History history;
};
BOOST_DESCRIBE_STRUCT(WsMonitor, (),
                      (server, connections, messages, errors, system, buffer, security, topics, alerts, clients, security_log,
                       history))

/// GET /api/ws-stats.
struct WsStats {
    WsServer server;
    WsConnections connections;
    WsMessages messages;
    std::map<std::string, std::int64_t> topics;
};
BOOST_DESCRIBE_STRUCT(WsStats, (), (server, connections, messages, topics))

struct WsTotals {
    std::int64_t connections = 0;
    std::int64_t disconnections = 0;
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    std::int64_t broadcasts = 0;
    std::optional<Timestamp> last_qr{};   // JSON "lastQr"
    std::int64_t uptime = 0;
    std::string uptime_formatted;
};
BOOST_DESCRIBE_STRUCT(WsTotals, (), (connections, disconnections, messages, errors, broadcasts, last_qr, uptime, uptime_formatted))

struct WsNow {
    std::int64_t clients = 0;
    std::int64_t authenticated = 0;
    std::int64_t alive = 0;
    std::int64_t dead = 0;
};
BOOST_DESCRIBE_STRUCT(WsNow, (), (clients, authenticated, alive, dead))

/// GET /api/ws-metrics.
struct WsMetrics {
    WsTotals metrics;
    WsNow websocket;
    std::map<std::string, std::int64_t> topics;
    WsBuffer buffer;
    WsSecurity security;
    Timestamp timestamp{};
};
BOOST_DESCRIBE_STRUCT(WsMetrics, (), (metrics, websocket, topics, buffer, security, timestamp))

/// What one network thread knows of its clients.
struct Inspection {
    std::vector<WsClient> clients;   // of the workspace that is asked for
    std::map<std::string, std::int64_t> topics;
    WsBuffer buffer;
    std::int64_t alive = 0;
    std::int64_t dead = 0;

    void add(Inspection other);
};

/// The whole picture; `all_history` false: only the newest seconds.
WsMonitor monitor_of(HubParts const& parts, WorkspaceId workspace, Inspection found, bool all_history);
WsMetrics metrics_of(HubParts const& parts, WsMonitor const& monitor);

}   // namespace waqtor::realtime

namespace waqtor {
template <>
inline constexpr std::array kFields<realtime::WsClient>{
    Field{"id", "To end it with"},
    Field{"ip", "Its address"},
    Field{"user", "The person, or who made the key"},
    Field{"proof", "cookie, bearer or key"},
    Field{"connected_at", "When it came"},
    Field{"connected", "Seconds it has been here"},
    Field{"last_ping", "Seconds since it answered a ping"},
    Field{"rtt_ms", "How long that answer took"},
    Field{"is_alive", "False when an answer is overdue"},
    Field{"buffered", "Bytes that wait for it"},
    Field{"subscriptions", "Topics and event patterns"},
    Field{"received", "Messages from it"},
    Field{"sent", "Frames sent to it"},
    Field{"sent_bytes", "Bytes sent to it"},
    Field{"violations", "Messages over its limits"},
    Field{"seq", "The event it stands at"},
    Field{"compressed", "True when it takes compressed frames"},
};

template <>
inline constexpr std::array kFields<realtime::WsServer>{
    Field{"version", "Of the server"},    Field{"uptime", "Seconds"},         Field{"uptime_formatted", "In words"},
    Field{"start_time", "When it began"}, Field{"timestamp", "Time of this"},
};

template <>
inline constexpr std::array kFields<realtime::WsConnections>{
    Field{"current", "Clients now"},
    Field{"total", "Clients since the start"},
    Field{"disconnections", "Of them gone"},
    Field{"alive", "Clients that answer"},
    Field{"dead", "Clients whose answer is overdue"},
};

template <>
inline constexpr std::array kFields<realtime::WsMessages>{
    Field{"received", "Messages from clients"},
    Field{"broadcasts", "Messages encoded for clients"},
    Field{"delivered", "Messages queued for clients"},
    Field{"last_broadcast", "When the last one was encoded"},
};

template <>
inline constexpr std::array kFields<realtime::WsErrors>{Field{"total", "Errors of the hub itself"}, Field{"last", "The last one"}};

template <>
inline constexpr std::array kFields<realtime::WsMemory>{
    Field{"rss", "Bytes this process has"},
    Field{"peak", "Bytes it had at most"},
    Field{"machine_total", "Bytes of the machine"},
    Field{"machine_free", "Bytes that are available"},
};

template <>
inline constexpr std::array kFields<realtime::WsCpu>{
    Field{"load_avg", "Of 1, 5 and 15 minutes"},
    Field{"cores", "Of the machine"},
    Field{"seconds", "Processor time this process used"},
};

template <> inline constexpr std::array kFields<realtime::WsSystem>{Field{"memory", "Memory"}, Field{"cpu", "Processors"}};

template <>
inline constexpr std::array kFields<realtime::WsBuffer>{
    Field{"clients", "Clients now"},
    Field{"total_buffered", "Bytes that wait for all of them"},
    Field{"max_buffered", "Bytes that wait for the slowest"},
    Field{"avg_buffered", "Bytes that wait for one, on average"},
    Field{"overloaded", "Clients for which half of what may wait does wait"},
};

template <>
inline constexpr std::array kFields<realtime::WsSecurity>{
    Field{"unauthorized_attempts", "Refused: no valid proof"},
    Field{"rate_limit_violations", "Messages over the limit"},
    Field{"invalid_origins", "Refused: page of another site"},
    Field{"expired_handshakes", "Refused: signed too long ago"},
    Field{"invalid_signatures", "Refused: signature wrong or used"},
    Field{"oversized_messages", "Messages that were too big"},
    Field{"blocked_addresses", "Refused: address"},
    Field{"too_many_connections", "Refused: too many connections"},
    Field{"protocol_violations", "Clients that broke the protocol"},
    Field{"slow_closed", "Clients closed because they read too slowly"},
};

template <>
inline constexpr std::array kFields<realtime::WsMonitor>{
    Field{"server", "The server"},
    Field{"connections", "Clients"},
    Field{"messages", "Messages"},
    Field{"errors", "Errors of the hub"},
    Field{"system", "Memory and processors"},
    Field{"buffer", "What waits for clients"},
    Field{"security", "What was refused"},
    Field{"topics", "Clients subscribed to each topic"},
    Field{"alerts", "Figures over their limit"},
    Field{"clients", "The workspace's clients"},
    Field{"security_log", "What was refused or ended lately, newest first"},
    Field{"history", "Points of the charts"},
};

template <>
inline constexpr std::array kFields<realtime::WsStats>{
    Field{"server", "The server"},
    Field{"connections", "Clients"},
    Field{"messages", "Messages"},
    Field{"topics", "Clients subscribed to each topic"},
};

template <>
inline constexpr std::array kFields<realtime::WsTotals>{
    Field{"connections", "Clients since the start"},
    Field{"disconnections", "Of them gone"},
    Field{"messages", "Messages from clients"},
    Field{"errors", "Errors of the hub"},
    Field{"broadcasts", "Messages encoded for clients"},
    Field{"last_qr", "When a QR code was last told of"},
    Field{"uptime", "Seconds"},
    Field{"uptime_formatted", "In words"},
};

template <>
inline constexpr std::array kFields<realtime::WsNow>{
    Field{"clients", "Clients now"},
    Field{"authenticated", "Of them with a proof: all, nobody comes in without"},
    Field{"alive", "Clients that answer"},
    Field{"dead", "Clients whose answer is overdue"},
};

template <>
inline constexpr std::array kFields<realtime::WsMetrics>{
    Field{"metrics", "Since the start"},
    Field{"websocket", "Now"},
    Field{"topics", "Clients subscribed to each topic"},
    Field{"buffer", "What waits for clients"},
    Field{"security", "What was refused"},
    Field{"timestamp", "Time of this"},
};
}   // namespace waqtor
