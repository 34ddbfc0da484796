#pragma once
#include "server/http/chunked.hpp"
#include "server/http/head_parser.hpp"
#include "server/http/http_settings.hpp"
#include "server/http/peers.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <unordered_set>

namespace waqtor {

using Steady = std::chrono::steady_clock;

/// What all connections share.
struct ConnectionWorld {
    HttpSettings settings;
    Handler& handler;
    Observer* observer;
    Peers peers;
};

/// One client, for the life of its socket, on one thread. It owns all memory of the request it is working on, and what it may take
/// is bounded by the settings. The thread's sweep calls check(); everything else happens in run().
class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// Plain when `tls` is nullptr.
    static std::shared_ptr<Connection> make(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                                            ConnectionWorld& world, std::string peer);
    virtual ~Connection() = default;

    /// Serves requests until the connection ends.
    virtual asio::awaitable<void> run() = 0;
    /// Enforces the times, and tells a long-working handler when its client is gone.
    void check(Steady::time_point now);
    /// Idle connections end, the others after their answer; waiting handlers are woken.
    void drain();
    /// Ends it now, in the middle of whatever it does.
    void abort();

    std::string const& peer() const { return peer_; }
    /// Its socket speaks another protocol now; whoever has it counts it out (Upgraded::place).
    bool handed_over() const { return handed_over_; }
    asio::cancellation_slot cancellation() { return cancellation_.slot(); }

protected:
    enum class Phase : std::uint8_t { start, head, body, handling, writing, idle, linger };

    Connection(ConnectionWorld& world, std::string peer);
    virtual asio::ip::tcp::socket& socket() = 0;
    void enter(Phase phase, std::chrono::milliseconds limit) {
        phase_ = phase;
        deadline_ = Steady::now() + limit;
    }
    /// What the head says, in request_. An error when it may not be served; then request_ is not whole.
    Result<void> fill_request(Head const& head, bool tls);
    /// Tells the observer of the answer to request_.
    void report(unsigned status, Code code, std::string_view route);

    ConnectionWorld& world_;
    std::string peer_;
    bool peer_is_proxy_;
    Phase phase_ = Phase::start;
    Steady::time_point deadline_;
    Steady::time_point looked_{};   // when it was last looked whether the client is still there
    bool expired_ = false;
    bool draining_ = false;
    bool handed_over_ = false;
    Request request_;
    std::string scratch_;   // a decoded path, for request_
    Steady::time_point began_{};
    std::size_t answered_bytes_ = 0;
    std::stop_source stop_;
    asio::cancellation_signal cancellation_;
};

/// Writes status line and headers of an answer.
void append_head(std::string& out, Request const& request, Response const& response, bool keep_alive, bool old);

}   // namespace waqtor
