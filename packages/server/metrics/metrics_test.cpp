#include "server/metrics/metrics.hpp"

#include "server/log/log.hpp"
#include "server/router/router.hpp"
#include "server/testing/request_for.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {
using namespace std::chrono_literals;

Exchange exchange(std::string_view method, std::string_view route, unsigned status, std::chrono::microseconds took) {
    return {.method = method, .route = route, .status = status, .code = Code::not_found, .took = took, .request_id = "r"};
}

TEST(Metrics, CountByRouteAndStatus) {
    Metrics metrics;
    metrics.answered(exchange("GET", "/api/keys", 200, 700us));
    metrics.answered(exchange("GET", "/api/keys", 200, 2ms));
    metrics.answered(exchange("GET", "/api/keys", 404, 1ms));
    metrics.answered(exchange("POST", "/api/keys", 201, 1h));
    metrics.answered(exchange("GET", "", 404, 1us));
    auto const text = metrics.text();
    for (auto const* line : {
             R"(waqtor_requests_total{method="GET",route="/api/keys",status="2xx"} 2)",
             R"(waqtor_requests_total{method="GET",route="/api/keys",status="4xx"} 1)",
             R"(waqtor_requests_total{method="POST",route="/api/keys",status="2xx"} 1)",
             R"(waqtor_requests_total{method="GET",route="none",status="4xx"} 1)",
             R"(waqtor_request_seconds_bucket{method="GET",route="/api/keys",le="0.0005"} 0)",
             R"(waqtor_request_seconds_bucket{method="GET",route="/api/keys",le="0.001"} 2)",
             R"(waqtor_request_seconds_bucket{method="GET",route="/api/keys",le="+Inf"} 3)",
             R"(waqtor_request_seconds_sum{method="GET",route="/api/keys"} 0.003700)",
             R"(waqtor_request_seconds_bucket{method="POST",route="/api/keys",le="10"} 0)",
             R"(waqtor_request_seconds_count{method="POST",route="/api/keys"} 1)",
         })
        EXPECT_NE(text.find(line + std::string{"\n"}), text.npos) << line << "\n" << text;
}

TEST(Metrics, CountFromManyThreads) {
    Metrics metrics;
    std::vector<std::jthread> threads;
    for (auto t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (auto i = 0; i < 1000; ++i) {
                metrics.began();
                metrics.answered(exchange("GET", i % 2 ? "/odd" : "/even", 200, 1us));
            }
        });
    threads.clear();
    auto const text = metrics.text();
    EXPECT_NE(text.find("waqtor_requests_total{method=\"GET\",route=\"/odd\",status=\"2xx\"} 2000\n"), text.npos);
    EXPECT_NE(text.find("waqtor_requests_in_flight 0\n"), text.npos);
}

TEST(Metrics, HaveRoomForOthersAndTheProcess) {
    Metrics metrics;
    metrics.add("waqtor_outbox_waiting", "Messages that wait", [] { return 42; });
    auto const text = metrics.text();
    EXPECT_NE(text.find("# TYPE waqtor_outbox_waiting gauge\nwaqtor_outbox_waiting 42\n"), text.npos);
    EXPECT_EQ(text.find("process_resident_memory_bytes 0\n"), text.npos);
    EXPECT_NE(text.find("# TYPE process_cpu_seconds_total counter\n"), text.npos);
}

TEST(Metrics, AreForThisMachineAndThoseWithTheScope) {
    class Nobody final : public Authenticator {
        Task<Caller> authenticate(Credentials given) override {
            if (given.key.empty()) co_return Caller{};
            auto scopes = given.key == "metrics" ? Scopes{Scope::metrics_read} : Scopes{};
            co_return Caller{.proof = Proof::key, .scopes = scopes};
        }
    } nobody;
    Metrics metrics;
    Router api{{.authenticator = &nobody}};
    declare_metrics_routes(api, metrics);
    auto const status = [&](std::string_view address, std::vector<std::string> headers) {
        auto request = server_testing::MadeRequest{"GET", "/metrics", std::move(headers)};
        (*request).address = address;
        return server_testing::answer(api, *request).status;
    };
    EXPECT_EQ(status("127.0.0.1", {}), 200U);
    EXPECT_EQ(status("::1", {}), 200U);
    EXPECT_EQ(status("192.0.2.1", {}), 401U);
    EXPECT_EQ(status("127.0.0.1", {"X-Forwarded-For: 192.0.2.1"}), 401U) << "behind a proxy nobody told us of";
    EXPECT_EQ(status("192.0.2.1", {"X-API-Key: metrics"}), 200U);
    EXPECT_EQ(status("192.0.2.1", {"X-API-Key: other"}), 403U);
}

TEST(Traffic, WritesOneLineARequestAndProbesOnlyAtDebug) {
    std::string lines;
    Log log{LogLevel::info, LogFormat::text, [&](std::string_view line) { lines += line; }};
    Metrics metrics;
    Traffic traffic{metrics, log};
    traffic.answered(exchange("GET", "/health", 200, 1us));
    EXPECT_EQ(lines, "");
    traffic.answered(exchange("GET", "/api/keys/{id}", 404, 12us));
    EXPECT_NE(lines.find(" info request method=GET route=/api/keys/{id} status=404 code=not_found us=12 bytesIn=0 bytesOut=0 "
                         "requestId=r\n"),
              lines.npos)
        << lines;
}

}   // namespace
}   // namespace waqtor
