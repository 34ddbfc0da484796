#include "command.hpp"
#include "core/base/cidr.hpp"
#include "hub_settings_from.hpp"
#include "operations.hpp"
#include "server/http/http_server.hpp"
#include "server/http/listen.hpp"
#include "server/log/log.hpp"
#include "server/static/static_files.hpp"

#include <sys/resource.h>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <thread>

namespace waqtor {
namespace {

HttpSettings http_settings(Settings const& settings) {
    auto const seconds = [](NumberSetting const& setting) { return std::chrono::seconds{setting()}; };
    auto const cores = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
    return {.threads = settings.threads() == 0 ? cores : static_cast<std::size_t>(settings.threads()),
            .body_bytes = static_cast<std::size_t>(settings.body_kib()) * 1024,
            .connections = static_cast<std::size_t>(settings.connections()),
            .connections_per_address = static_cast<std::size_t>(settings.connections_per_address()),
            .first_byte = seconds(settings.first_byte_seconds),
            .request = seconds(settings.request_seconds),
            .idle = seconds(settings.idle_seconds),
            .drain = seconds(settings.drain_seconds),
            .trusted_proxies = settings.trusted_proxies(),
            .allowed_addresses = settings.allowed_addresses(),
            .certificate = settings.certificate(),
            .key = settings.key()};
}

/// As many open files as the system lets us have, for connections.
void raise_open_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> check_exposure(House& house, Settings const& settings) {
    if (is_loopback(settings.host()) || settings.host() == "localhost") return {};
    TRY(auto const owned, run_here(house.accounts.has_owner()));
    if (owned) return {};
    return fail(Code::forbidden,
                fmt::format("server.host is {}, which others can reach, but no owner exists yet. Start on 127.0.0.1 and open "
                            "the setup link, or run `waqtor user create`, then start again",
                            settings.host()));
}

Result<void> open_sockets(HttpServer& server, Settings const& settings) {
    auto const inherited = inherited_listeners();
    for (auto fd : inherited) TRY_OK(server.adopt(fd));
    if (!inherited.empty()) return {};
    return server.listen(settings.host(), static_cast<unsigned short>(settings.port()));
}

std::string url_of(Settings const& settings, unsigned short port) {
    auto const host = settings.host() == "0.0.0.0" || settings.host() == "::" ? "localhost" : settings.host();
    return fmt::format("{}://{}:{}", settings.certificate().empty() ? "http" : "https",
                       host.contains(':') ? "[" + host + "]" : host, port);
}

/// What goes on beside serving: signals, and an hourly clean-up. Made before the server says it is ready, so that a signal that
/// comes right after is not missed.
class Caretaker {
public:
    Caretaker(House& house, Log& log) : house_{house}, log_{log} {}

    /// Returns when a signal says to stop.
    void run(HttpServer& server) {
        stop_.async_wait([this](auto, int) { io_.stop(); });
        wait_reload(server);
        wait_hour();
        io_.run();
    }

private:
    void wait_reload(HttpServer& server) {
        reload_.async_wait([this, &server](boost::system::error_code failure, int) {
            if (failure) return;
            auto const done = server.reload_tls();
            log_.write(done ? LogLevel::info : LogLevel::error,
                       done ? "certificate and key were read again" : done.error().message);
            wait_reload(server);
        });
    }
    void wait_hour() {
        hourly_.expires_after(std::chrono::hours{1});
        hourly_.async_wait([this](boost::system::error_code failure) {
            if (failure) return;
            auto const purged = run_here(house_.logins.purge());
            if (!purged) log_.write(LogLevel::warn, "old logins were not removed", {{"why", purged.error().message}});
            wait_hour();
        });
    }

    House& house_;
    Log& log_;
    asio::io_context io_;
    asio::signal_set stop_{io_, SIGTERM, SIGINT};
    asio::signal_set reload_{io_, SIGHUP};
    asio::steady_timer hourly_{io_};
};
}   // namespace

int serve(Settings& settings, Output const& output, std::function<void(std::string const&, std::string const&)> ready) {
    raise_open_files();
    auto const lock = FolderLock::take(settings.data());
    if (!lock) return output.failure(lock.error());
    auto house = House::open(settings);
    if (!house) return output.failure(house.error());
    if (auto const exposed = check_exposure(**house, settings); !exposed) return output.failure(exposed.error());

    Log log{*enum_from<LogLevel>(settings.log_level()), *enum_from<LogFormat>(settings.log_format())};
    for (auto const& warning : (*house)->db->warnings()) log.write(LogLevel::warn, warning);
    Router api{{.authenticator = &(*house)->logins, .allowed_origins = settings.allowed_origins(), .log = &log}};
    Caretaker caretaker{**house, log};
    Readiness readiness{(*house)->clock};
    Metrics metrics;
    Traffic traffic{metrics, log};
    add_checks(readiness, **house, settings);
    add_figures(metrics, **house);
    realtime::Hub hub{hub_settings(settings), *(*house)->db, (*house)->log, *(*house)->bus, (*house)->logins, (*house)->clock};
    add_hub_figures(metrics, hub);
    declare_api(api, (*house)->services());
    declare_realtime_routes(api, hub);
    declare_health_routes(api, readiness, (*house)->clock, WAQTOR_VERSION);
    declare_metrics_routes(api, metrics);
    declare_docs_routes(api, WAQTOR_VERSION);
    declare_setup_page(api);
    HttpServer server{http_settings(settings), api, &traffic};
    if (auto const opened = open_sockets(server, settings); !opened) return output.failure(opened.error());
    hub.start(server.executor());
    if (auto const started = server.start(); !started) return output.failure(started.error());

    auto const url = url_of(settings, server.port());
    auto const token = run_here((*house)->accounts.new_setup_token());
    if (!token) return output.failure(token.error());
    ready(url, *token ? fmt::format("{}/setup#{}", settings.public_url().empty() ? url : settings.public_url(), **token) : "");
    notify_manager("READY=1");
    caretaker.run(server);

    readiness.stop();
    notify_manager("STOPPING=1");
    log.write(LogLevel::info, "stopping: requests in flight may finish");
    hub.stop();
    server.stop();
    (*house)->db->close();
    log.write(LogLevel::info, "stopped");
    log.flush();
    return 0;
}

void add_serve(Program& program) {
    program.add(program.app, "serve", "Run the server", [&program](Settings& settings) {
        return serve(settings, program.output, [&](std::string const& url, std::string const& setup_link) {
            if (program.output.json) {
                program.output.print({{"success", true}, {"data", {{"url", url}, {"setupLink", setup_link}}}});
            } else {
                std::cout << "WaQtor " << WAQTOR_VERSION << " serves " << url << '\n';
                if (!setup_link.empty())
                    std::cout << "Nobody can log in yet. Create the owner here, within a day:\n\n    " << setup_link << "\n\n";
            }
            std::cout << std::flush;
        });
    });
}

}   // namespace waqtor
