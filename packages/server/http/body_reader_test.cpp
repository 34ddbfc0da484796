#include "server/http/body_reader.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

/// Feeds `bytes` one after the other; the code of what is wrong, or none.
std::optional<Code> drip(BodyReader& reader, std::string_view bytes) {
    std::string unread;
    for (auto byte : bytes) {
        unread += byte;
        auto const used = reader.feed(unread);
        if (!used) return used.error().code;
        unread.erase(0, *used);
    }
    return {};
}

TEST(BodyReaderTest, EndsWhereItsLengthSays) {
    std::string body = "of another request";
    auto reader = BodyReader::make({.content_length = 5}, 5, body).value();
    EXPECT_EQ(body, "");
    EXPECT_EQ(drip(reader, "hell"), std::nullopt);
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(reader.feed("o, next request").value(), 1U);
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(body, "hello");
}

TEST(BodyReaderTest, TakesChunksUpToTheLimit) {
    std::string body;
    auto reader = BodyReader::make({.chunked = true}, 5, body).value();
    EXPECT_EQ(drip(reader, "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), std::nullopt);
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(body, "hello");
    auto larger = BodyReader::make({.chunked = true}, 5, body).value();
    EXPECT_EQ(drip(larger, "2\r\nhe\r\n4\r\n"), Code::too_large);
}

TEST(BodyReaderTest, RefusesByTheHeadAlone) {
    std::string body;
    auto const refused = BodyReader::make({.content_length = 6}, 5, body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::too_large);
    EXPECT_EQ(refused.error().message, "The body is larger than the 5 bytes allowed here");
}

TEST(BodyReaderTest, EarnsTimeWithWhatHasArrived) {
    std::string body;
    auto reader = BodyReader::make({.content_length = 100'000}, 100'000, body).value();
    EXPECT_EQ(reader.earned().count(), 0);
    ASSERT_TRUE(reader.feed(std::string(99'000, 'a')));
    EXPECT_EQ(reader.earned().count(), 3);
}

}   // namespace
}   // namespace waqtor
