#include "server/realtime/client.hpp"

#include "server/http/upgraded.hpp"

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include <cstring>
#include <random>

namespace waqtor::realtime {
namespace {
constexpr auto kReadsAtOnce = 8;   // then others have their turn
constexpr auto kControlPerSecond = 20.0;
constexpr auto kControlBurst = 100.0;
constexpr auto kPingsBetweenChecks = 4;
constexpr auto kMessageTime = std::chrono::seconds{30};   // a message may take to arrive

std::string_view name_of(Proof proof) {
    return proof == Proof::cookie ? "cookie" : proof == Proof::bearer ? "bearer" : proof == Proof::key ? "key" : "none";
}

/// Spreads the pings of many clients that came at once.
std::chrono::milliseconds spread(std::chrono::milliseconds over) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return std::chrono::milliseconds{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(over.count() + 1))};
}
}   // namespace

Client::Client(Shard& shard, Upgraded upgraded, Arrival arrival)
    : shard_{shard},
      wire_{upgraded},
      server_place_{std::move(upgraded.place)},
      early_{std::move(upgraded.early)},
      caller_{std::move(arrival.caller)},
      place_{std::move(arrival.place)},
      reader_{FrameReader::From::client, {.message = shard.parts().settings.payload_bytes}},
      subscriptions_{caller_},
      bucket_{shard.parts().settings.messages_per_second, shard.parts().settings.burst},
      control_bucket_{kControlPerSecond, kControlBurst},
      id_{++shard.parts().client_ids},
      liveness_{.heard = Steady::now()},
      next_ping_{liveness_.heard + spread(shard.parts().settings.heartbeat)},
      arrived_{liveness_.heard},
      arrived_at_{shard.parts().clock.now()},
      deflates_{arrival.deflates},
      inflates_{arrival.inflates} {
    auto& parts = shard_.parts();
    ++parts.counters.connections;
    ++parts.counters.accepted;
    if (deflates_) ++parts.deflating;
    parts.tally.add();
}

Client::~Client() {
    auto& parts = shard_.parts();
    --parts.counters.connections;
    parts.counters.buffered -= static_cast<std::int64_t>(counted_bytes_);
    if (deflates_) --parts.deflating;
    server_place_.reset();
    wire_.close();
    parts.tally.remove();
}

void Client::start(std::int64_t seq) {
    if (gone_) return;
    attached_ = true;
    position_ = seq;
    live_ = !closing_;
    auto const& settings = shard_.parts().settings;
    Welcome const welcome{
        .version = settings.version,
        .heartbeat_ms = settings.heartbeat.count(),
        .limits = {.payload_bytes = static_cast<std::int64_t>(settings.payload_bytes),
                   .message_bytes = static_cast<std::int64_t>(settings.message_bytes),
                   .messages_per_second = static_cast<std::int64_t>(settings.messages_per_second),
                   .burst = static_cast<std::int64_t>(settings.burst),
                   .buffered_bytes = static_cast<std::int64_t>(settings.buffered_bytes),
                   .resume_events = settings.resume_events},
        .topics = subscriptions_.allowed().list(),
        .seq = seq,
        .client = id_,
    };
    say("welcome", write_json(welcome));
    auto early = std::exchange(early_, {});
    if (!early.empty()) feed(early);
    flush();
    if (must_recheck_) catch_up();
    if (!gone_) wait_readable();
}

// ---- reading

void Client::wait_readable() {
    wire_.socket().async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code failure) {
        if (failure || self->gone_) return self->end();
        self->on_readable();
    });
}

void Client::on_readable() {
    for (auto i = 0; i < kReadsAtOnce; ++i) {
        auto const room = shard_.read_buffer();
        auto const got = wire_.read(room);
        if (got == Wire::kGone) return end();
        if (got == Wire::kWait) {
            flush();
            if (!gone_) wait_readable();
            return;
        }
        liveness_.heard = Steady::now();
        auto const bytes = room.first(static_cast<std::size_t>(got));
        if (!feed(bytes)) break;
        // Less than there was room for: nothing is left, except what TLS may hold.
        if (bytes.size() < room.size() && !wire_.tls()) {
            flush();
            if (!gone_) wait_readable();
            return;
        }
    }
    flush();
    if (gone_) return;
    asio::post(shard_.executor(), [self = shared_from_this()] {
        if (!self->gone_) self->on_readable();
    });
}

