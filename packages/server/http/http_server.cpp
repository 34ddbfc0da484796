#include "server/http/http_server.hpp"

#include "server/http/connection.hpp"
#include "server/http/listen.hpp"
#include "server/http/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <condition_variable>

namespace waqtor {
namespace {
using asio::ip::tcp;
constexpr auto kAsync = asio::as_tuple(asio::use_awaitable);

std::string address_text(tcp::endpoint const& endpoint) {
    auto const address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

/// One thread with its connections. All members but `io` are touched on that thread only.
class Worker {
public:
    Worker(ConnectionWorld& world, TlsFiles* tls) : world_{world}, tls_{tls} {}

    asio::io_context& io() { return io_; }
    void run() { io_.run(); }
    void let_go() { guard_.reset(); }

    void serve(tcp::socket socket, std::string peer) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        if (world_.observer) world_.observer->connected();
        auto connection = Connection::make(std::move(socket), tls_ ? tls_->current() : nullptr, world_, std::move(peer));
        connections_.insert(connection);
        if (draining_) connection->drain();
        auto done = [this, connection](std::exception_ptr) {   // what was thrown ended this connection, and nothing else
            connections_.erase(connection);
            if (connections_.empty()) timer_.cancel();
            if (connection->handed_over()) return;
            world_.peers.release(connection->peer());
            if (world_.observer) world_.observer->disconnected();
        };
        asio::co_spawn(io_, connection->run(), asio::bind_cancellation_slot(connection->cancellation(), std::move(done)));
        if (!sweeping_) sweep();
    }
    void drain() {
        draining_ = true;
        for (auto const& connection : std::vector(connections_.begin(), connections_.end())) connection->drain();
    }
    void abort() {
        for (auto const& connection : std::vector(connections_.begin(), connections_.end())) connection->abort();
    }

private:
    void sweep() {
        sweeping_ = !connections_.empty();
        if (!sweeping_) return;
        timer_.expires_after(world_.settings.sweep);
        timer_.async_wait([this](boost::system::error_code wrong) {
            if (wrong) return sweep();   // cancelled because nobody was left; somebody may be here by now
            auto const now = Steady::now();
            for (auto const& connection : connections_) connection->check(now);
            sweep();
        });
    }

    ConnectionWorld& world_;
    TlsFiles* tls_;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    asio::steady_timer timer_{io_};
    std::unordered_set<std::shared_ptr<Connection>> connections_;
    bool sweeping_ = false;
    bool draining_ = false;
};
}   // namespace

struct HttpServer::State {
    State(HttpSettings const& settings, Handler& handler, Observer* observer)
        : world{settings, handler, observer, Peers{settings}}, tls{world.settings.certificate, world.settings.key} {
        auto* const files = world.settings.certificate.empty() ? nullptr : &tls;
        for (std::size_t i = 0; i < std::max<std::size_t>(1, world.settings.threads); ++i)
            workers.push_back(std::make_unique<Worker>(world, files));
    }

    asio::awaitable<void> accept(tcp::acceptor& acceptor);
    void turn_away(tcp::socket& socket, Peers::Verdict verdict);
    bool wait_until_ended(std::chrono::milliseconds limit);

