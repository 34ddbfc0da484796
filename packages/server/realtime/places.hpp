#pragma once
#include "core/accounts/caller.hpp"
#include "server/realtime/hub_settings.hpp"
#include "server/realtime/token_bucket.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace waqtor::realtime {

/// What the connections of one address, key or workspace share.
struct Counted {
    Counted(double per_second, double burst) : bucket{per_second, burst} {}
    std::size_t connections = 0;   // guarded by Places
    TokenBucket bucket;
};

class Places;

/// One connection's place among those of its address, key and workspace; given back when this goes.
class Place {
public:
    Place() = default;
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) noexcept = default;
    ~Place();

    /// Takes one from the wider buckets; false when one of them is empty.
    bool take(TokenBucket::Clock::time_point now);

private:
    friend class Places;
    struct Held {
        std::string name;
        std::shared_ptr<Counted> counted;
    };
    struct Owner {
        Places* places = nullptr;
        Owner() = default;
        explicit Owner(Places* to) : places{to} {}
        Owner(Owner&& other) noexcept : places{std::exchange(other.places, nullptr)} {}
        Owner& operator=(Owner&& other) noexcept {
            std::swap(places, other.places);
            return *this;
        }
    };
    Owner owner_;
    std::vector<Held> held_;
};

/// Connection caps and the wider token buckets. From any thread.
class Places {
public:
    explicit Places(HubSettings const& settings) : settings_{settings} {}

    /// Code::rate_limited when the address, key or workspace has all the connections it may have.
    Result<Place> admit(Caller const& caller);

    /// Addresses, keys and workspaces it remembers.
    std::size_t known() {
        auto lock = std::lock_guard{mutex_};
        return counted_.size();
    }

private:
    friend class Place;
    void release(std::vector<Place::Held> const& held);
    void forget_idle();

    HubSettings const& settings_;
    std::mutex mutex_;   // at connect and disconnect only
    std::map<std::string, std::shared_ptr<Counted>> counted_;
    std::size_t look_at_ = 1024;   // entries, before those of nobody are looked for
};

}   // namespace waqtor::realtime
