#pragma once
#include "server/http/message.hpp"

#include <mutex>

namespace waqtor {

class Log;
class Router;

/// Numbers about the server in Prometheus' text format. Counting is lock-free and from any thread.
class Metrics {
public:
    Metrics();
    ~Metrics();

    /// A number of another room, asked for whenever somebody reads the metrics, possibly on any thread. `name` as Prometheus wants
    /// it
    /// ("waqtor_outbox_waiting"); a name that ends in _total is a counter.
    void add(std::string name, std::string help, std::function<double()> value);

    void connected() { ++open_, ++connections_; }
    void disconnected() { --open_; }
    void began() { ++in_flight_; }
    void answered(Exchange const& exchange);

    std::string text() const;

private:
    struct Row;
    struct Own {
        std::string name;
        std::string help;
        std::function<double()> value;
    };
    static constexpr std::size_t kRows = 1024;   // methods and routes are declared, so there are never more

    Row* row_of(std::string_view method, std::string_view route);

    std::array<std::atomic<Row*>, kRows> rows_{};
    std::atomic<std::int64_t> open_ = 0;
    std::atomic<std::int64_t> in_flight_ = 0;
    std::atomic<std::uint64_t> connections_ = 0;
    mutable std::mutex mutex_;   // of own_
    std::vector<Own> own_;
};

/// What the HTTP server tells: counted, and written to the log a line a request. Successful probes (/health, /ready, /metrics) are
/// written at debug only.
class Traffic final : public Observer {
public:
    Traffic(Metrics& metrics, Log& log) : metrics_{metrics}, log_{log} {}
    void connected() override { metrics_.connected(); }
    void disconnected() override { metrics_.disconnected(); }
    void began() override { metrics_.began(); }
    void answered(Exchange const& exchange) override;

private:
    Metrics& metrics_;
    Log& log_;
};

/// GET /metrics: for programs on this machine, and for keys and logins with metrics_read.
void declare_metrics_routes(Router& api, Metrics& metrics);

}   // namespace waqtor
