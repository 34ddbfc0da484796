#pragma once
#include "core/base/result.hpp"
#include "core/events/event_bus.hpp"

#include <functional>
#include <stop_token>

namespace waqtor {

/// The life of a reader of the event log that keeps a cursor of its own. Calls `step` as long as it says that there is more to do
/// at once, then each time the log of any workspace grows, and every second: what another process wrote wakes nobody here. A step
/// that fails is tried again like one that had nothing to do. On a strand of its own, because who wakes us may come on any thread;
/// ends after the step under way when `stop` is requested. `bus` and what `step` uses outlive it.
asio::awaitable<void> follow_log(EventBus& bus, std::stop_token stop, std::function<Task<bool>()> step);

}   // namespace waqtor
