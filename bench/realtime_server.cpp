// The hub with all its checks behind the HTTP server, a SQLite event log and real API keys, for realtime.py:
//   realtime_server FOLDER [CERTIFICATE KEY]
// Prints "port N", "publish N" and "key K": on the second port each line is one message for everybody, or after "!" one event of
// the log, whose number and time of commit (nanoseconds of CLOCK_MONOTONIC) are answered. With PEM files it speaks TLS.
#include "core/accounts/key_service.hpp"
#include "core/accounts/login_limiter.hpp"
#include "core/accounts/login_service.hpp"
#include "server/http/http_server.hpp"
#include "server/realtime/hub.hpp"
#include "server/router/router.hpp"
#include "server/routes/realtime_routes.hpp"
#include "storage/database.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/key_store.hpp"
#include "storage/sql/login_store.hpp"
#include "storage/sql/user_store.hpp"
#include "storage/sql/workspace_setting_store.hpp"

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

/// Runs one operation of the database to its end, on the thread that asks.
template <class T> Result<T> run_now(Task<T> task) {
    asio::io_context io;
    auto done = asio::co_spawn(io, std::move(task), asio::use_future);
    io.run();
    return done.get();
}

/// A workspace with an owner and a key, which every client shows.
class Accounts {
public:
    Accounts(SqlDatabase& db, EventLog& log, Clock const& clock)
        : limiter_{clock, 5, 20},
          parts_{db, users_, logins_, keys_, settings_, log, clock, hasher_, limiter_, revision_},
          login{parts_, {}} {}

    Result<std::string> make_key() {
        auto const now = parts_.clock.now();
        UserRow const owner{.id = UserId::make(now),
                            .workspace = workspace,
                            .email = "owner@example.com",
                            .name = "Owner",
                            .role = Role::owner,
                            .password_hash = "none",
                            .created_at = now,
                            .updated_at = now};
        TRY_OK(run_now(parts_.db.write([&](Transaction& tx) -> Result<void> {
            TRY_OK(users_.add_workspace(tx, {workspace, "Bench", now}));
            return users_.add(tx, owner);
        })));
        Caller const who{.proof = Proof::cookie,
                         .workspace = workspace,
                         .user = owner.id,
                         .role = Role::owner,
                         .scopes = scopes_of(Role::owner)};
        TRY(auto const made, run_now(KeyService{parts_}.create(who, {.name = "clients", .scopes = {Scope::events_read}})));
        return made.key.value();
    }

private:
    sql::SqlUserStore users_;
    sql::SqlLoginStore logins_;
    sql::SqlKeyStore keys_;
    sql::SqlWorkspaceSettingStore settings_;
    PasswordHasher hasher_;
    LoginLimiter limiter_;
    std::atomic<std::uint64_t> revision_ = 0;
    AccountParts parts_;

public:
    LoginService login;
    WorkspaceId const workspace{WorkspaceId::make(SystemClock{}.now())};
};

std::int64_t monotonic() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// One publisher: its lines, on a thread of its own.
void publish_lines(Tcp::socket socket, realtime::Hub& hub, SqlDatabase& db, sql::SqlEventLog& log, WorkspaceId workspace) {
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
        auto const seq =
            run_now(db.write([&](Transaction& tx) { return log.append(tx, workspace, MessageReceived{line.substr(1)}); }));
        if (!seq) return;
        asio::write(socket, asio::buffer(fmt::format("{} {}\n", *seq, monotonic())), failure);
    }
}

int run(std::string const& folder, std::string certificate, std::string key_file) {
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
    Accounts accounts{**db, log, clock};
    auto const key = accounts.make_key();
    if (!key) return std::cerr << key.error().message << '\n', 1;
    realtime::HubSettings settings;
    settings.connections_per_address = settings.connections_per_key = settings.connections_per_workspace = 100'000;
    settings.compression_threshold = 256;
    settings.messages_per_second = 10'000;   // all clients come from one address with one key
    settings.burst = 100'000;
    realtime::Hub hub{settings, **db, log, bus, accounts.login, clock};
    Router api;
    declare_realtime_routes(api, hub);
    HttpSettings http;
    http.connections = http.connections_per_address = 100'000;
    http.certificate = std::move(certificate);
    http.key = std::move(key_file);
    HttpServer server{http, api};
    if (!server.listen("127.0.0.1", 0) || !server.start()) return 1;
    hub.start(server.executor());

    asio::io_context io;
    Tcp::acceptor publishers{io, {asio::ip::address_v4::loopback(), 0}};
    std::cout << "port " << server.port() << "\npublish " << publishers.local_endpoint().port() << "\nkey " << *key << std::endl;
    std::thread{[&] {
        while (true)
            std::thread{publish_lines, publishers.accept(), std::ref(hub), std::ref(**db), std::ref(log), accounts.workspace}
                .detach();
    }}.detach();
    int signal = 0;
    sigwait(&signals, &signal);
    std::_Exit(0);   // a bench's clients are not said goodbye to
}

}   // namespace
}   // namespace waqtor

int main(int argc, char** argv) {
    if (argc != 2 && argc != 4) return 2;
    return waqtor::run(argv[1], argc == 4 ? argv[2] : "", argc == 4 ? argv[3] : "");
}