    ConnectionWorld world;
    TlsFiles tls;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
    std::vector<std::thread> threads;
    std::size_t next = 0;   // worker of the next connection
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t running = 0;
};

HttpServer::HttpServer(HttpSettings const& settings, Handler& handler, Observer* observer)
    : state_{std::make_shared<State>(settings, handler, observer)} {}

HttpServer::~HttpServer() { stop(); }

Result<void> HttpServer::listen(std::string const& host, unsigned short port) {
    TRY(auto const fd, open_listener(host, port));
    return adopt(fd);
}

Result<void> HttpServer::adopt(int fd) {
    TRY(auto const host, address_of(fd));
    boost::system::error_code wrong;
    auto acceptor = std::make_unique<tcp::acceptor>(state_->workers.front()->io());
    acceptor->assign(host.contains(':') ? tcp::v6() : tcp::v4(), fd, wrong);
    if (wrong) return fail_with_cause(Code::unavailable, "The listening socket cannot be used", wrong.message());
    state_->acceptors.push_back(std::move(acceptor));
    return {};
}

Result<void> HttpServer::start() {
    auto& state = *state_;
    if (!state.world.settings.certificate.empty()) TRY_OK(state.tls.load());
    for (auto& acceptor : state.acceptors)
        asio::co_spawn(state.workers.front()->io(), state.accept(*acceptor), asio::detached);   // ended by stop(), which closes it
    state.running = state.workers.size();
    for (auto& worker : state.workers)
        state.threads.emplace_back([&state, &worker = *worker] {
            worker.run();
            auto lock = std::lock_guard{state.mutex};
            --state.running;
            state.ended.notify_all();
        });
    return {};
}

asio::awaitable<void> HttpServer::State::accept(tcp::acceptor& acceptor) {
    auto pause = asio::steady_timer{acceptor.get_executor()};
    while (acceptor.is_open()) {
        auto& worker = *workers[next++ % workers.size()];
        auto [wrong, accepted] = co_await acceptor.async_accept(worker.io(), kAsync);
        if (wrong) {
            if (!acceptor.is_open()) break;
            // Most likely out of descriptors: connections that end give some back.
            pause.expires_after(std::chrono::milliseconds{50});
            co_await pause.async_wait(kAsync);
            continue;
        }
        auto socket = tcp::socket{std::move(accepted)};
        boost::system::error_code gone;
        auto const remote = socket.remote_endpoint(gone);
        if (gone) continue;
        auto peer = address_text(remote);
        if (!world.peers.allowed(peer) && !world.peers.trusted(peer)) continue;
        if (auto const verdict = world.peers.admit(peer); verdict != Peers::Verdict::welcome) {
            turn_away(socket, verdict);
            continue;
        }
        asio::post(worker.io(), [&worker, owned = std::move(socket), peer = std::move(peer)]() mutable {
            worker.serve(std::move(owned), std::move(peer));
        });
    }
}

/// One short answer if it fits the socket at once, without waiting for the request; over TLS there is none.
void HttpServer::State::turn_away(tcp::socket& socket, Peers::Verdict verdict) {
    if (!world.settings.certificate.empty()) return;
    auto const full = verdict == Peers::Verdict::too_many;
    auto const response = error_response(
        full ? Code::unavailable : Code::rate_limited,
        full ? "The server has all the connections it may have" : "This address has all the connections it may have", "");
    std::string out;
    append_head(out, Request{}, response, false, false);
    out += response.body;
    [[maybe_unused]] auto const sent = ::send(socket.native_handle(), out.data(), out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

bool HttpServer::State::wait_until_ended(std::chrono::milliseconds limit) {
    auto lock = std::unique_lock{mutex};
    return ended.wait_for(lock, limit, [&] { return running == 0; });
}

void HttpServer::stop() {
    auto& state = *state_;
    if (state.threads.empty()) return;
    asio::post(state.workers.front()->io(), [&state] {
        for (auto& acceptor : state.acceptors) acceptor->close();
        // After the connections accepted before this moment were handed over.
        for (auto& worker : state.workers)
            asio::post(worker->io(), [&worker = *worker] {
                worker.drain();
                worker.let_go();
            });
    });
    auto ended = state.wait_until_ended(state.world.settings.drain);
    if (!ended) {
        for (auto& worker : state.workers) asio::post(worker->io(), [&worker = *worker] { worker.abort(); });
        ended = state.wait_until_ended(std::chrono::seconds{2});
    }
    if (!ended)
        for (auto& worker : state.workers) worker->io().stop();
    for (auto& thread : state.threads) thread.join();
    state.threads.clear();
    // A handler that waits for something that never comes is still referred to by it: what it would come back to must stay.
    static auto& left_behind = *new std::vector<std::shared_ptr<State>>;   // for ever
    if (!ended) left_behind.push_back(state_);
}

Result<void> HttpServer::reload_tls() {
    if (state_->world.settings.certificate.empty()) return fail(Code::invalid, "TLS is not on");
    return state_->tls.load();
}

unsigned short HttpServer::port() const {
    return state_->acceptors.empty() ? static_cast<unsigned short>(0) : state_->acceptors.front()->local_endpoint().port();
}

std::size_t HttpServer::connections() const { return state_->world.peers.count(); }
asio::any_io_executor HttpServer::executor() { return state_->workers.front()->io().get_executor(); }

}   // namespace waqtor
