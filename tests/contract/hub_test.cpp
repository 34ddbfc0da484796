// The hub's end, while clients are still on their way in: on a real log, with real sockets.
#include "server/realtime/hub.hpp"
#include "account_fixture.hpp"
#include "server/http/http_server.hpp"
#include "server/testing/raw_client.hpp"
#include "storage/sql/event_log.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <latch>

namespace waqtor {
namespace {
using namespace std::chrono_literals;

class HubContract : public testing::AccountTest, protected Authenticator, protected Handler {
protected:
    ~HubContract() override {
        server.stop();
        guard.reset();
        if (home_thread.joinable()) home_thread.join();
    }

    Task<Caller> authenticate(Credentials credentials) override {
        co_return Caller{.proof = Proof::key,
                         .workspace = workspace,
                         .key = KeyId::make(clock.now()),
                         .address = std::move(credentials.address)};
    }
    asio::awaitable<Response> handle(Request const& request) override {
        auto response = co_await hub.accept(request);
        accepted.count_down();
        may_enter.wait();
        co_return response ? *std::move(response) : error_response(response.error(), request.request_id);
    }
    std::size_t body_limit(Request const&) const override { return 0; }

    void serve() {
        must(server.listen("127.0.0.1", 0));
        hub.start(home.get_executor());
        must(server.start());
    }
    void run_home() {
        home_thread = std::thread{[this] { home.run(); }};
    }
    server_testing::RawClient upgrade() {
        server_testing::RawClient out{server.port()};
        out.send(
            "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nX-API-Key: k\r\n\r\n");
        return out;
    }

    std::latch accepted{1};
    std::latch may_enter{1};
    asio::io_context home;
    asio::executor_work_guard<asio::io_context::executor_type> guard{home.get_executor()};
    std::thread home_thread;
    EventBus bus;
    sql::SqlEventLog log{clock};
    // Nothing is cut off in this time: a client that is not let go makes the test stand still.
    realtime::Hub hub{{.closing = 1h, .drain = 1h}, db(), log, bus, *this, clock};
    HttpServer server{{}, *this};
};
WAQTOR_ON_EVERY_DATABASE(HubContract);

TEST_P(HubContract, WhoComesInAfterItStoppedIsLetGo) {
    serve();
    run_home();
    auto client = upgrade();
    accepted.wait();
    hub.stop();
    may_enter.count_down();
    EXPECT_EQ(client.receive(true)->status, 101U);
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(hub.counters().accepted, 0U);
}

TEST_P(HubContract, SaysGoodbyeThoughTheLogCannotBeRead) {
    serve();
    may_enter.count_down();
    auto client = upgrade();
    EXPECT_EQ(client.receive(true)->status, 101U);
    while (hub.counters().accepted == 0) std::this_thread::yield();
    std::thread stopping{[this] { hub.stop(); }};
    while (hub.counters().writes == 0) std::this_thread::yield();   // the goodbye is on its way
    db().close();
    run_home();                                     // only now somebody looks where the log ends
    client.send({"\x88\x82\0\0\0\0\x03\xf4", 8});   // the answer to it: 1012
    EXPECT_TRUE(client.receive_all().contains("restart; retry in"));
    client.close();
    stopping.join();
    EXPECT_EQ(hub.counters().connections, 0);
}

}   // namespace
}   // namespace waqtor
