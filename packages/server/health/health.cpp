#include "server/health/health.hpp"

namespace waqtor {

struct Health {
    std::string status;
    Timestamp timestamp{};
    std::string service;
    std::string version;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status, timestamp, service, version))
template <>
inline constexpr std::array kFields<Health>{
    Field{"status", "\"ok\""},
    Field{"timestamp", "The server's time"},
    Field{"service", "\"Waqtor API\""},
    Field{"version", "Of the server"},
};

struct Ready {
    std::string status;
    std::vector<std::string> checks;
};
BOOST_DESCRIBE_STRUCT(Ready, (), (status, checks))
template <>
inline constexpr std::array kFields<Ready>{
    Field{"status", "\"ready\""},
    Field{"checks", "What was looked at"},
};

asio::awaitable<std::vector<FieldProblem>> Readiness::problems() {
    if (stopping_) co_return std::vector<FieldProblem>{{"server", "is stopping"}};
    auto const now = clock_.now();
    {
        auto lock = std::lock_guard{mutex_};
        if (asked_ && now - *asked_ < std::chrono::seconds{1}) co_return last_;
    }
    std::vector<FieldProblem> found;
    for (auto const& [name, check] : checks_) {
        auto const outcome = co_await check();
        if (!outcome) found.push_back({name, outcome.error().message});
    }
    auto lock = std::lock_guard{mutex_};
    asked_ = now;
    last_ = found;
    co_return found;
}

std::vector<std::string> Readiness::names() const {
    std::vector<std::string> out;
    for (auto const& one : checks_) out.push_back(one.name);
    return out;
}

void declare_health_routes(Router& api, Readiness& readiness, Clock const& clock, std::string version) {
    auto const tail = R"(","service":"Waqtor API","version":")" + version + '"';
    api.raw_json<DataAnd<Health, Health>>(
        "/health",
        {.id = "health",
         .summary = "The server answers",
         .description =
             "Says nothing about what the server depends on; that is /ready. The fields stand beside data as well, where "
             "WaQtor 2.3 has them.",
         .tag = "Operation",
         .access = Access::open},
        [&clock, tail](Caller, Request const&) -> Task<Response> {
            // By hand: this is asked often, and an object tree would cost more than the rest of the request.
            auto const fields = R"("status":"ok","timestamp":")" + to_iso(clock.now()) + tail;
            Response out;
            out.body.reserve(2 * fields.size() + 40);
            out.body = R"({"success":true,"data":{)";
            out.body += fields;
            out.body += "},";
            out.body += fields;
            out.body += '}';
            co_return out;
        });
    api.get<Nothing, Ready>(
        "/ready",
        {.id = "ready",
         .summary = "The server can do its work",
         .description = "503 names each check that fails in details.",
         .tag = "Operation",
         .access = Access::open,
         .errors = {Code::unavailable}},
        [&readiness](Caller, Nothing) -> Task<Ready> {
            auto problems = co_await readiness.problems();
            if (!problems.empty())
                co_return std::unexpected(Error{.code = Code::unavailable,
                                                .message = "Not ready: " + problems.front().field + " " + problems.front().problem,
                                                .details = std::move(problems)});
            co_return Ready{"ready", readiness.names()};
        });
}

}   // namespace waqtor