/// False when the rest of what comes does not matter any more.
bool Client::feed(std::span<char> bytes) {
    while (!peer_closed_ && !gone_) {
        auto const frame = reader_.next(bytes, inflates_ ? &shard_.inflater() : nullptr);
        if (!frame) {
            auto& counters = shard_.parts().counters;
            auto const big = frame.error().code == CloseCode::too_big;
            note(big ? counters.oversized : counters.violations, big ? Incident::oversized : Incident::violation,
                 frame.error().why);
            peer_closed_ = true;   // nothing that follows can be read
            close(frame.error().code, frame.error().why);
            return false;
        }
        if (!*frame) break;
        if (!on_frame(**frame)) return false;
    }
    if (!reader_.in_message())
        message_began_ = {};
    else if (message_began_ == Steady::time_point{})
        message_began_ = liveness_.heard;
    return true;
}

bool Client::on_frame(Incoming const& frame) {
    if (frame.opcode == Opcode::close) {
        on_close(frame.payload);
        return false;
    }
    if (closing_) return true;   // it may not have seen our close frame yet
    if (frame.opcode == Opcode::text) {
        on_text(frame.payload);
        return true;
    }
    if (frame.opcode == Opcode::binary) {
        close(CloseCode::unsupported, "messages are JSON in text frames");
        return true;
    }
    if (frame.opcode == Opcode::pong) on_pong(frame.payload);
    if (frame.opcode == Opcode::ping) push_frame(Opcode::pong, frame.payload);
    if (!control_bucket_.take(Steady::now())) {
        note(shard_.parts().counters.rate_limited, Incident::rate_limited, "too many control frames");
        close(CloseCode::policy, "too many control frames");
    }
    return true;
}

void Client::on_pong(std::string_view payload) {
    std::int64_t sent = 0;
    if (payload.size() != sizeof sent || liveness_.pinged == Steady::time_point{}) return;
    std::memcpy(&sent, payload.data(), sizeof sent);
    if (sent != liveness_.pinged.time_since_epoch().count()) return;
    answered_ = Steady::now();
    rtt_ = std::chrono::duration_cast<std::chrono::microseconds>(answered_ - liveness_.pinged);
    liveness_.pinged = {};
}

void Client::on_close(std::string_view payload) {
    peer_closed_ = true;
    if (!closing_) {
        closing_ = true;
        live_ = false;
        deadline_ = Steady::now() + shard_.parts().settings.closing;
        // The same code back (RFC 6455 §5.5.1).
        auto frame = std::make_shared<std::string>();
        append_frame(*frame, Opcode::close, payload.substr(0, 2));
        outbox_.push({std::move(frame)});
    }
    flush();
}

// ---- writing

void Client::take(Shared const& broadcast) {
    if (closing_ || gone_) return;
    if (broadcast->seq > 0) {
        if (broadcast->seq <= position_) return;
        position_ = broadcast->seq;
    }
    if (!subscriptions_.wants(*broadcast)) return;
    auto const& text = deflates_ && !broadcast->packed.empty() ? broadcast->packed : broadcast->plain;
    auto bytes = Outbox::Bytes{broadcast, &text};
    auto& parts = shard_.parts();
    ++parts.counters.delivered;
    auto entry = Outbox::Entry{std::move(bytes), broadcast->seq, broadcast->collapse};
    // Who resumes gets all of it.
    if (live_ && broadcast->collapse && !outbox_.empty() && outbox_.replace(entry)) {
        ++parts.counters.collapsed;
        return;
    }
    auto const limit = (broadcast->collapse ? 2 : 1) * parts.settings.buffered_bytes;
    push(std::move(entry), limit);
}

bool Client::push(Outbox::Entry entry, std::size_t limit) {
    if (gone_ || closing_) return false;
    if (outbox_.bytes() + entry.bytes->size() > limit && !outbox_.empty()) {
        too_slow(entry.seq);
        return false;
    }
    outbox_.push(std::move(entry));
    return true;
}

void Client::push_frame(Opcode opcode, std::string_view payload) {
    std::string frame;
    append_frame(frame, opcode, payload);
    push({std::make_shared<std::string const>(std::move(frame))}, 2 * shard_.parts().settings.buffered_bytes);
}

void Client::too_slow(std::int64_t missed) {
    if (closing_) return;
    note(shard_.parts().counters.slow_closed, Incident::slow, "it does not read");
    send_away("too slow", missed);
}

/// Frees what waits and tells the client from where to go on. The kernel takes these last words at once, so they are there when the
/// client reads again.
void Client::send_away(std::string_view why, std::int64_t missed) {
    auto const first_missed = outbox_.drop_unsent();
    auto const resume_after = first_missed ? *first_missed - 1 : missed > 0 ? missed - 1 : position_;
    closing_ = true;
    live_ = false;
    deadline_ = Steady::now() + shard_.parts().settings.slow;
    auto const text = frame_text(
        {.type = "slow", .data = json::serialize(json::object{{"resumeAfter", resume_after}}), .at = shard_.parts().clock.now()});
    auto frames = std::make_shared<std::string>();
    append_frame(*frames, Opcode::text, text);
    append_close(*frames, CloseCode::try_again_later, fmt::format("{}; resume after {}", why, resume_after));
    outbox_.push({std::move(frames)});
    wire_.lift_limit();
    flush();
}

