#include "sandbox/service/schedule.hpp"

namespace waqtor::sandbox {

void Schedule::after(Milliseconds wait, std::function<void()> work) {
    if (stopped_) return;
    auto const placed = waiting_.emplace(std::chrono::steady_clock::now() + wait, std::move(work));
    if (placed == waiting_.begin()) arm();
}

void Schedule::stop() {
    stopped_ = true;
    waiting_.clear();
    timer_.cancel();
}

void Schedule::arm() {
    if (waiting_.empty()) return;
    timer_.expires_at(waiting_.begin()->first);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) run_due();
    });
}

void Schedule::run_due() {
    auto const now = std::chrono::steady_clock::now();
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
        auto const next = waiting_.extract(waiting_.begin());
        next.mapped()();
    }
    arm();
}

}   // namespace waqtor::sandbox
