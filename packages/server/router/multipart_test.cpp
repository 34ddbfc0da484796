#include "server/router/multipart.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=\"x y\"";

TEST(Multipart, ReadsFieldsAndFiles) {
    std::string_view const body =
        "--x y\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n+15550100\r\n--x y\r\n"
        "content-type: image/png\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.png\"\r\n"
        "\r\n\x89PNG\r\n--x\r\n--x y--\r\n";
    auto const parts = parse_form(kType, body);
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 2U);
    EXPECT_EQ(parts->at(0).name, "phone");
    EXPECT_EQ(parts->at(0).body, "+15550100");
    EXPECT_EQ(parts->at(1).file_name, "a;b.png");
    EXPECT_EQ(parts->at(1).content_type, "image/png");
    EXPECT_EQ(parts->at(1).body, "\x89PNG\r\n--x");
}

TEST(Multipart, RefusesWhatIsBroken) {
    for (std::string_view body : {"", "--x y", "--x y\r\n", "--x y\r\n\r\n\r\n--x y--", "--x y\r\nname\r\n\r\n\r\n--x y--",
                                  "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end", "other"})
        EXPECT_FALSE(parse_form(kType, body)) << body;
    EXPECT_FALSE(parse_form("multipart/form-data", "--\r\n"));
}

}   // namespace
}   // namespace waqtor