/// Before a close frame, which must not come too late behind what waits for a client that does not read now. Returns from where the
/// client may resume.
std::int64_t Client::drop_waiting() {
    if (!writing_) return position_;
    if (auto const first = outbox_.drop_unsent()) position_ = *first - 1;
    wire_.lift_limit();
    return position_;
}

void Client::count_buffered() {
    auto const bytes = outbox_.bytes();
    if (bytes == counted_bytes_) return;
    shard_.parts().counters.buffered += static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(counted_bytes_);
    counted_bytes_ = bytes;
}

void Client::note(std::atomic<std::uint64_t>& counter, Incident what, std::string_view detail) {
    ++violations_;
    shard_.parts().note(counter, what, caller_.address, detail, caller_.workspace);
}

WsClient Client::figures(Steady::time_point now) const {
    auto const seconds = [&](Steady::time_point since) {
        return std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
    };
    auto const answered = answered_ != Steady::time_point{};
    auto const wanted = subscriptions_.shown();
    WsClient out{.id = id_,
                 .ip = caller_.address,
                 .user = caller_.user,
                 .proof = std::string{name_of(caller_.proof)},
                 .connected_at = arrived_at_,
                 .connected = seconds(arrived_),
                 .is_alive = answers(now),
                 .buffered = static_cast<std::int64_t>(outbox_.bytes()),
                 .subscriptions = wanted.events,
                 .received = received_,
                 .sent = static_cast<std::int64_t>(outbox_.sent_frames()),
                 .sent_bytes = static_cast<std::int64_t>(outbox_.sent_bytes()),
                 .violations = violations_,
                 .seq = position_,
                 .compressed = deflates_};
    for (auto topic : wanted.topics) out.subscriptions.emplace_back(enum_name(topic));
    if (answered) {
        out.last_ping = seconds(answered_);
        out.rtt_ms = static_cast<double>(rtt_.count()) / 1000;
    }
    return out;
}

void Client::flush() {
    if (gone_) return;
    if (writing_ && !closing_) return count_buffered();
    if (!outbox_.empty()) {
        auto const sent = outbox_.flush(wire_);
        ++shard_.parts().counters.writes;
        if (sent == Wire::kGone) return end();
        if (sent == Wire::kWait) wait_writable();
    }
    count_buffered();
    if (room_ && outbox_.bytes() < shard_.parts().settings.buffered_bytes / 4) room_->cancel();
    if (closing_ && outbox_.empty()) finish_closing();
}

void Client::wait_writable() {
    if (std::exchange(writing_, true)) return;
    wire_.socket().async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](boost::system::error_code failure) {
        self->writing_ = false;
        if (failure || self->gone_) return self->end();
        self->liveness_.took = Steady::now();
        self->flush();
    });
}

// ---- ending

void Client::close(CloseCode code, std::string_view reason) {
    if (closing_ || gone_) return;
    closing_ = true;
    live_ = false;
    deadline_ = Steady::now() + shard_.parts().settings.closing;
    drop_waiting();
    std::string frame;
    append_close(frame, code, reason);
    outbox_.push({std::make_shared<std::string const>(std::move(frame))});
}

/// Everything was sent: the server closes first (RFC 6455 §7.1.1), and waits for the client to have read it.
void Client::finish_closing() {
    if (peer_closed_) wire_.shutdown();
}

void Client::end() {
    if (gone_) return;
    gone_ = true;
    live_ = false;
    auto const self = shared_from_this();
    boost::system::error_code ignored;
    wire_.socket().cancel(ignored);
    wire_.close();
    if (room_) room_->cancel();
    shard_.remove(*this);
}

void Client::abort() { end(); }

void Client::check(Steady::time_point now) {
    auto const& settings = shard_.parts().settings;
    if (closing_) {
        if (now >= deadline_) end();
        return;
    }
    if (message_began_ != Steady::time_point{} && now - message_began_ > kMessageTime) {
        close(CloseCode::policy, "the message took too long");
        return flush();
    }
    // What came and was not read yet may be the answer: then it was us who slept. Who is only stopped is told when it returns.
    if (!answers(now) && !wire_.has_unread()) {
        ++shard_.parts().counters.dead;
        return send_away("no answer to a ping", 0);
    }
    if (now < next_ping_) return;
    next_ping_ = now + settings.heartbeat;
    liveness_.pinged = now;
    auto const stamp = now.time_since_epoch().count();
    push_frame(Opcode::ping, {reinterpret_cast<char const*>(&stamp), sizeof stamp});
    flush();
    if (++pings_ % kPingsBetweenChecks == 0) check_rights();   // logins and keys also end by themselves
}

}   // namespace waqtor::realtime
