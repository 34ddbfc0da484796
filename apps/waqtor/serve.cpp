#include "command.hpp"
#include "running_server.hpp"
#include "server/http/listen.hpp"
#include "startup_pages.hpp"

#include <sys/resource.h>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>

namespace waqtor {
namespace {

/// As many open files as the system lets us have, for connections.
void raise_open_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
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
            auto const purged = run_here(house_.features.logins.purge());
            if (!purged) log_.write(LogLevel::warn, "old logins were not removed", {{"why", purged.error().message}});
            auto const keys = run_here(house_.features.message_desk.purge());
            if (!keys) log_.write(LogLevel::warn, "old idempotency keys were not removed", {{"why", keys.error().message}});
            auto const files =
                run_here(house_.features.media.expire(std::chrono::hours{24 * house_.features.on.settings.media_days()}));
            if (!files) log_.write(LogLevel::warn, "old media files were not removed", {{"why", files.error().message}});
            auto const told = run_here(
                house_.features.notifications.purge(std::chrono::hours{24 * house_.features.on.settings.notification_days()}));
            if (!told) log_.write(LogLevel::warn, "old notifications were not removed", {{"why", told.error().message}});
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

int serve(Settings& settings, Output const& output, std::function<Result<void>(RunningServer&)> ready) {
    raise_open_files();
    std::signal(SIGPIPE, SIG_IGN);   // whoever read our log may go without taking the server along
    auto server = RunningServer::start(settings);
    if (!server) return output.failure(server.error());
    Caretaker caretaker{(*server)->house(), (*server)->log()};
    give_back_startup_pages();
    if (auto const done = ready(**server); !done) return output.failure(done.error());
    notify_manager("READY=1");
    caretaker.run((*server)->http());
    notify_manager("STOPPING=1");
    (*server)->stop();
    return 0;
}

void add_serve(Program& program) {
    program.add(program.app, "serve", "Run the server", [&program](Settings& settings) {
        return serve(settings, program.output, [&](RunningServer& server) -> Result<void> {
            TRY(auto const link, server.setup_link());
            if (program.output.json) {
                program.output.print({{"success", true}, {"data", {{"url", server.url()}, {"setupLink", link}}}});
            } else {
                std::cout << "WaQtor " << WAQTOR_VERSION << " serves " << server.url() << '\n';
                if (!link.empty())
                    std::cout << "Nobody can log in yet. Create the owner here, within a day:\n\n    " << link << "\n\n";
            }
            std::cout << std::flush;
            return {};
        });
    });
}

}   // namespace waqtor
