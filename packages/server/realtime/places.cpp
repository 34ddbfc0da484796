#include "server/realtime/places.hpp"

#include <boost/asio/ip/address.hpp>

namespace waqtor::realtime {
namespace {
constexpr auto kConnectionsPerFactor = 10.0;   // who lets more connect lets them say more together: they all come back at once

/// One customer gets a whole /64 of IPv6, so that is what counts as one address.
std::string counted_address(std::string const& text) {
    boost::system::error_code wrong;
    auto const address = asio::ip::make_address(text, wrong);
    if (wrong || !address.is_v6() || address.to_v6().is_v4_mapped()) return text;
    auto const bytes = address.to_v6().to_bytes();
    return std::string(reinterpret_cast<char const*>(bytes.data()), 8);
}
}   // namespace

Place::~Place() {
    if (owner_.places) owner_.places->release(held_);
}

bool Place::take(TokenBucket::Clock::time_point now) {
    return std::ranges::all_of(held_, [&](Held const& held) { return held.name.front() == 'w' || held.counted->bucket.take(now); });
}

Result<Place> Places::admit(Caller const& caller) {
    struct Limit {
        std::string name;
        std::size_t most;
        std::string_view says;
    };
    std::vector<Limit> limits{
        {"a" + counted_address(caller.address), settings_.connections_per_address,
         "This address has all the connections it may have"},
        {"w" + caller.workspace.text(), settings_.connections_per_workspace, "The workspace has all the connections it may have"}};
    if (caller.proof == Proof::key)
        limits.push_back({"k" + (caller.key ? caller.key->text() : "fixed"), settings_.connections_per_key,
                          "This API key has all the connections it may have"});
    Place out;
    auto lock = std::lock_guard{mutex_};
    if (counted_.size() >= look_at_) forget_idle();
    for (auto const& limit : limits) {
        auto const found = counted_.find(limit.name);
        if (found != counted_.end() && found->second->connections >= limit.most)
            return fail(Code::rate_limited, std::string{limit.says});
    }
    for (auto& limit : limits) {
        auto& counted = counted_[limit.name];
        auto const factor = std::max(settings_.shared_factor, static_cast<double>(limit.most) / kConnectionsPerFactor);
        if (!counted) counted = std::make_shared<Counted>(factor * settings_.messages_per_second, factor * settings_.burst);
        ++counted->connections;
        out.held_.push_back({std::move(limit.name), counted});
    }
    out.owner_ = Place::Owner{this};
    return out;
}

void Places::release(std::vector<Place::Held> const& held) {
    auto lock = std::lock_guard{mutex_};
    auto const now = TokenBucket::Clock::now();
    for (auto const& one : held)
        if (--one.counted->connections == 0 && one.counted->bucket.full(now)) counted_.erase(one.name);
}

/// Who left with an emptied bucket finds it as empty when they come back at once; later it is full, and nothing to remember.
void Places::forget_idle() {
    auto const now = TokenBucket::Clock::now();
    std::erase_if(counted_, [&](auto const& entry) { return entry.second->connections == 0 && entry.second->bucket.full(now); });
    look_at_ = std::max<std::size_t>(1024, 2 * counted_.size());
}

}   // namespace waqtor::realtime
