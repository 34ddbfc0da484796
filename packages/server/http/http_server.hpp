#pragma once
#include "core/base/result.hpp"
#include "server/http/http_settings.hpp"
#include "server/http/message.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace waqtor {

/// An HTTP/1.1 server on threads of its own: every connection lives on one of them for life. Whatever its handlers use (database,
/// services) must outlive it.
class HttpServer {
public:
    HttpServer(HttpSettings const& settings, Handler& handler, Observer* observer = nullptr);
    ~HttpServer();   // stops it
    HttpServer(HttpServer const&) = delete;
    HttpServer& operator=(HttpServer const&) = delete;

    /// Opens a socket; call before start(). Port 0 takes a free one. Code::unavailable when it cannot be had.
    Result<void> listen(std::string const& host, unsigned short port);
    /// Takes over a socket that listens already (inherited_listeners()).
    Result<void> adopt(int fd);
    /// Loads the certificate, starts the threads and accepts. Code::unavailable when the certificate cannot be read.
    Result<void> start();
    /// Stops accepting, wakes waiting handlers, lets requests in flight finish, closes, and returns when all is done: within
    /// `settings.drain` and two seconds. Not to be called on one of the server's own threads.
    void stop();
    /// Reads certificate and key again, for new connections. On failure the old ones stay in use.
    Result<void> reload_tls();

    /// Port of the first listening socket.
    unsigned short port() const;
    std::size_t connections() const;
    /// One of the server's threads, for work of others that should not need threads of its own.
    asio::any_io_executor executor();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}   // namespace waqtor
