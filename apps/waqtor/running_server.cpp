#include "running_server.hpp"

#include "core/base/cidr.hpp"
#include "hub_settings_from.hpp"
#include "server/http/listen.hpp"
#include "server/router/router.hpp"
#include "server/static/static_files.hpp"

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

Result<void> check_exposure(House& house, std::string_view what, std::string const& host) {
    if (is_loopback(host) || host == "localhost") return {};
    TRY(auto const owned, run_here(house.features.accounts.has_owner()));
    if (owned) return {};
    return fail(Code::forbidden,
                fmt::format("{} is {}, which others can reach, but no owner exists yet. Start on 127.0.0.1 and open "
                            "the setup link, or run `waqtor user create`, then start again",
                            what, host));
}

Result<void> open_sockets(HttpServer& server, House& house, Settings const& settings) {
    auto const inherited = inherited_listeners();
    for (auto fd : inherited) {
        TRY(auto const host, address_of(fd));
        TRY_OK(check_exposure(house, "The socket this was started with", host));
        TRY_OK(server.adopt(fd));
    }
    if (!inherited.empty()) return {};
    return server.listen(settings.host(), static_cast<unsigned short>(settings.port()));
}

std::string url_of(Settings const& settings, unsigned short port) {
    auto const host = settings.host() == "0.0.0.0" || settings.host() == "::" ? "localhost" : settings.host();
    return fmt::format("{}://{}:{}", settings.certificate().empty() ? "http" : "https",
                       host.contains(':') ? "[" + host + "]" : host, port);
}
}   // namespace

RunningServer::RunningServer(Settings const& settings, FolderLock lock, std::unique_ptr<House> house)
    : settings_{settings}, lock_{std::move(lock)}, house_{std::move(house)} {}

Result<std::unique_ptr<RunningServer>> RunningServer::start(Settings const& settings) {
    TRY(auto lock, FolderLock::take(settings.data()));
    TRY(auto house, House::open(settings, Opening::make));
    TRY_OK(check_exposure(*house, "server.host", settings.host()));
    std::unique_ptr<RunningServer> out{new RunningServer{settings, std::move(lock), std::move(house)}};
    TRY_OK(out->open());
    return out;
}

Result<void> RunningServer::open() {
    auto& features = house_->features;
    log_ = std::make_unique<Log>(*enum_from<LogLevel>(settings_.log_level()), *enum_from<LogFormat>(settings_.log_format()));
    for (auto const& warning : house_->db->warnings()) log_->write(LogLevel::warn, warning);
    api_ = std::make_unique<Router>(
        RouterOptions{.authenticator = &features.logins, .allowed_origins = settings_.allowed_origins(), .log = log_.get()});
    readiness_ = std::make_unique<Readiness>(house_->clock);
    traffic_ = std::make_unique<Traffic>(metrics_, *log_);
    add_checks(*readiness_, *house_, settings_);
    add_figures(metrics_, *house_, *log_);
    hub_ = std::make_unique<realtime::Hub>(hub_settings(settings_), *house_->db, features.log, *house_->bus, features.logins,
                                           house_->clock);
    add_hub_figures(metrics_, *hub_);
    add_states(*hub_, features);
    push_ = std::make_unique<HubPush>(*hub_);
    features.notification_parts.push = push_.get();
    alerts_ = std::make_unique<AlertTeller>(*hub_, features.notifications);
    declare_api(*api_, features);
    declare_realtime_routes(*api_, *hub_);
    declare_health_routes(*api_, *readiness_, house_->clock, WAQTOR_VERSION);
    declare_metrics_routes(*api_, metrics_);
    declare_docs_routes(*api_, WAQTOR_VERSION);
    declare_setup_page(*api_);
    declare_monitor_page(*api_);
    http_ = std::make_unique<HttpServer>(http_settings(settings_), *api_, traffic_.get());
    TRY_OK(open_sockets(*http_, *house_, settings_));
    hub_->start(http_->executor());
    TRY_OK(http_->start());
    url_ = url_of(settings_, http_->port());
    residents_ = std::make_unique<Residents>(house_->pool);
    move_in(*residents_, features);
    residents_->start(alerts_->run(features.ending.get_token()), [&features] { features.ending.request_stop(); });
    return {};
}

Result<std::string> RunningServer::setup_link() {
    TRY(auto const token, run_here(house_->features.accounts.new_setup_token()));
    if (!token) return std::string{};
    return fmt::format("{}/setup#{}", settings_.public_url().empty() ? url_ : settings_.public_url(), *token);
}

void RunningServer::stop() {
    if (std::exchange(stopped_, true)) return;
    if (readiness_) readiness_->stop();
    if (http_) {
        log_->write(LogLevel::info, "stopping: requests in flight may finish");
        hub_->stop();
        http_->stop();
    }
    if (residents_) residents_->stop();
    house_->db->close();
    if (!log_) return;
    log_->write(LogLevel::info, "stopped");
    log_->flush();
}

}   // namespace waqtor
