#pragma once
#include "house.hpp"
#include "live.hpp"
#include "operations.hpp"
#include "residents.hpp"
#include "server/http/http_server.hpp"
#include "server/log/log.hpp"
#include "server/realtime/hub.hpp"

namespace waqtor {

/// The whole server on one data folder, from start() to stop().
class RunningServer {
public:
    /// Takes the folder, opens the house, listens and serves. The settings outlive it. Code::conflict when another server has the
    /// folder, Code::forbidden for an address that others reach while nobody owns the server.
    static Result<std::unique_ptr<RunningServer>> start(Settings const& settings);
    /// Requests in flight may finish, sessions close; then the database. Idempotent.
    void stop();
    ~RunningServer() { stop(); }

    std::string const& url() const { return url_; }
    /// Empty once there is an owner.
    Result<std::string> setup_link();
    House& house() { return *house_; }
    HttpServer& http() { return *http_; }
    Log& log() { return *log_; }

private:
    RunningServer(Settings const& settings, FolderLock lock, std::unique_ptr<House> house);
    Result<void> open();

    Settings const& settings_;
    FolderLock lock_;
    std::unique_ptr<House> house_;
    std::unique_ptr<Log> log_;
    std::unique_ptr<Router> api_;
    std::unique_ptr<Readiness> readiness_;
    Metrics metrics_;
    std::unique_ptr<Traffic> traffic_;
    std::unique_ptr<realtime::Hub> hub_;
    std::unique_ptr<HubPush> push_;
    std::unique_ptr<AlertTeller> alerts_;
    std::unique_ptr<HttpServer> http_;
    std::unique_ptr<Residents> residents_;
    std::string url_;
    bool stopped_ = false;
};

}   // namespace waqtor
