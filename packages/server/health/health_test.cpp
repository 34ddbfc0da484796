#include "server/health/health.hpp"

#include "core/base/json.hpp"
#include "server/testing/request_for.hpp"

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>

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

TEST(ReadinessTest, ACheckThatHangsFailsInTimeAndIsNotAskedAgainMeanwhile) {
    asio::io_context io;
    asio::steady_timer never{io, asio::steady_timer::time_point::max()};
    TestClock clock;
    Readiness readiness{clock, Milliseconds{20}};
    auto asked = 0;
    readiness.add("disk", [&]() -> Task<void> {
        ++asked;
        boost::system::error_code ignored;
        co_await never.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return Result<void>{};
    });
    readiness.add("other", []() -> Task<void> { throw std::runtime_error{"secret"}; });
    auto const problems = [&] {
        std::optional<std::vector<FieldProblem>> out;
        asio::co_spawn(io, readiness.problems(), [&](std::exception_ptr, auto found) { out = std::move(found); });
        while (!out) io.run_one();
        std::string text;
        for (auto const& [field, problem] : *out) text += field + " " + problem + "; ";
        clock.advance(std::chrono::seconds{1});
        return text;
    };
    EXPECT_EQ(problems(), "disk did not answer in time; other failed; ");
    EXPECT_EQ(problems(), "disk has not answered yet; other failed; ");
    EXPECT_EQ(asked, 1);
    never.cancel();
    io.run();
    io.restart();
    never.expires_at(asio::steady_timer::time_point::min());
    EXPECT_EQ(problems(), "other failed; ");
    EXPECT_EQ(asked, 2);
}

}   // namespace
}   // namespace waqtor
