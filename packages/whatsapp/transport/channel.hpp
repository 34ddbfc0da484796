#pragma once
#include "core/base/time.hpp"
#include "whatsapp/binary/node.hpp"
#include "whatsapp/noise/frame.hpp"
#include "whatsapp/noise/handshake.hpp"
#include "whatsapp/transport/websocket.hpp"

namespace waqtor::whatsapp::transport {

/// What a connection needs beside its address.
struct Credentials {
    crypto::KeyPair noise_key;   // of this device
    noise::TrustRoot root = noise::TrustRoot::whatsapp();
    Bytes payload;          // serialized ClientPayload
    Bytes routing_info{};   // of an earlier login, if there was one
};

/// An encrypted connection of stanzas: WebSocket, frames and Noise together. At most one send and one receive at a time; all
/// calls from one thread.
class Channel {
public:
    /// Connects and shakes hands. Fails like WebSocket::open, or with a Refusal of the handshake or its certificates.
    static Task<std::unique_ptr<Channel>> open(Options options, Credentials credentials, Clock const& clock);

    /// Code::too_large for a stanza of 16 MiB.
    Task<void> send(Node node);
    /// Stanzas that encode() has written already, in one WebSocket message.
    Task<void> send(std::vector<Bytes> encoded);
    /// The next stanza. After any failure the connection is unusable.
    Task<Node> receive();
    Task<void> close() { return socket_->close(); }
    void abort() { socket_->abort(); }

    Channel(std::unique_ptr<WebSocket> socket, noise::FrameReader reader, noise::Transport cipher)
        : socket_{std::move(socket)}, reader_{std::move(reader)}, cipher_{std::move(cipher)} {}

private:
    std::unique_ptr<WebSocket> socket_;
    noise::FrameReader reader_;
    noise::Transport cipher_;
};

}   // namespace waqtor::whatsapp::transport
