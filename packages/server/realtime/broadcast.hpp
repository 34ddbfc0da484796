#pragma once
#include "core/events/event_log.hpp"
#include "server/realtime/topics.hpp"

#include <memory>

namespace waqtor::realtime {

class Deflater;

/// One message for many clients, encoded once; every queue holds the same bytes.
struct Broadcast {
    std::int64_t seq = 0;   // in the workspace's event log; 0 when it is not from there
    std::string type;
    Topic topic = Topic::system;
    std::optional<SessionId> session{};   // what it is about
    std::optional<UserId> user{};         // only for this person
    std::size_t collapse = 0;             // not 0: of several with the same number only the latest matters
    std::string plain;                    // the whole frame
    std::string packed;                   // the same compressed; empty when that was not worth it
};
using Shared = std::shared_ptr<Broadcast const>;
using Batch = std::shared_ptr<std::vector<Shared> const>;

/// What is said beside the event log: progress, presence, counts. Lost when nobody listens.
struct Publication {
    std::string type;
    json::value data;
    std::optional<SessionId> session{};
    std::optional<UserId> user{};
    std::string collapse{};   // "campaign.progress:ID": a newer one replaces what waits for a slow client
};

/// {"type","data","timestamp","seq"?,"id"?}: milliseconds since 1970, as in WaQtor 2.3. `data` is JSON text.
struct FrameText {
    std::string_view type;
    std::string_view data{};
    Timestamp at{};
    std::optional<std::int64_t> seq{};
    std::optional<std::string> id{};
};
std::string frame_text(FrameText const& frame);

/// `deflater` may be nullptr; texts shorter than `threshold` are not compressed.
Shared broadcast_of(StoredEvent const& event, Deflater* deflater, std::size_t threshold);
Shared broadcast_of(Publication const& publication, Timestamp at, Deflater* deflater, std::size_t threshold);

}   // namespace waqtor::realtime
