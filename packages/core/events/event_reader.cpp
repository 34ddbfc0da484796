#include "core/events/event_reader.hpp"

#include <boost/asio/this_coro.hpp>

namespace waqtor {

Task<EventPage> EventReader::read(WorkspaceId workspace, EventFilter filter, Milliseconds wait, std::stop_token stop) {
    // On the bus before the first look: what is written in between is not missed.
    EventBus::Subscription subscription{bus_, workspace, co_await asio::this_coro::executor};
    auto const ends = std::stop_callback{stop, [&] { subscription.interrupt(); }};
    auto const until = std::chrono::steady_clock::now() + std::min(wait, longest_wait_);
    while (true) {
        CO_TRY(auto page, co_await db_.read([log = &log_, workspace, filter](Transaction& tx) -> Result<EventPage> {
            TRY(auto found, log->read(tx, workspace, filter));
            if (!found.events.empty()) return found;
            TRY(auto const newest, log->last(tx, workspace));
            found.last = std::min(found.last, newest);
            return found;
        }));
        if (page.last < filter.after) co_return page;   // the log ends before it (EventsTail)
        auto const left = std::chrono::ceil<Milliseconds>(until - std::chrono::steady_clock::now());
        if (!page.events.empty() || left <= Milliseconds{0} || stop.stop_requested()) co_return page;
        filter.after = page.last;
        if (!page.more) co_await subscription.wait(std::min(left, poll_));
    }
}

}   // namespace waqtor
