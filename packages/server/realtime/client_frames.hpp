#pragma once
#include "core/base/described.hpp"
#include "server/realtime/topics.hpp"

// What clients and server say to each other, each a JSON object in a text message with its `type`.

namespace waqtor::realtime {

enum class Ask : std::uint8_t { subscribe, unsubscribe, ping, get_state, resume, get_monitor };
BOOST_DESCRIBE_ENUM(Ask, subscribe, unsubscribe, ping, get_state, resume, get_monitor)

struct Subscribe {
    Ask type{};
    std::optional<std::string> id{};
    std::optional<std::vector<std::string>> topics{};
    std::optional<std::vector<std::string>> events{};
    std::optional<std::vector<SessionId>> sessions{};
};
BOOST_DESCRIBE_STRUCT(Subscribe, (), (type, id, topics, events, sessions))
struct PingFrame {
    Ask type{};
    std::optional<std::string> id{};
    std::optional<std::int64_t> timestamp{};
};
BOOST_DESCRIBE_STRUCT(PingFrame, (), (type, id, timestamp))
struct GetState {
    Ask type{};
    std::optional<std::string> id{};
};
BOOST_DESCRIBE_STRUCT(GetState, (), (type, id))
struct Resume {
    Ask type{};
    std::optional<std::string> id{};
    std::int64_t after = 0;
};
BOOST_DESCRIBE_STRUCT(Resume, (), (type, id, after))
struct GetMonitor {
    Ask type{};
    std::optional<std::string> id{};
    std::optional<bool> history{};
};
BOOST_DESCRIBE_STRUCT(GetMonitor, (), (type, id, history))
struct Limits {
    std::int64_t payload_bytes = 0;
    std::int64_t message_bytes = 0;
    std::int64_t messages_per_second = 0;
    std::int64_t burst = 0;
    std::int64_t buffered_bytes = 0;
    std::int64_t resume_events = 0;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (payload_bytes, message_bytes, messages_per_second, burst, buffered_bytes, resume_events))

/// The first frame of every connection.
struct Welcome {
    std::string server = "waqtor";
    std::string version;
    std::int64_t heartbeat_ms = 0;
    Limits limits;
    std::vector<Topic> topics;   // that this caller may have
    std::int64_t seq = 0;        // of the newest event: what comes next is after it
    std::int64_t client = 0;     // this connection, as the monitor names it
};
BOOST_DESCRIBE_STRUCT(Welcome, (), (server, version, heartbeat_ms, limits, topics, seq, client))

/// What is subscribed to now.
struct Subscribed {
    std::vector<Topic> topics;
    std::vector<std::string> events;
    std::int64_t seq = 0;   // every event after it that is subscribed to now will come
};
BOOST_DESCRIBE_STRUCT(Subscribed, (), (topics, events, seq))

}   // namespace waqtor::realtime

namespace waqtor {
template <>
inline constexpr std::array kFields<realtime::Subscribe>{
    Field{"type", "subscribe or unsubscribe"},
    Field{"id", "Comes back with the answer", 1, 64},
    Field{"topics", "Topics, or * for all that are allowed", 0, 32},
    Field{"events", "Event types, patterns like message.*, or * for all", 0, 64},
    Field{"sessions", "Only what is about these sessions", 0, 100},
};

template <>
inline constexpr std::array kFields<realtime::PingFrame>{
    Field{"type", "ping"},
    Field{"id", "Comes back with the answer", 1, 64},
    Field{"timestamp", "Of the client's clock; comes back with the answer"},
};

template <>
inline constexpr std::array kFields<realtime::GetState>{Field{"type", "get_state"},
                                                        Field{"id", "Comes back with the answer", 1, 64}};

template <>
inline constexpr std::array kFields<realtime::GetMonitor>{
    Field{"type", "get_monitor"},
    Field{"id", "Comes back with the answer", 1, 64},
    Field{"history", "All points of the charts, not only the newest"},
};

template <>
inline constexpr std::array kFields<realtime::Resume>{
    Field{"type", "resume"},
    Field{"id", "Comes back with the answer", 1, 64},
    Field{"after", "The seq of the last event the client has", 0, std::int64_t{1} << 53},
};

}   // namespace waqtor
