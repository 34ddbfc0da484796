#include "core/campaigns/campaign.hpp"

#include <numeric>

namespace waqtor {
namespace {
/// splitmix64's finisher: every bit of the input changes about half of the output.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

std::uint64_t absorb(std::uint64_t state, Uuid const& id) {
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < 8; ++i) word = word << 8 | id.bytes[half * 8 + i];   // the same on every machine
        state = mix(state + word + 0x9e3779b97f4a7c15);
    }
    return state;
}
}   // namespace

std::size_t sticky_choice(CampaignId campaign, ContactId contact, std::uint64_t salt, std::vector<std::int64_t> const& weights) {
    auto const total = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    if (total <= 0) return 0;
    auto const hash = absorb(absorb(mix(salt), campaign.uuid), contact.uuid);
    auto left = static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(total));
    for (std::size_t i = 0; i < weights.size(); ++i)
        if ((left -= weights[i]) < 0) return i;
    return weights.size() - 1;
}

std::string variant_name(CampaignRow const& campaign, std::size_t variant) {
    if (variant < campaign.variants.size() && campaign.variants[variant].name) return *campaign.variants[variant].name;
    return std::string(1, static_cast<char>('A' + variant % 26));
}

}   // namespace waqtor
