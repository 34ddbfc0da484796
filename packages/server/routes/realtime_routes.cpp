#include "server/routes/realtime_routes.hpp"

namespace waqtor {

struct LookAtMonitor {
    std::optional<bool> history{};
};
BOOST_DESCRIBE_STRUCT(LookAtMonitor, (), (history))
template <>
inline constexpr std::array kFields<LookAtMonitor>{Field{"history", "All points of the charts; false: only the newest seconds"}};

struct WhichClient {
    std::int64_t id = 0;
};
BOOST_DESCRIBE_STRUCT(WhichClient, (), (id))
template <> inline constexpr std::array kFields<WhichClient>{Field{"id", "As in the monitor's table", 1, std::int64_t{1} << 53}};

namespace {
RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Real time", .scope = Scope::metrics_read};
}

/// One JSON object a line: the picture without its lists, then every line of the security log, then every point of the charts.
std::string snapshot_text(realtime::WsMonitor monitor) {
    auto const log = std::exchange(monitor.security_log, {});
    auto const history = std::exchange(monitor.history, {});
    auto out = json_text(monitor) + '\n';
    auto const lines = [&](std::string_view kind, auto const& list) {
        for (auto const& one : list) {
            auto line = write_json(one);
            line.as_object()["kind"] = kind;
            out += json::serialize(line) + '\n';
        }
    };
    lines("security", log);
    lines("second", history.seconds);
    lines("minute", history.minutes);
    return out;
}

void declare_monitor(Router& api, realtime::Hub& hub) {
    api.get<Nothing, realtime::WsStats>(
        "/api/ws-stats", reads("realtime.stats", "How many WebSocket clients and messages there are"),
        [&](Caller who, Nothing) -> Task<realtime::WsStats> {
            CO_TRY(auto of, co_await hub.monitor(who.workspace, false));
            co_return realtime::WsStats{std::move(of.server), of.connections, of.messages, std::move(of.topics)};
        });
    api.get<Nothing, realtime::WsMetrics>("/api/ws-metrics", reads("realtime.metrics", "Figures of the WebSocket hub"),
                                          [&](Caller who, Nothing) { return hub.metrics(who.workspace); });
    api.get<LookAtMonitor, realtime::WsMonitor>(
        "/api/ws-monitor", reads("realtime.monitor", "Everything about the WebSocket hub: figures, clients, security log, charts"),
        [&](Caller who, LookAtMonitor wish) { return hub.monitor(who.workspace, wish.history.value_or(true)); });
    api.raw("/api/ws-monitor/log", reads("realtime.log", "The same as a file, one JSON object a line"), "application/x-ndjson",
            [&](Caller who, Request const&) -> Task<Response> {
                CO_TRY(auto of, co_await hub.monitor(who.workspace, true));
                co_return Response{.content_type = "application/x-ndjson",
                                   .headers = {{"Content-Disposition", "attachment; filename=\"waqtor-realtime.ndjson\""}},
                                   .body = snapshot_text(std::move(of))};
            });
    api.del<WhichClient, Nothing>("/api/ws-clients/{id}",
                                  {.id = "realtime.kick",
                                   .summary = "End a WebSocket client of the workspace",
                                   .tag = "Real time",
                                   .scope = Scope::users_write,
                                   .errors = {Code::not_found}},
                                  [&](Caller who, WhichClient which) -> Task<Nothing> {
                                      CO_TRY_OK(co_await hub.kick(who.workspace, which.id));
                                      co_return Nothing{};
                                  });
}
}   // namespace

void declare_realtime_routes(Router& api, realtime::Hub& hub) {
    // The hub asks who it is itself: a WebSocket has more ways to say so than a request.
    api.raw("/ws", {.access = Access::open}, "application/json",
            [&](Caller, Request const& request) { return hub.accept(request); });
    api.post<Nothing, realtime::Ticket>(
        "/api/ws/ticket",
        {.id = "realtime.ticket",
         .summary = "Get a one-time ticket for the WebSocket",
         .description = "For pages that cannot send a key with a WebSocket: connect to /ws?ticket=… (or with the subprotocol "
                        "waqtor.ticket.…) within half a minute. It works once and may do what you may.",
         .tag = "Real time",
         .success = 201,
         .errors = {Code::rate_limited}},
        [&](Caller who, Nothing) -> Task<realtime::Ticket> { co_return hub.make_ticket(std::move(who)); });
    declare_monitor(api, hub);
}

}   // namespace waqtor
