#pragma once
#include "sandbox/types.hpp"
#include "whatsapp/noise/frame.hpp"
#include "whatsapp/noise/handshake.hpp"

#include <memory>

namespace waqtor::sandbox {

class Service;
struct Device;
struct Pairing;

/// Where a connection's bytes go. The listener implements it over a WebSocket; after close() nothing is written any more.
class Wire {
public:
    virtual ~Wire() = default;
    virtual void write(Bytes bytes) = 0;
    /// What was written before still goes out. The other end may close first, for as long as `linger`.
    virtual void close(Milliseconds linger) = 0;
};

/// One client on the wire: intro, handshake, then stanzas. Lives on the service's thread. It knows no product rules: those are the
/// Service's, which it tells of the client's payload, of each stanza and of the end.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Service& service, std::unique_ptr<Wire> wire);

    /// Bytes from the client; how they were cut means nothing.
    void received(ByteView bytes);
    /// The client went away, or close() is done.
    void ended();

    void send(Node const& stanza);
    /// Ends the connection after what was sent.
    void close();
    /// Sends why the stream ends (stream:error, failure) and leaves the closing to the client for a while: whatsmeow looks at a
    /// stanza in another thread than at the end of the connection, and forgets the stanza when the end is seen first.
    void end_with(Node const& reason);
    bool open() const { return state_ != State::closed; }

    /// The device's static noise key, proven by the handshake.
    crypto::PublicKey const& noise_key() const { return noise_key_; }

    // Set by the service.
    Device* device = nullptr;             // once logged in
    std::shared_ptr<Pairing> pairing{};   // while a device registers
    std::uint64_t visit = 0;              // its number in the connection log
    std::vector<Node> held_out{};         // what a fault keeps back until the next stanza
    std::vector<Node> held_in{};

private:
    enum class State { hello, finish, stanzas, closed };

    Service& service_;
    std::unique_ptr<Wire> wire_;
    State state_ = State::hello;
    noise::FrameReader frames_{noise::Start::intro};
    std::unique_ptr<noise::ServerHandshake> handshake_;
    std::optional<noise::Transport> transport_;
    crypto::PublicKey noise_key_;

    Result<void> frame(ByteView payload);
    void write_frame(ByteView payload);
    void end(Milliseconds linger);
    void fail_with(Error const& error);
};

}   // namespace waqtor::sandbox
