#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <functional>
#include <future>
#include <vector>

namespace waqtor {

/// What runs as long as the server does: sessions, campaigns, the bot. Ended in the reverse order of their start.
class Residents {
public:
    explicit Residents(boost::asio::thread_pool& pool) : pool_{pool} {}
    ~Residents() { stop(); }
    Residents(Residents const&) = delete;
    Residents& operator=(Residents const&) = delete;

    void start(boost::asio::awaitable<void> life, std::function<void()> end) {
        all_.push_back({boost::asio::co_spawn(pool_, std::move(life), boost::asio::use_future), std::move(end)});
    }
    /// Returns when all have ended. Rethrows what one of them threw.
    void stop() {
        while (!all_.empty()) {
            auto last = std::move(all_.back());
            all_.pop_back();
            last.end();
            last.done.get();
        }
    }

private:
    struct Resident {
        std::future<void> done;
        std::function<void()> end;
    };
    boost::asio::thread_pool& pool_;
    std::vector<Resident> all_;
};

}   // namespace waqtor
