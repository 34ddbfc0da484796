// The HTTP server with nothing but what every installation has, for http_health.py. Prints "port N" and serves until a signal.

#include "server/http/http_server.hpp"
#include "server/health/health.hpp"
#include "server/log/log.hpp"
#include "server/metrics/metrics.hpp"
#include "server/router/router.hpp"

#include <csignal>
#include <iostream>

int main() {
    using namespace waqtor;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    SystemClock clock;
    Log log{LogLevel::info, LogFormat::json};
    Metrics metrics;
    Traffic traffic{metrics, log};
    Readiness readiness{clock};
    Router api{{.log = &log}};
    declare_health_routes(api, readiness, clock, "0.1.0");
    declare_metrics_routes(api, metrics);
    HttpServer server{{}, api, &traffic};
    if (auto ready = server.listen("127.0.0.1", 0); !ready) return std::cerr << ready.error().message << '\n', 1;
    if (auto ready = server.start(); !ready) return std::cerr << ready.error().message << '\n', 1;
    std::cout << "port " << server.port() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    server.stop();
}
