#include "server/realtime/handshake.hpp"

#include "core/base/json.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace waqtor::realtime {
namespace {

/// The vectors that packages/sdk-node computes too.
json::array vectors() {
    std::ifstream in{WAQTOR_VECTORS "/handshake.json", std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return json::parse(text.str()).as_array();
}

TEST(Handshake, SignaturesAreThoseOfTheSharedVectors) {
    auto const all = vectors();
    ASSERT_EQ(all.size(), 7U);
    for (auto const& one : all) {
        auto const text = [&](char const* name) { return std::string{one.at(name).as_string()}; };
        auto const key = text("apiKey"), time = std::to_string(one.at("ts").as_int64()), address = text("address"),
                   nonce = text("nonce");
        EXPECT_EQ(handshake_signature(text("secret"), {.key = key, .time = time, .address = address, .nonce = nonce}), text("sig"))
            << text("name");
    }
}

}   // namespace
}   // namespace waqtor::realtime
