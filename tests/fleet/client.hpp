#pragma once
#include "fleet/loop.hpp"

namespace waqtor::fleet {

/// One that wants every event of its workspace, once.
class Client final : public Watched {
public:
    explicit Client(Loop& loop) : at{number("after")}, loop_{loop} {}

    void connect() {
        state_ = State::connecting;
        if (!socket_.connect(number("port"))) return come_back();
        loop_.watch(socket_.fd(), this, EPOLLOUT);
    }

    void ready() override {
        if (state_ == State::connecting) return is_connected(socket_.fd()) ? ask() : come_back();
        switch (socket_.receive(loop_.buffer)) {
            case WebSocketClient::Got::nothing: return;
            case WebSocketClient::Got::end: return come_back();
            case WebSocketClient::Got::bytes: break;
        }
        if (state_ == State::upgrading) {
            auto const head = socket_.head();
            if (!head) return socket_.settle();
            if (!head->starts_with("HTTP/1.1 101")) return come_back();   // too early or too late: once more
            state_ = State::open;
        }
        while (auto const frame = socket_.next()) take(*frame);
        socket_.settle();
    }

    std::int64_t at;   // the last event it has
    std::size_t events = 0, repeats = 0, gaps = 0, readied = 0;
    std::map<unsigned, std::size_t> closes;
    std::string trouble;

private:
    /// What is wanted goes along at once: the server reads it when it has switched.
    void ask() {
        state_ = State::upgrading;
        subscribed_ = resumed_ = false;
        loop_.watch(socket_.fd(), this, EPOLLIN);
        socket_.send(
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-API-Key: " +
            options["key"] + "\r\n\r\n" + masked(1, R"({"type":"resume","after":)" + std::to_string(at) + "}") +
            masked(1, R"({"type":"subscribe","topics":["system"],"id":"s"})"));
    }

    /// When the server said, or soon: not all at once.
    void come_back() {
        socket_.close();
        auto const wait = wait_ >= 0 ? wait_ * kMillisecond : static_cast<std::int64_t>(loop_.random() % (kSecond / 2));
        wait_ = -1;
        loop_.at(now() + wait, [this] { connect(); });
    }

    void take(Frame const& frame) {
        if (frame.opcode() == 9) socket_.send(masked(10, frame.payload));
        if (frame.opcode() == 8) {
            ++closes[frame.close_code()];
            wait_ = number_after(frame.payload, "retry in ");
            socket_.send(masked(8, frame.payload.substr(0, 2)));
        }
        if (frame.opcode() != 1) return;
        auto const is = [&](std::string_view type) { return frame.payload.starts_with(R"({"type":")" + std::string{type} + '"'); };
        if (is("settings.updated")) return take_event(number_after(frame.payload, R"("seq":)"));
        if (is("ack"))
            subscribed_ = true;
        else if (is("resumed"))
            resumed_ = true;
        else if (!is("welcome") && !is("slow") && trouble.empty())
            trouble = frame.payload;
        if (subscribed_ && resumed_) {
            ++readied;
            resumed_ = false;
        }
    }

    void take_event(std::int64_t seq) {
        ++events;
        if (seq <= at)
            ++repeats;
        else if (seq != at + 1)
            ++gaps;
        at = std::max(at, seq);
    }

    enum class State : std::uint8_t { connecting, upgrading, open };
    Loop& loop_;
    WebSocketClient socket_;
    State state_ = State::connecting;
    bool subscribed_ = false, resumed_ = false;
    std::int64_t wait_ = -1;   // as the server said
};

}   // namespace waqtor::fleet
