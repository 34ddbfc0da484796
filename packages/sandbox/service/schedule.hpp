#pragma once
#include "core/base/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>

namespace waqtor::sandbox {

/// What happens later on the service's thread, in order of its time: one timer for 100,000 phones. Must outlive the executor's run,
/// or be cleared within it.
class Schedule {
public:
    explicit Schedule(boost::asio::any_io_executor const& executor) : timer_{executor} {}

    void after(Milliseconds wait, std::function<void()> work);
    /// Nothing of it happens any more, and what is added later neither.
    void stop();
    std::size_t size() const { return waiting_.size(); }

private:
    using Instant = std::chrono::steady_clock::time_point;

    boost::asio::steady_timer timer_;
    std::multimap<Instant, std::function<void()>> waiting_;
    bool stopped_ = false;

    void arm();
    void run_due();
};

}   // namespace waqtor::sandbox
