#pragma once
#include "core/base/database.hpp"
#include "core/base/json.hpp"

namespace waqtor {

/// A struct that is an event: past tense, plain data, described. Its name, version and fields are public (api/events.json).
template <class E>
concept Event = DescribedStruct<E> && requires {
    { E::kName } -> std::convertible_to<std::string_view>;
    { E::kVersion } -> std::convertible_to<int>;
    { E::kHelp } -> std::convertible_to<std::string_view>;
};

/// One row of a workspace's event log. `seq` starts at 1 and has no gaps.
struct StoredEvent {
    std::int64_t seq = 0;
    std::string type;
    int version = 1;
    Timestamp at{};
    json::value data;
};
BOOST_DESCRIBE_STRUCT(StoredEvent, (), (seq, type, version, at, data))
template <>
inline constexpr std::array kFields<StoredEvent>{
    Field{"seq", "Number in the workspace's event log: starts at 1, no gaps", 1},
    Field{"type", "What happened, past tense"},
    Field{"version", "Version of the data's shape", 1},
    Field{"at", "When it was written"},
    Field{"data", "The event's own fields, see events.json"},
};

struct EventFilter {
    std::int64_t after = 0;             // only events with a larger seq
    std::size_t limit = 100;            // at most this many
    std::vector<std::string> types{};   // only these; empty means all; "user.*" means every type that starts with "user."
};

/// What a read found. `last` is the seq to go on from: that of the last event looked at, filtered out or not.
struct EventPage {
    std::vector<StoredEvent> events;
    std::int64_t last = 0;
    bool more = false;
};

/// The numbered events of each workspace: the one source for webhooks, real time, long-poll and export.
class EventLog {
public:
    virtual ~EventLog() = default;

    /// Adds an event inside the caller's transaction and wakes the readers when it is on disk. Returns its seq.
    template <Event E> Result<std::int64_t> append(Transaction& transaction, WorkspaceId workspace, E const& event) {
        return append_row(transaction, workspace, E::kName, E::kVersion, json_text(event));
    }
    virtual Result<EventPage> read(Transaction& transaction, WorkspaceId workspace, EventFilter const& filter) = 0;
    /// The seq of the newest event, 0 when there is none.
    virtual Result<std::int64_t> last(Transaction& transaction, WorkspaceId workspace) = 0;
    /// Where the reader called `name` stopped; 0 when it never read.
    virtual Result<std::int64_t> cursor(Transaction& transaction, WorkspaceId workspace, std::string_view name) = 0;
    /// Remembers where the reader stopped. Never moves back.
    virtual Result<void> set_cursor(Transaction& transaction, WorkspaceId workspace, std::string_view name, std::int64_t seq) = 0;

protected:
    virtual Result<std::int64_t> append_row(Transaction& transaction, WorkspaceId workspace, std::string_view type, int version,
                                            std::string data) = 0;
};

}   // namespace waqtor
