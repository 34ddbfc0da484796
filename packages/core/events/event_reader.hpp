#pragma once
#include "core/events/event_bus.hpp"
#include "core/events/event_log.hpp"

#include <stop_token>

namespace waqtor {

/// Reads the event log, and waits for more when there is nothing new: the long-poll.
class EventReader {
public:
    /// `poll`: how often to look without being woken, for events that another process wrote. `longest_wait`: no wait is longer,
    /// whatever is asked.
    EventReader(Database& db, EventLog& log, EventBus& bus, Milliseconds poll, Milliseconds longest_wait)
        : db_{db}, log_{log}, bus_{bus}, poll_{poll}, longest_wait_{longest_wait} {}

    /// Answers at once when there is an event that fits the filter, else within `wait`, or when `stop` fires (on the calling
    /// coroutine's executor).
    Task<EventPage> read(WorkspaceId workspace, EventFilter filter, Milliseconds wait, std::stop_token stop);

private:
    Database& db_;
    EventLog& log_;
    EventBus& bus_;
    Milliseconds poll_;
    Milliseconds longest_wait_;
};

struct EventsRequest {
    std::optional<std::int64_t> after{};
    std::optional<std::int64_t> limit{};
    std::optional<std::vector<std::string>> types{};
    std::optional<std::int64_t> wait{};
};
BOOST_DESCRIBE_STRUCT(EventsRequest, (), (after, limit, types, wait))
template <>
inline constexpr std::array kFields<EventsRequest>{
    Field{"after", "Only events with a larger seq; 0 or absent: from the beginning", 0, std::int64_t{1} << 53},
    Field{"limit", "At most this many; 100 by default", 1, 1000},
    Field{"types", "Only these types, separated by commas; user.* means all that begin with user.", 1, 32, Format::event_type},
    Field{"wait", "Seconds to wait when there is none yet; 0 by default", 0, 60},
};

/// Beside the events of an answer.
struct EventsTail {
    std::int64_t last = 0;
    bool has_more = false;
};
BOOST_DESCRIBE_STRUCT(EventsTail, (), (last, has_more))
template <>
inline constexpr std::array kFields<EventsTail>{
    Field{"last",
          "The seq to ask for next as `after`. Smaller than the one asked with when the log ends before that, as after a restore: "
          "then the answer comes at once"},
    Field{"has_more", "True when there are more already"},
};

}   // namespace waqtor
