#include "server/health/health.hpp"

#include <boost/asio/as_tuple.hpp>

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

/// Some waits cannot be cut off (a queued database operation), so the check is left to end by itself: on this executor, which the
/// server's stop() waits for, and never twice at once.
Task<void> Readiness::ask(Named const& one) const {
    struct Asked {
        explicit Asked(asio::any_io_executor here) : timer{std::move(here)} {}
        asio::steady_timer timer;
        std::optional<Result<void>> outcome{};
    };
    if (one.running->exchange(true)) co_return fail(Code::unavailable, "has not answered yet");
    auto const here = co_await asio::this_coro::executor;
    auto const asked = std::make_shared<Asked>(here);
    asked->timer.expires_after(limit_);
    // Called inside the coroutine, so that a check that throws before its first wait is caught too.
    auto run = [](Check const& check) -> Task<void> { co_return co_await check(); };
    asio::co_spawn(here, run(one.check), [asked, running = one.running](std::exception_ptr thrown, Result<void> outcome) {
        *running = false;
        asked->outcome = thrown ? fail(Code::unavailable, "failed") : std::move(outcome);
        asked->timer.cancel();
    });
    co_await asked->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (asked->outcome) co_return *std::move(asked->outcome);
    co_return fail(Code::unavailable, "did not answer in time");
}

asio::awaitable<std::vector<FieldProblem>> Readiness::problems() {
    if (stopping_) co_return std::vector<FieldProblem>{{"server", "is stopping"}};
    auto const now = clock_.now();
    {
        auto lock = std::lock_guard{mutex_};
        if (asked_ && now - *asked_ < std::chrono::seconds{1}) co_return last_;
    }
    std::vector<FieldProblem> found;
    for (auto const& one : checks_) {
        auto const outcome = co_await ask(one);
        if (!outcome) found.push_back({one.name, outcome.error().message});
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
