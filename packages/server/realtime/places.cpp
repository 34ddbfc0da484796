#include "server/realtime/places.hpp"

#include <boost/asio/ip/address.hpp>

namespace waqtor::realtime {
namespace {
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
    for (auto const& limit : limits) {
        auto const found = counted_.find(limit.name);
        if (found != counted_.end() && found->second->connections >= limit.most)
            return fail(Code::rate_limited, std::string{limit.says});
    }
    for (auto& limit : limits) {
        auto& counted = counted_[limit.name];
        auto const factor = settings_.shared_factor;
        if (!counted) counted = std::make_shared<Counted>(factor * settings_.messages_per_second, factor * settings_.burst);
        ++counted->connections;
        out.held_.push_back({std::move(limit.name), counted});
    }
    out.owner_ = Place::Owner{this};
    return out;
}

void Places::release(std::vector<Place::Held> const& held) {
    auto lock = std::lock_guard{mutex_};
    for (auto const& one : held)
        if (--one.counted->connections == 0) counted_.erase(one.name);
}

}   // namespace waqtor::realtime
