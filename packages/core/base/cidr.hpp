#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

/// An address or a range of them. IPv4 and its IPv6-mapped form (::ffff:…) are the same address.
class Cidr {
public:
    /// "192.0.2.7", "192.0.2.0/24", "2001:db8::/32".
    static std::optional<Cidr> parse(std::string_view text);
    bool contains(std::string_view address) const;

private:
    std::array<std::uint8_t, 16> bytes_{};
    unsigned bits_ = 128;
};

/// True when any range holds the address. Texts that are no range hold nothing.
bool any_contains(std::vector<std::string> const& ranges, std::string_view address);
bool is_loopback(std::string_view address);

}   // namespace waqtor
