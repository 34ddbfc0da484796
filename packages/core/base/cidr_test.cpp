#include "core/base/cidr.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

TEST(Cidr, HoldsItsAddresses) {
    auto const range = *Cidr::parse("192.0.2.128/25");
    EXPECT_TRUE(range.contains("192.0.2.200"));
    EXPECT_TRUE(range.contains("::ffff:192.0.2.200"));
    EXPECT_FALSE(range.contains("192.0.2.1"));
    EXPECT_FALSE(range.contains("2001:db8::1"));
    EXPECT_FALSE(range.contains("not an address"));
    EXPECT_TRUE(Cidr::parse("2001:db8::/32")->contains("2001:db8:1::5"));
    EXPECT_FALSE(Cidr::parse("2001:db8::/33")->contains("2001:db8:8000::5"));
    EXPECT_TRUE(Cidr::parse("0.0.0.0/0")->contains("203.0.113.9"));
    EXPECT_FALSE(Cidr::parse("0.0.0.0/0")->contains("2001:db8::1"));
}

TEST(Cidr, RefusesWhatIsNone) {
    for (auto text : {"", "192.0.2.0/33", "192.0.2/24", "2001:db8::/129", "a/8", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/8x"})
        EXPECT_FALSE(Cidr::parse(text)) << text;
}

TEST(Cidr, KnowsLoopback) {
    EXPECT_TRUE(is_loopback("127.0.0.1"));
    EXPECT_TRUE(is_loopback("127.8.8.8"));
    EXPECT_TRUE(is_loopback("::1"));
    EXPECT_TRUE(is_loopback("::ffff:127.0.0.1"));
    EXPECT_FALSE(is_loopback("0.0.0.0"));
    EXPECT_FALSE(is_loopback("192.0.2.1"));
}

}   // namespace
}   // namespace waqtor
