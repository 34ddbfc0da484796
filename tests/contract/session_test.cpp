// SessionStore and SessionService on both databases, with an engine that does what the test says (the real one is tested in
// tests/engine): two services on one database stand for two processes.
#include "account_fixture.hpp"
#include "core/sessions/session_service.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/session_store.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <future>

namespace waqtor {
namespace {

/// Engines under the test's control. Used from the sessions' strands and the test.
class ScriptedClients final : public WhatsAppClients {
public:
    class Client final : public WhatsAppClient {
    public:
        Client(ScriptedClients& all, SessionRef ref, SessionListener& listener, std::string with_proxy)
            : proxy{std::move(with_proxy)}, all_{all}, ref_{ref}, listener_{listener} {}
        ~Client() override { all_.forget_client(this); }
        void start() override {
            if (stopped) ++all_.late_starts;
            started = true;
            all_.changed();
        }
        asio::awaitable<void> stop() override {
            started = false;
            stopped = true;
            all_.changed();
            co_return;
        }
        Task<void> logout() override {
            ++all_.logouts;
            co_return Result<void>{};
        }
        Task<std::string> pairing_code(std::string phone) override { co_return "CODE" + phone.substr(phone.size() - 4); }
        Task<void> send(waqtor::Outgoing) override { co_return Result<void>{}; }
        Task<std::vector<NumberCheck>> check(std::vector<std::string>) override { co_return std::vector<NumberCheck>{}; }
        Task<void> mark_read(Address, std::vector<std::string>, std::optional<Address>) override { co_return Result<void>{}; }
        Task<void> mark_played(Address, std::vector<std::string>, std::optional<Address>) override { co_return Result<void>{}; }
        Task<std::string> download(MessageType, Media) override { co_return fail(Code::gone, ""); }
        Task<void> typing(Address, bool) override { co_return Result<void>{}; }
        ClientFigures figures() const override { return {}; }
        void tell(ClientState const& state) { listener_.state_changed(ref_, state); }

        std::string proxy;
        std::atomic<bool> started = false;
        std::atomic<bool> stopped = false;

    private:
        ScriptedClients& all_;
        SessionRef ref_;
        SessionListener& listener_;
    };

    std::unique_ptr<WhatsAppClient> make(SessionRef session, asio::any_io_executor, SessionListener& listener,
                                         std::string proxy) override {
        auto client = std::make_unique<Client>(*this, session, listener, std::move(proxy));
        ++made;
        std::scoped_lock const lock{mutex_};
        clients_.emplace_back(client.get());
        return client;
    }
    /// Sessions whose client was asked to unlink.
    std::atomic<int> logouts = 0;
    /// Clients that were started after their end.
    std::atomic<int> late_starts = 0;
    std::atomic<int> made = 0;
    Result<void> forget(Transaction&, SessionRef session) override {
        std::scoped_lock const lock{mutex_};
        forgotten.push_back(session.session);
        return {};
    }

    /// The client that runs, as soon as one does.
    Client& running() {
        std::unique_lock lock{mutex_};
        Client* found = nullptr;
        wake_.wait(lock, [&] {
            auto const at = std::ranges::find_if(clients_, [](Client* client) { return client->started.load(); });
            found = at == clients_.end() ? nullptr : *at;
            return found != nullptr;
        });
        return *found;
    }
    std::size_t count_running() {
        std::scoped_lock const lock{mutex_};
        return static_cast<std::size_t>(std::ranges::count_if(clients_, [](Client* client) { return client->started.load(); }));
    }
    std::vector<SessionId> forgotten;

private:
    friend Client;
    void changed() {
        std::scoped_lock const lock{mutex_};
        wake_.notify_all();
    }
    void forget_client(Client* client) {
        std::scoped_lock const lock{mutex_};
        std::erase(clients_, client);
        wake_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Client*> clients_;
};

/// One process: a service with its threads.
class Process {
public:
    Process(Database& db, SessionStore& store, EventLog& events, Clock const& clock, Sealer const& sealer, SessionPolicy policy)
        : sessions{{db, store, events, clock, sealer, clients}, pool_.get_executor(), policy},
          running_{asio::co_spawn(pool_, sessions.run(), asio::use_future)} {}
    ~Process() {
        sessions.stop();
        running_.get();
        pool_.join();
    }
    template <class T> T wait(asio::awaitable<T> task) { return asio::co_spawn(pool_, std::move(task), asio::use_future).get(); }

