#include "server/health/health.hpp"

#include "core/base/json.hpp"
#include "server/testing/request_for.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

class HealthTest : public testing::Test {
protected:
    HealthTest() {
        readiness.add("database", [this]() -> Task<void> {
            ++asked;
            if (broken) co_return fail(Code::storage_full, "cannot be written");
            co_return Result<void>{};
        });
        readiness.add("disk", []() -> Task<void> { co_return Result<void>{}; });
        declare_health_routes(api, readiness, clock, "1.2.3");
    }
    Response get(std::string path) {
        auto const request = server_testing::MadeRequest{"GET", std::move(path)};
        return server_testing::answer(api, *request);
    }
    TestClock clock;
    Readiness readiness{clock};
    Router api;
    int asked = 0;
    bool broken = false;
};

TEST_F(HealthTest, SaysThatItLives) {
    auto const got = get("/health");
    EXPECT_EQ(got.status, 200U);
    auto const body = parse_json(got.body).value();
    EXPECT_EQ(body.at("success"), true);
    EXPECT_EQ(body.at("status"), "ok");
    EXPECT_EQ(body.at("timestamp").as_string(), to_iso(clock.now()));
    EXPECT_EQ(body.at("service"), "Waqtor API");
    EXPECT_EQ(body.at("version"), "1.2.3");
    for (auto const* name : {"status", "timestamp", "service", "version"}) EXPECT_EQ(body.at("data").at(name), body.at(name));
}

TEST_F(HealthTest, NamesTheCheckThatFails) {
    EXPECT_EQ(get("/ready").body, R"({"success":true,"data":{"status":"ready","checks":["database","disk"]}})");
    broken = true;
    clock.advance(std::chrono::seconds{1});
    auto const got = get("/ready");
    EXPECT_EQ(got.status, 503U);
    auto const body = parse_json(got.body).value();
    auto const& detail = body.at("error").at("details").at(0);
    EXPECT_EQ(detail.at("field"), "database");
    EXPECT_EQ(detail.at("problem"), "cannot be written");
}

TEST_F(HealthTest, AsksAtMostOnceASecond) {
    for (auto i = 0; i < 10; ++i) get("/ready");
    EXPECT_EQ(asked, 1);
    clock.advance(std::chrono::seconds{1});
    get("/ready");
    EXPECT_EQ(asked, 2);
}

TEST_F(HealthTest, IsNotReadyOnceItStops) {
    readiness.stop();
    EXPECT_EQ(get("/ready").status, 503U);
    EXPECT_EQ(get("/health").status, 200U);
}

}   // namespace
}   // namespace waqtor
