#include "server/http/peers.hpp"

#include <boost/asio/ip/address.hpp>

namespace waqtor {
namespace {

/// One customer gets a whole /64 of IPv6, so that is what counts as one address.
std::string counted_as(std::string const& text) {
    boost::system::error_code wrong;
    auto const address = asio::ip::make_address(text, wrong);
    if (wrong || !address.is_v6() || address.to_v6().is_v4_mapped()) return text;
    auto const bytes = address.to_v6().to_bytes();
    return std::string(reinterpret_cast<char const*>(bytes.data()), 8);
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}
}   // namespace

Peers::Peers(HttpSettings const& settings)
    : proxies_{parse(settings.trusted_proxies)},
      allowed_{parse(settings.allowed_addresses)},
      most_{settings.connections},
      most_from_one_{settings.connections_per_address} {}

std::vector<Cidr> Peers::parse(std::vector<std::string> const& texts) {
    std::vector<Cidr> out;
    for (auto const& text : texts)
        if (auto const range = Cidr::parse(text)) out.push_back(*range);
    return out;
}

bool Peers::in(std::vector<Cidr> const& ranges, std::string_view address) {
    return std::ranges::any_of(ranges, [&](Cidr const& range) { return range.contains(address); });
}

Peers::Verdict Peers::admit(std::string const& address) {
    auto const counted = !trusted(address);
    auto lock = std::lock_guard{mutex_};
    if (count_ >= most_) return Verdict::too_many;
    if (counted) {
        auto& from_there = by_address_[counted_as(address)];
        if (from_there >= most_from_one_) return Verdict::too_many_from_there;
        ++from_there;
    }
    ++count_;
    return Verdict::welcome;
}

void Peers::release(std::string const& address) {
    auto const counted = !trusted(address);
    auto lock = std::lock_guard{mutex_};
    --count_;
    if (!counted) return;
    auto const at = by_address_.find(counted_as(address));
    if (--at->second == 0) by_address_.erase(at);
}

std::size_t Peers::count() const {
    auto lock = std::lock_guard{mutex_};
    return count_;
}

std::string_view Peers::client_of(Request const& request, std::string_view peer) const {
    auto client = peer;
    for (auto header = request.headers.rbegin(); header != request.headers.rend(); ++header) {
        if (!same_ignoring_case(header->name, "x-forwarded-for")) continue;
        auto rest = header->value;
        while (!rest.empty()) {
            auto const comma = rest.rfind(',');
            auto const one = trim(comma == rest.npos ? rest : rest.substr(comma + 1));
            rest = comma == rest.npos ? std::string_view{} : rest.substr(0, comma);
            if (!Cidr::parse(one) || one.find('/') != one.npos) return client;
            client = one;
            if (!trusted(one)) return client;
        }
    }
    return client;
}

}   // namespace waqtor
