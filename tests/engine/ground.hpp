#pragma once
#include "core/sessions/account_calls.hpp"
#include "sandbox/sandbox.hpp"
#include "whatsapp/client/client.hpp"
#include "whatsapp/client/memory_store.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace waqtor::engine {

inline constexpr auto kPatience = std::chrono::seconds{60};
inline constexpr auto kAmal = "15550101";
inline constexpr auto kBadr = "15550102";

inline std::string address(std::string_view number) { return std::string{number} + "@s.whatsapp.net"; }

/// A sandbox, and a folder for what clients must trust.
class Ground {
public:
    explicit Ground(sandbox::Options options = {});
    ~Ground();
    sandbox::Sandbox& operator*() { return *sandbox_; }
    sandbox::Sandbox* operator->() { return sandbox_.get(); }
    whatsapp::Endpoint endpoint() const;
    std::string lid(std::string const& number);
    /// Waits for an entry of the ledger; a failed test says `what`.
    sandbox::Entry expect(std::string const& what, std::function<bool(sandbox::Entry const&)> fits);
    /// No stanza of ours was refused.
    void expect_nothing_refused();

private:
    std::filesystem::path folder_;
    std::unique_ptr<sandbox::Sandbox> sandbox_;
};

/// Remembers what the engine told, in order; wait() from any thread.
class Recorder final : public SessionListener {
public:
    struct Event {
        // state, received, undone (received in a transaction that failed), committed, receipt, acknowledged, refused, failed,
        // changed, presence
        std::string what;
        ClientState state{};
        Inbound inbound{};
        waqtor::Receipt receipt{};
        MessageId message{};
        std::string detail{};
        PhoneChange change{};
        PresenceNews presence{};
    };

    void state_changed(SessionRef session, ClientState const& state) override;
    Result<void> fence(Transaction& tx, SessionRef session) override;
    Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) override;
    Result<void> receipt(Transaction& tx, SessionRef session, waqtor::Receipt const& receipt) override;
    Result<void> committed(Transaction& tx, SessionRef session, MessageId message) override;
    Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) override;
    Result<void> refused(Transaction& tx, SessionRef session, MessageId message, waqtor::Refusal why,
                         std::string_view detail) override;
    Result<void> phone_changed(Transaction& tx, SessionRef session, PhoneChange const& change) override;
    void presence_changed(SessionRef session, PresenceNews const& news) override;

    /// The first event that fits, also one from before. Throws when none comes.
    Event wait(std::string const& what, std::function<bool(Event const&)> fits = [](auto const&) { return true; });
    Event wait_phase(ClientPhase phase);
    Event wait_text(std::string const& text);
    Event wait_change(PhoneChangeKind kind, std::function<bool(PhoneChange const&)> fits = [](auto const&) { return true; });
    std::vector<Event> all(std::string const& what);
    void clear();
    /// The next so many calls of received() fail.
    std::atomic<int> failures = 0;
    /// After so many more all of them fail; -1: never.
    std::atomic<int> failing_after = -1;
    std::atomic<bool> fenced = false;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Event> events_;
    void add(Event event);
};

/// One client with a thread of its own; its memory survives restarts of the client.
class Device {
public:
    /// `time`, which outlives it, is what the client takes for the time; null: the real one.
    explicit Device(Ground& ground, std::function<void(whatsapp::ClientParts&)> change = {}, Clock const* time = nullptr);
    ~Device();

    /// From nothing to working as a device of `number`.
    void link(std::string const& number);
    void start();
    void stop();
    /// Throws away the client, as a crash would, and makes a new one over the same memory.
    void restart();

    /// Code and id of the message; throws nothing.
    Result<MessageId> send(std::string const& to, Content content, std::string id = {});
    Result<MessageId> send_text(std::string const& to, std::string text);
    template <class T> T run(asio::awaitable<T> work) { return asio::co_spawn(io_, std::move(work), asio::use_future).get(); }
    WhatsAppClient& client() { return *client_; }
    AccountCalls& calls() { return *client_->account_calls(); }
    /// Sets something on all devices.
    Result<void> change(PhoneChange change) { return run(calls().change(std::move(change))); }
    ClientFigures figures();
    std::string last_id;   // WhatsApp's, of the message sent last

    Recorder heard;
    whatsapp::MemoryDatabase db;
    whatsapp::MemoryClientStore store;
    SystemClock clock;
    SessionRef session{WorkspaceId::make(clock.now()), SessionId::make(clock.now())};

private:
    Ground& ground_;
    std::function<void(whatsapp::ClientParts&)> change_;
    Clock const* time_;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    asio::thread_pool pool_{1};
    std::thread thread_;
    std::unique_ptr<WhatsAppClient> client_;
    void make();
};

}   // namespace waqtor::engine
