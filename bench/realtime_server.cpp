// The hub with all its checks behind the HTTP server and a SQLite event log, for realtime.py: realtime_server FOLDER. Prints "port
// N" and "publish N": on the second port each line is one message for everybody, or after "!" one event of the log, whose number
// and time of commit (nanoseconds of CLOCK_MONOTONIC) are answered. Every key is taken for the one workspace.
#include "server/http/http_server.hpp"
#include "server/realtime/hub.hpp"
#include "server/router/router.hpp"
#include "server/routes/realtime_routes.hpp"
#include "storage/database.hpp"
#include "storage/sql/event_log.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <csignal>
#include <iostream>
#include <thread>

namespace waqtor {
namespace {
using Tcp = asio::ip::tcp;

struct MessageReceived {
    static constexpr std::string_view kName = "message.received";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "What is measured";
    std::string text;
};
BOOST_DESCRIBE_STRUCT(MessageReceived, (), (text))

class Everybody final : public Authenticator {
public:
    Everybody() : workspace{WorkspaceId::make(SystemClock{}.now())} {}
    Task<Caller> authenticate(Credentials credentials) override {
        if (credentials.key.empty()) co_return Caller{};
        co_return made_;
    }
    Task<Caller> recheck(Caller caller) override { co_return caller; }

    WorkspaceId const workspace;

private:
    Caller made_{
        .proof = Proof::key, .workspace = workspace, .role = Role::owner, .scopes = scopes_of(Role::owner), .key = KeyId::make({})};
};

std::int64_t monotonic() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// One publisher: its lines, on a thread of its own.
void publish_lines(Tcp::socket socket, realtime::Hub& hub, SqlDatabase& db, sql::SqlEventLog& log, WorkspaceId workspace) {
    asio::io_context io;
    asio::streambuf buffer;
    std::istream lines{&buffer};
    boost::system::error_code failure;
    while (true) {
        asio::read_until(socket, buffer, '\n', failure);
        if (failure) return;
        std::string line;
        std::getline(lines, line);
        if (!line.starts_with('!')) {
            hub.publish(workspace, {.type = "message.received", .data = {{"text", line}}});
            continue;
        }
        auto done = asio::co_spawn(
            io, db.write([&](Transaction& tx) { return log.append(tx, workspace, MessageReceived{line.substr(1)}); }),
            asio::use_future);
        io.restart();
        io.run();
        auto const seq = done.get();
        if (!seq) return;
        asio::write(socket, asio::buffer(fmt::format("{} {}\n", *seq, monotonic())), failure);
    }
}

int run(std::string const& folder) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    SystemClock clock;
    EventBus bus;
    auto const wake = [&bus](std::vector<WorkspaceId> const& workspaces) {
        for (auto const& workspace : workspaces) bus.wake(workspace);
    };
    auto db = open_database({.url = "sqlite:" + folder + "/events.db", .on_commit = wake});
    if (!db) return std::cerr << db.error().message << '\n', 1;
    sql::SqlEventLog log{clock};
    Everybody everybody;
    realtime::HubSettings settings;
    settings.connections_per_address = settings.connections_per_key = settings.connections_per_workspace = 100'000;
    settings.compression_threshold = 256;
    settings.messages_per_second = 10'000;   // all clients come from one address with one key
    settings.burst = 100'000;
    realtime::Hub hub{settings, **db, log, bus, everybody, clock};
    Router api;
    declare_realtime_routes(api, hub);
    HttpSettings http;
    http.connections = http.connections_per_address = 100'000;
    HttpServer server{http, api};
    if (!server.listen("127.0.0.1", 0) || !server.start()) return 1;
    hub.start(server.executor());

    asio::io_context io;
    Tcp::acceptor publishers{io, {asio::ip::address_v4::loopback(), 0}};
    std::cout << "port " << server.port() << "\npublish " << publishers.local_endpoint().port() << std::endl;
    std::thread{[&] {
        while (true)
            std::thread{publish_lines, publishers.accept(), std::ref(hub), std::ref(**db), std::ref(log), everybody.workspace}
                .detach();
    }}.detach();
    int signal = 0;
    sigwait(&signals, &signal);
    std::_Exit(0);   // a bench's clients are not said goodbye to
}

}   // namespace
}   // namespace waqtor

int main(int argc, char** argv) { return argc == 2 ? waqtor::run(argv[1]) : 2; }
