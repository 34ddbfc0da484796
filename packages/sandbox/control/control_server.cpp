#include "sandbox/control/control.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <mutex>
#include <thread>

namespace waqtor::sandbox {

namespace http = boost::beast::http;
using asio::ip::tcp;

/// One thread accepts, a pool answers: requests block while they wait for the ledger.
class ControlServer::State {
public:
    State(Sandbox& sandbox, tcp::endpoint const& at) : sandbox_{sandbox}, acceptor_{io_, at} {
        thread_ = std::thread{[this] { accept(); }};
    }

    ~State() {
        {
            auto const lock = std::lock_guard{mutex_};
            stopped_ = true;
            auto error = boost::system::error_code{};
            for (auto* socket : open_) socket->shutdown(tcp::socket::shutdown_both, error);
        }
        // A blocking accept() ends only when somebody comes.
        auto error = boost::system::error_code{};
        tcp::socket{io_}.connect(acceptor_.local_endpoint(), error);
        thread_.join();
        pool_.join();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    Sandbox& sandbox_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    asio::thread_pool pool_{16};
    std::thread thread_;
    std::mutex mutex_;
    bool stopped_ = false;
    std::set<tcp::socket*> open_;

    void accept() {
        for (;;) {
            auto error = boost::system::error_code{};
            auto socket = std::make_shared<tcp::socket>(io_);
            acceptor_.accept(*socket, error);
            auto const lock = std::lock_guard{mutex_};
            if (stopped_) return;
            if (error) continue;
            open_.insert(socket.get());
            asio::post(pool_, [this, socket] { serve(*socket); });
        }
    }

    void serve(tcp::socket& socket) {
        auto error = boost::system::error_code{};
        auto buffer = boost::beast::flat_buffer{};
        for (;;) {
            auto request = http::request<http::string_body>{};
            http::read(socket, buffer, request, error);
            if (error) break;
            auto const made =
                control_answer(sandbox_, {std::string{request.method_string()}, std::string{request.target()}, request.body()});
            auto response = http::response<http::string_body>{static_cast<http::status>(made.status), request.version()};
            response.set(http::field::content_type, made.type);
            response.keep_alive(request.keep_alive());
            response.body() = made.body;
            response.prepare_payload();
            http::write(socket, response, error);
            if (error || !request.keep_alive()) break;
        }
        auto const lock = std::lock_guard{mutex_};
        open_.erase(&socket);
    }
};

ControlServer::ControlServer(Sandbox& sandbox, std::string const& address, std::uint16_t port) {
    auto const where = asio::ip::make_address(address);
    if (!where.is_loopback()) throw std::invalid_argument{"the control API listens on loopback only, not on " + address};
    state_ = std::make_unique<State>(sandbox, tcp::endpoint{where, port});
}

ControlServer::~ControlServer() = default;

std::uint16_t ControlServer::port() const { return state_->port(); }

}   // namespace waqtor::sandbox
