#pragma once
#include "server/realtime/codec/frame_reader.hpp"
#include "server/realtime/liveness.hpp"
#include "server/realtime/outbox.hpp"
#include "server/realtime/places.hpp"
#include "server/realtime/shard.hpp"
#include "server/realtime/subscriptions.hpp"

namespace waqtor::realtime {

/// Who comes in, and with what.
struct Arrival {
    Caller caller;
    Place place;
    bool inflates = false;
    bool deflates = false;
};

/// One WebSocket client, for the life of its socket, on its shard's thread. While it is live it takes what the shard delivers;
/// while it catches up (after `resume`, for `get_state`, or to have its rights checked again) a coroutine reads the event log for
/// it from the same position, so nothing is missed or sent twice.
class Client : public std::enable_shared_from_this<Client> {
public:
    using Steady = std::chrono::steady_clock;

    Client(Shard& shard, Upgraded upgraded, Arrival arrival);
    ~Client();
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    /// See Shard::attach. Says welcome and begins to read.
    void start(std::int64_t seq);
    /// Queues what it wants of one broadcast. flush() sends it.
    void take(Shared const& broadcast);
    void flush();
    /// Pings, and ends what took too long.
    void check(Steady::time_point now);
    /// Before anything after the current position is sent, the caller's rights are asked for again.
    void check_rights();
    void close(CloseCode code, std::string_view reason);
    void abort();

    /// What the monitor shows of it.
    WsClient figures(Steady::time_point now) const;

    std::int64_t id() const { return id_; }
    Caller const& caller() const { return caller_; }
    std::size_t buffered() const { return outbox_.bytes(); }
    Subscribed subscribed() const { return subscriptions_.shown(); }
    /// False when the answer to a ping is overdue.
    bool answers(Steady::time_point now) const { return liveness_.answers(now, shard_.parts().settings.pong); }
    bool live() const { return live_; }

private:
    struct StateWish {
        std::optional<std::string> id;
        std::string data;        // JSON; empty until read
        std::int64_t seq = -1;   // of the snapshot
    };
    struct ResumeWish {
        std::int64_t after = 0;
        std::int64_t events = 0;
    };

    void wait_readable();
    void on_readable();
    bool feed(std::span<char> bytes);
    bool on_frame(Incoming const& frame);
    void on_pong(std::string_view payload);
    void on_close(std::string_view payload);
    void end();
    void finish_closing();

    // client_commands.cpp
    void on_text(std::string_view text);
    bool within_rate();
    void run(json::value const& frame);
    void subscribe(json::value const& frame, bool add);
    void resume(Resume const& wish);
    void say(std::string_view type, json::value const& data, std::optional<std::string> id = {});
    void say_error(Error const& error, std::optional<std::string> id);
    void monitor(GetMonitor wish);
    asio::awaitable<void> answer_monitor(GetMonitor wish);

    // client_catch_up.cpp
    void catch_up();
    bool must_catch_up() const;
    asio::awaitable<void> run_catch_up();
    asio::awaitable<bool> recheck();
    Task<bool> read_on();
    Task<void> read_state();
    asio::awaitable<void> wait_for_room();
    void went_live();

    bool push(Outbox::Entry entry, std::size_t limit);
    void push_frame(Opcode opcode, std::string_view payload);
    void too_slow(std::int64_t missed);
    void send_away(std::string_view why, std::int64_t missed);
    std::int64_t drop_waiting();
    void wait_writable();
    void count_buffered();
    void note(std::atomic<std::uint64_t>& counter, Incident what, std::string_view detail);

    Shard& shard_;
    Wire wire_;
    std::shared_ptr<void> server_place_;
    std::string early_;   // bytes that came before start()
    Caller caller_;
    Place place_;
    FrameReader reader_;
    Outbox outbox_;
    Subscriptions subscriptions_;
    TokenBucket bucket_;
    TokenBucket control_bucket_;
    std::int64_t position_ = 0;   // every event up to it was sent, or was not for this client
    std::int64_t id_;
    std::size_t counted_bytes_ = 0;   // in HubCounters::buffered
    std::unique_ptr<StateWish> state_;
    std::unique_ptr<ResumeWish> resume_;
    asio::steady_timer* room_ = nullptr;   // the catch-up waits for it
    Liveness liveness_;
    Steady::time_point next_ping_;
    Steady::time_point deadline_{};   // of the closing
    Steady::time_point message_began_{};
    std::chrono::microseconds rtt_{};
    Steady::time_point arrived_;
    Timestamp arrived_at_;
    Steady::time_point answered_{};   // the last ping
    Steady::time_point warned_{};
    std::uint16_t warnings_ = 0;
    std::uint16_t pings_ = 0;
    std::uint32_t received_ = 0;
    std::uint32_t violations_ = 0;
    bool deflates_, inflates_;
    bool attached_ = false;
    bool live_ = false;
    bool catching_up_ = false;
    bool must_recheck_ = false;
    bool monitoring_ = false;
    bool writing_ = false;   // waits until the socket can be written
    bool closing_ = false;   // a close frame is queued or sent
    bool peer_closed_ = false;
    bool gone_ = false;
};

}   // namespace waqtor::realtime
