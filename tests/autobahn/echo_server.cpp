// An echo server on our handshake and codec (`ours`), or on Beast's stream (`beast`), for the Autobahn cases: echo_server
// ours|beast. Prints "port N" and serves until its input ends. One thread a connection.
#include "server/http/http_server.hpp"
#include "server/http/upgraded.hpp"
#include "server/realtime/codec/deflate.hpp"
#include "server/realtime/codec/frame_reader.hpp"
#include "server/realtime/handshake.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/impl/read.hpp>

#include <sys/socket.h>

#include <array>
#include <iostream>
#include <limits>
#include <list>
#include <mutex>
#include <thread>

namespace waqtor {
namespace {
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;
constexpr std::size_t kLargest = 64 * 1024 * 1024;

/// Connections on threads of their own, all of which end before this does.
class Threads {
public:
    ~Threads() {
        {
            auto lock = std::lock_guard{mutex_};
            stopping_ = true;
            for (auto& one : running_) one.shutdown();
        }
        threads_.clear();
    }

    /// `serve` gets the socket, blocking. Only its shutdown() may be called from elsewhere.
    void start(Tcp::socket socket, auto serve) {
        auto lock = std::lock_guard{mutex_};
        if (stopping_) return;
        auto const fd = socket.native_handle();
        auto const at = running_.insert(running_.end(), Running{fd});
        threads_.emplace_back([this, at, serve = std::move(serve), socket = std::move(socket)]() mutable {
            boost::system::error_code ignored;
            socket.native_non_blocking(false, ignored);
            socket.set_option(Tcp::no_delay{true}, ignored);
            serve(socket);
            auto const done = std::lock_guard{mutex_};
            running_.erase(at);
            socket.close(ignored);
        });
    }

private:
    struct Running {
        int fd;
        void shutdown() const { ::shutdown(fd, SHUT_RDWR); }
    };
    std::mutex mutex_;
    std::list<Running> running_;
    bool stopping_ = false;
    std::list<std::jthread> threads_;
};

// ---- ours

class Conversation {
public:
    Conversation(Tcp::socket& socket, bool inflates, bool deflates) : socket_{socket}, inflates_{inflates}, deflates_{deflates} {}

    void run(std::string early) {
        if (!feed(early)) return;
        std::vector<char> room(256 * 1024);
        boost::system::error_code failure;
        while (true) {
            auto const got = socket_.read_some(asio::buffer(room), failure);
            if (failure || !feed({room.data(), got})) return;
        }
    }

private:
    /// False when the connection ends.
    bool feed(std::span<char> bytes) {
        while (true) {
            auto const frame = reader_.next(bytes, inflates_ ? &inflater_ : nullptr);
            if (!frame) return end([&](std::string& out) { realtime::append_close(out, frame.error().code, frame.error().why); });
            if (!*frame) return true;
            auto const& [opcode, payload] = **frame;
            if (opcode == realtime::Opcode::close)
                return end([&](std::string& out) { realtime::append_frame(out, opcode, payload.substr(0, 2)); });
            answer(opcode, payload);
        }
    }

    void answer(realtime::Opcode opcode, std::string_view payload) {
        if (opcode == realtime::Opcode::pong) return;
        auto const data = opcode != realtime::Opcode::ping;
        auto const packed = data && deflates_ ? deflater_.compress(payload) : std::string{};
        std::string out;
        if (!data)
            realtime::append_frame(out, realtime::Opcode::pong, payload);
        else if (packed.empty())
            realtime::append_frame(out, opcode, payload);
        else
            realtime::append_frame(out, opcode, packed, {.rsv1 = true});
        write(out);
    }

    bool end(auto last_words) {
        std::string out;
        last_words(out);
        write(out);
        boost::system::error_code failure;
        socket_.shutdown(Tcp::socket::shutdown_send, failure);
        // What the client still sends is read, so that our last words are not lost with a reset.
        std::array<char, 4096> rest;
        while (!failure) socket_.read_some(asio::buffer(rest), failure);
        return false;
    }

    void write(std::string const& bytes) {
        boost::system::error_code failure;   // the next read fails too
        asio::write(socket_, asio::buffer(bytes), failure);
    }

    Tcp::socket& socket_;
    realtime::FrameReader reader_{realtime::FrameReader::From::client, {.message = kLargest, .fragments = kLargest}};
    realtime::Inflater inflater_;
    realtime::Deflater deflater_;
    bool inflates_, deflates_;
};

class Ours final : public Handler {
public:
    explicit Ours(Threads& threads) : threads_{threads} {}

    asio::awaitable<Response> handle(Request const& request) override {
        auto handshake = realtime::read_handshake(request, true);
        if (!handshake) co_return error_response(handshake.error(), request.request_id);
        auto response = realtime::switching(*handshake, "");
        response.upgrade = [this, inflates = handshake->inflates, deflates = handshake->deflates](Upgraded& upgraded) {
            threads_.start(std::move(upgraded.socket),
                           [inflates, deflates, early = std::move(upgraded.early)](Tcp::socket& socket) {
                               Conversation{socket, inflates, deflates}.run(early);
                           });
        };
        co_return response;
    }
    std::size_t body_limit(Request const&) const override { return 0; }

private:
    Threads& threads_;
};

int serve_ours() {
    HttpSettings settings;
    settings.connections_per_address = settings.connections;
    // The threads hold sockets of the server's loop: they end while it still runs.
    struct All {
        explicit All(HttpSettings const& with) : server{with, handler} {}
        std::unique_ptr<Threads> threads = std::make_unique<Threads>();
        Ours handler{*threads};
        HttpServer server;
    } all{settings};
    if (!all.server.listen("127.0.0.1", 0) || !all.server.start()) return 1;
    std::cout << "port " << all.server.port() << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    all.threads.reset();
    all.server.stop();
    return 0;
}

// ---- Beast's

void converse_beast(Tcp::socket& socket) {
    beast::websocket::stream<Tcp::socket&> stream{socket};
    beast::websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    stream.set_option(deflate);
    stream.read_message_max(kLargest);
    stream.auto_fragment(false);
    beast::error_code failure;
    stream.accept(failure);
    beast::flat_buffer buffer;
    while (!failure) {
        buffer.clear();
        stream.read(buffer, failure);
        if (failure) return;
        stream.text(stream.got_text());
        stream.write(buffer.data(), failure);
    }
}

int serve_beast() {
    asio::io_context io;
    Tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    Threads threads;
    std::cout << "port " << acceptor.local_endpoint().port() << std::endl;
    std::jthread accepting{[&](std::stop_token const& stop) {
        boost::system::error_code failure;
        while (!stop.stop_requested()) {
            auto socket = acceptor.accept(failure);
            if (!failure && !stop.stop_requested()) threads.start(std::move(socket), converse_beast);
        }
    }};
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    accepting.request_stop();
    boost::system::error_code ignored;
    Tcp::socket{io}.connect(acceptor.local_endpoint(), ignored);   // wakes accept()
    accepting.join();
    return 0;
}

}   // namespace
}   // namespace waqtor

int main(int argc, char** argv) {
    auto const kind = std::string_view{argc == 2 ? argv[1] : ""};
    if (kind == "ours") return waqtor::serve_ours();
    if (kind == "beast") return waqtor::serve_beast();
    std::cerr << "echo_server ours|beast\n";
    return 2;
}
