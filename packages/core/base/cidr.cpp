#include "core/base/cidr.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace waqtor {
namespace {
struct Parsed {
    std::array<std::uint8_t, 16> bytes{};
    bool four = false;
};

/// IPv4 becomes ::ffff:a.b.c.d, so that both families compare alike.
std::optional<Parsed> parse_address(std::string_view text) {
    auto const copy = std::string{text.substr(0, text.find('%'))};   // without an IPv6 zone
    Parsed out;
    in_addr v4{};
    if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
        out.four = true;
        out.bytes[10] = out.bytes[11] = 0xff;
        std::memcpy(out.bytes.data() + 12, &v4, 4);
        return out;
    }
    if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
    return std::nullopt;
}
}   // namespace

std::optional<Cidr> Cidr::parse(std::string_view text) {
    auto const slash = text.find('/');
    auto const address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    Cidr out;
    out.bytes_ = address->bytes;
    if (slash == text.npos) return out;
    auto const digits = text.substr(slash + 1);
    unsigned bits = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > (address->four ? 32U : 128U)) return std::nullopt;
    out.bits_ = address->four ? bits + 96 : bits;
    return out;
}

bool Cidr::contains(std::string_view address) const {
    auto const other = parse_address(address);
    if (!other) return false;
    auto const whole = bits_ / 8;
    if (std::memcmp(bytes_.data(), other->bytes.data(), whole) != 0) return false;
    if (bits_ % 8 == 0) return true;
    auto const mask = static_cast<std::uint8_t>(0xff << (8 - bits_ % 8));
    return (bytes_[whole] & mask) == (other->bytes[whole] & mask);
}

bool any_contains(std::vector<std::string> const& ranges, std::string_view address) {
    for (auto const& text : ranges)
        if (auto const range = Cidr::parse(text); range && range->contains(address)) return true;
    return false;
}

bool is_loopback(std::string_view address) {
    static auto const four = *Cidr::parse("127.0.0.0/8");
    static auto const six = *Cidr::parse("::1");
    return four.contains(address) || six.contains(address);
}

}   // namespace waqtor
