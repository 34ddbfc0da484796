#pragma once
#include "whatsapp/client/doorbell.hpp"
#include "whatsapp/transport/channel.hpp"

#include <deque>

namespace waqtor::whatsapp {

/// One connection as the parts of a client see it: a queue of stanzas to send, requests with their answers, and what else comes in.
/// On the session's strand. Shared, because who waits for an answer may outlast the connection.
class Line {
public:
    static constexpr auto kAnswer = std::chrono::seconds{60};   // how long a request may take
    static constexpr std::size_t kMostQueued = 1U << 20;        // bytes that wait before room() makes senders wait

    Line(asio::any_io_executor executor, std::unique_ptr<transport::Channel> channel, Clock const& clock);

    /// Behind those that were sent before. Dropped when the line is closed.
    void send(Node const& node);
    void send_encoded(Bytes stanza);
    /// Until less than kMostQueued waits, or the line is closed.
    asio::awaitable<void> room();

    /// Sends a request, given without its id, and waits for the answer. An `error` answer fails with a Code after its number
    /// (cause: the number and its text); Code::timeout, Code::unavailable when the line closed meanwhile.
    Task<Node> ask(Node iq, std::chrono::milliseconds deadline = kAnswer);

    /// Until everything queued is written, or the line is closed.
    asio::awaitable<void> flushed();
    /// Waits that long, or until the line is closed.
    asio::awaitable<void> wait_closed(std::chrono::milliseconds most);
    /// Until the line is closed; for many at the same time.
    asio::awaitable<void> ended();

    /// Writes what is queued until the line is closed; run it once.
    asio::awaitable<void> write();
    /// The next stanza that is no answer to ask().
    Task<Node> receive();

    /// Fails everything that waits. The first reason stays.
    void close(Error why);
    bool closed() const { return closed_.has_value(); }
    Error const& why() const { return *closed_; }
    std::optional<Timestamp> last_frame() const { return last_frame_; }
    std::string next_id() { return prefix_ + std::to_string(++last_id_); }

private:
    struct Question {
        explicit Question(asio::any_io_executor const& executor) : timer{executor} {}
        asio::steady_timer timer;
        std::optional<Node> answer;
    };

    asio::any_io_executor executor_;
    std::unique_ptr<transport::Channel> channel_;
    Clock const& clock_;
    Doorbell to_write_;
    Doorbell written_;
    asio::steady_timer closing_;
    Doorbell ended_;
    bool writing_ = false;
    std::deque<Bytes> queue_;
    std::size_t queued_ = 0;
    std::map<std::string, std::shared_ptr<Question>, std::less<>> questions_;
    std::optional<Error> closed_;
    std::optional<Timestamp> last_frame_;
    std::string prefix_;
    std::uint64_t last_id_ = 0;

    bool answers(Node& node);
};

/// The number of an `<error code>` answer that ask() failed with, if it was one.
std::optional<unsigned> answered_code(Error const& error);

}   // namespace waqtor::whatsapp