    ScriptedClients clients;

private:
    asio::thread_pool pool_{2};

public:
    SessionService sessions;

private:
    std::future<void> running_;
};

class SessionContract : public testing::AccountTest {
protected:
    Caller who() { return {.proof = Proof::cookie, .workspace = workspace, .role = Role::owner, .scopes = scopes_of(Role::owner)}; }
    std::unique_ptr<Process> process(SessionPolicy policy = {.lease = std::chrono::milliseconds{400},
                                                             .look = std::chrono::milliseconds{20}}) {
        return std::make_unique<Process>(db(), store, log, system, sealer, policy);
    }
    /// Asks until the session is in that state; the ctest timeout is the limit.
    Session in_state(Process& at, std::string const& which, SessionState state) {
        for (;;) {
            auto session = must(at.wait(at.sessions.get(who(), which)));
            if (session.state == state) return session;
            std::this_thread::yield();
        }
    }
    sql::SqlSessionStore store;
    SystemClock system;
    sql::SqlEventLog log{system};
    MasterKey key = MasterKey::temporary();
    Sealer sealer{key};
};
WAQTOR_ON_EVERY_DATABASE(SessionContract);

ClientState linked() { return {.phase = ClientPhase::working, .me = {.phone = "+15550101", .lid = "1001", .name = "Shop"}}; }

TEST_P(SessionContract, LinksByQrAndWorks) {
    auto one = process();
    auto const made = must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    EXPECT_EQ(made.state, SessionState::STARTING);
    auto& client = one->clients.running();
    client.tell(
        {.phase = ClientPhase::pairing, .qr = "2@abc", .qr_attempt = 1, .qr_expires = system.now() + std::chrono::minutes{1}});
    EXPECT_TRUE(in_state(*one, "shop", SessionState::SCAN_QR).has_qr);
    EXPECT_EQ(must(one->wait(one->sessions.qr(who(), "shop"))).qr, "2@abc");
    EXPECT_EQ(must(one->wait(one->sessions.pairing_code(who(), "shop", "+15550101"))).code, "CODE0101");
    client.tell(linked());
    auto const works = in_state(*one, made.id.text(), SessionState::WORKING);
    EXPECT_EQ(works.phone_number, "+15550101");
    EXPECT_TRUE(works.linked_at);
    EXPECT_TRUE(one->sessions.working({workspace, made.id}));
    EXPECT_EQ(one->wait(one->sessions.qr(who(), "shop")).error().code, Code::not_found);
    auto const events = must(read([&](Transaction& tx) { return log.read(tx, workspace, {.types = {"session.*"}}); }));
    std::vector<std::string> types;
    for (auto const& event : events.events) types.push_back(event.type);
    EXPECT_EQ(types, (std::vector<std::string>{"session.created", "session.qr_changed", "session.state_changed", "session.linked",
                                               "session.state_changed"}));
}

TEST_P(SessionContract, TroubleIsToldWithAdvice) {
    auto one = process();
    must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    auto& client = one->clients.running();
    client.tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
    auto broken = linked();
    broken.phase = ClientPhase::interrupted;
    broken.trouble = ClientTrouble::network;
    client.tell(broken);
    auto const degraded = in_state(*one, "shop", SessionState::DEGRADED);
    EXPECT_EQ(degraded.why, "network");
    ASSERT_TRUE(degraded.advice);
    EXPECT_FALSE(degraded.advice->ar.empty());
    client.tell({.phase = ClientPhase::logged_out, .trouble = ClientTrouble::device_removed});
    EXPECT_EQ(in_state(*one, "shop", SessionState::LOGGED_OUT).why, "device_removed");
    EXPECT_EQ(one->clients.forgotten.size(), 1U);
    EXPECT_FALSE(one->sessions.working({workspace, degraded.id}));
}

TEST_P(SessionContract, AnotherProcessTakesOverAndTheFirstCanWriteNothing) {
    auto one = process();
    auto const made = must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    one->clients.running().tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
    auto two = process();
    SessionRef const ref{workspace, made.id};
    auto const fenced = [&](Process& at) { return write([&](Transaction& tx) { return at.sessions.fence(tx, ref); }); };
    EXPECT_TRUE(fenced(*one));
    EXPECT_EQ(fenced(*two).error().code, Code::conflict);
    EXPECT_EQ(two->clients.count_running(), 0U);
    one.reset();   // gives its leases back
    two->clients.running().tell(linked());
    in_state(*two, "shop", SessionState::WORKING);
    EXPECT_TRUE(fenced(*two));
}

TEST_P(SessionContract, WhoIsAskedToStartASessionRunsItThoughAnotherProcessLooksOften) {
    auto one = process({.look = std::chrono::hours{1}});
    auto two = process({.look = Milliseconds{1}});
    for (auto const* name : {"a", "b", "c", "d", "e"}) {
        must(one->wait(one->sessions.create(who(), {.client_id = name})));
        one->clients.running();
        must(one->wait(one->sessions.stop_session(who(), name)));
        must(one->wait(one->sessions.start(who(), name)));
        one->clients.running();
        must(one->wait(one->sessions.stop_session(who(), name)));
    }
    EXPECT_EQ(two->clients.made, 0);
}

TEST_P(SessionContract, WhereASessionDoesNotRunItsCodeIsSaidToBeElsewhere) {
    auto one = process();
    auto const two = process();
    must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    ClientState code{.phase = ClientPhase::pairing};
    code.qr = "a code";
    code.qr_expires = system.now() + std::chrono::minutes{1};
    one->clients.running().tell(code);
    in_state(*one, "shop", SessionState::SCAN_QR);
    EXPECT_EQ(must(one->wait(one->sessions.qr(who(), "shop"))).qr, "a code");
    EXPECT_EQ(two->wait(two->sessions.qr(who(), "shop")).error().code, Code::unavailable);
}

TEST_P(SessionContract, ALeaseThatIsNotRenewedGoesToTheNext) {
    auto const dead = Uuid::make(system.now());
    auto const row = SessionRow{.id = SessionId::make(system.now()),
                                .workspace = workspace,
                                .client_id = "shop",
                                .name = "Shop",
                                .wanted = true,
                                .state = SessionState::WORKING};
    auto const now = system.now();
    auto const in = [&](int ms) { return now + Milliseconds{ms}; };
    must(write([&](Transaction& tx) { return store.add(tx, row); }));
    auto const claim = [&](Uuid owner, Timestamp at) {
        return must(write([&](Transaction& tx) { return store.claim(tx, row.id, owner, at, at + Milliseconds{100}); }));
    };
    EXPECT_TRUE(claim(dead, now));
    EXPECT_TRUE(claim(dead, now));   // its own
    auto const next = Uuid::make(now);
    EXPECT_FALSE(claim(next, in(50)));
    auto const free_at = [&](Timestamp at) {
        return must(read([&](Transaction& tx) { return store.ownerless(tx, at, 10); })).size();
    };
    EXPECT_EQ(free_at(in(50)), 0U);
    EXPECT_EQ(free_at(in(100)), 1U);
    EXPECT_TRUE(claim(next, in(100)));
    EXPECT_EQ(write([&](Transaction& tx) { return store.fence(tx, row.id, dead); }).error().code, Code::conflict);
    EXPECT_EQ(must(write([&](Transaction& tx) { return store.renew(tx, next, in(500)); })), std::vector<SessionId>{row.id});
    EXPECT_TRUE(must(write([&](Transaction& tx) { return store.renew(tx, dead, in(500)); })).empty());
}

TEST_P(SessionContract, WhoIsAloneDoesNotWaitForTheLeasesOfTheDead) {
    auto const row = SessionRow{.id = SessionId::make(system.now()),
                                .workspace = workspace,
                                .client_id = "shop",
                                .name = "Shop",
                                .wanted = true,
                                .state = SessionState::WORKING};
    auto const far = system.now() + std::chrono::hours{10};
    must(write([&](Transaction& tx) -> Result<bool> {
        TRY_OK(store.add(tx, row));
        return store.claim(tx, row.id, Uuid::make(system.now()), system.now(), far);
    }));
    auto one = process({.alone = true});
    one->clients.running().tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
}

TEST_P(SessionContract, WhoHasLostASessionWritesNothingOfItsState) {
    auto one = process({.lease = std::chrono::hours{1}, .look = std::chrono::hours{1}});   // it never looks
    auto const made = must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    auto& client = one->clients.running();
    client.tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
    // Another process claimed it while this one was held up, and WhatsApp cut our connection as replaced.
    must(write([&](Transaction& tx) -> Result<bool> {
        TRY_OK(store.release_all(tx));
        return store.claim(tx, made.id, Uuid::make(system.now()), system.now(), system.now() + std::chrono::hours{1});
    }));
    client.tell({.phase = ClientPhase::failed, .trouble = ClientTrouble::replaced});
    while (one->clients.count_running() > 0) std::this_thread::yield();
    one.reset();
    EXPECT_EQ(must(read([&](Transaction& tx) { return store.find(tx, workspace, made.id); })).state, SessionState::WORKING);
}

TEST_P(SessionContract, BadWishesAreRefusedAndNothingIsLeft) {
    auto one = process();
    must(one->wait(one->sessions.create(who(), {.client_id = "shop", .start = false})));
    EXPECT_EQ(one->wait(one->sessions.create(who(), {.client_id = "shop"})).error().code, Code::conflict);
    EXPECT_EQ(one->wait(one->sessions.create(who(), {.client_id = "b", .proxy = Secret{"ftp://x"}})).error().details.front().field,
              "proxy");
    auto stranger = who();
    stranger.workspace = other;
    EXPECT_EQ(one->wait(one->sessions.get(stranger, "shop")).error().code, Code::not_found);
    auto limited = who();
    limited.sessions = {SessionId::make(system.now())};
    EXPECT_EQ(one->wait(one->sessions.get(limited, "shop")).error().code, Code::not_found);
    EXPECT_EQ(must(one->wait(one->sessions.list(who(), {}))).total, 1);
    EXPECT_EQ(must(one->wait(one->sessions.list(limited, {}))).total, 0);
}

TEST_P(SessionContract, TheProxyIsSealedAndReachesTheEngine) {
    auto one = process();
    auto const proxy = std::string{"socks5://user:secret@proxy.example:1080"};
    EXPECT_TRUE(must(one->wait(one->sessions.create(who(), {.client_id = "shop", .proxy = Secret{proxy}}))).has_proxy);
    EXPECT_EQ(one->clients.running().proxy, proxy);
    auto const stored = must(all<Bytes>("SELECT proxy FROM session"));
    auto const text = std::string{stored.front().begin(), stored.front().end()};
    EXPECT_EQ(text.find("secret"), std::string::npos);
}

TEST_P(SessionContract, NobodySaysWorkingAfterTheServerHasStopped) {
    auto one = process();
    auto const made = must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    one->clients.running().tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
    one.reset();
    auto const row = must(read([&](Transaction& tx) { return store.find(tx, workspace, made.id); }));
    EXPECT_EQ(row.state, SessionState::STOPPED);
    EXPECT_TRUE(row.wanted) << "the next start goes on with it";
}

TEST_P(SessionContract, AClientIsNeverStartedAfterItsEnd) {
    auto one = process();
    for (int i = 0; i < 40; ++i) {
        auto const name = "shop" + std::to_string(i);
        must(one->wait(one->sessions.create(who(), {.client_id = name})));
        for (int wait = 0; wait < i; ++wait) std::this_thread::yield();   // from at once to a little later
        must(one->wait(one->sessions.remove(who(), name)));
    }
    EXPECT_EQ(one->clients.late_starts, 0);
    EXPECT_EQ(one->clients.count_running(), 0U);
}

TEST_P(SessionContract, StoppingLogoutAndRemoval) {
    auto one = process();
    auto const made = must(one->wait(one->sessions.create(who(), {.client_id = "shop"})));
    one->clients.running().tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
    EXPECT_EQ(must(one->wait(one->sessions.stop_session(who(), "shop"))).state, SessionState::STOPPED);
    EXPECT_EQ(one->clients.count_running(), 0U);
    must(one->wait(one->sessions.start(who(), "shop")));
    one->clients.running().tell(linked());
    in_state(*one, "shop", SessionState::WORKING);
    auto const out = must(one->wait(one->sessions.logout(who(), "shop")));
    EXPECT_EQ(out.state, SessionState::LOGGED_OUT);
    EXPECT_FALSE(out.phone_number);
    EXPECT_EQ(one->clients.logouts, 1);
    EXPECT_EQ(one->clients.forgotten, std::vector<SessionId>{made.id});
    must(one->wait(one->sessions.remove(who(), "shop")));
    EXPECT_EQ(one->wait(one->sessions.get(who(), "shop")).error().code, Code::not_found);
}

}   // namespace
}   // namespace waqtor
