#pragma once
#include "sandbox/service/service.hpp"
#include "sandbox/wire/connection.hpp"
#include "whatsapp/proto/adv.pb.h"
#include "whatsapp/proto/client_payload.pb.h"
#include "whatsapp/signal/session.hpp"

#include <deque>
#include <functional>

namespace waqtor::sandbox::testing {

/// A linked device without a library: connects to a Service in memory, and can do each step of pairing wrongly.
class BareDevice {
public:
    explicit BareDevice(Service& service) : service_{service} {}

    crypto::KeyPair noise = crypto::KeyPair::generate();
    signal::Identity identity = signal::Identity::generate();
    signal::SignedPreKey signed_prekey = signal::SignedPreKey::generate(1, identity);
    Bytes adv_secret = crypto::random_bytes(32);
    std::uint32_t version = 1'050'000'000;

    /// Handshake with a registration payload, which `change` may spoil. The answers are in `received`.
    void connect_to_register(noise::TrustRoot const& root, std::function<void(whatsapp::proto::ClientPayload&)> change = {});
    void connect_to_login(noise::TrustRoot const& root, std::uint64_t number, std::uint32_t device);
    void send(Node const& stanza);
    /// Takes out the oldest stanza; an empty node when there is none.
    Node next();
    bool closed() const { return wire_ && wire_->closed; }

    /// The bare form of the code for that reference.
    std::string qr(std::string const& ref) const;
    /// The answer to pair-success, which `change` may spoil.
    /// A text to a phone, encrypted for it, as device 1 of `number`.
    Node text_to(Account& to, std::string const& number, std::string const& id, std::string const& text);
    /// What a phone wrote; empty when it cannot be read.
    std::string read(Node const& message);
    Node sign(Node const& pair_success_iq, std::function<void(whatsapp::proto::ADVSignedDeviceIdentity&)> change = {}) const;

private:
    struct MemoryWire {
        Bytes sent;
        bool closed = false;
    };
    class ToMemory;

    Service& service_;
    std::shared_ptr<Connection> connection_;
    std::shared_ptr<MemoryWire> wire_;
    std::optional<noise::Transport> transport_;
    noise::FrameReader frames_;
    std::map<std::string, signal::SessionRecord> sessions_;   // by the number of the phone

    void connect(noise::TrustRoot const& root, whatsapp::proto::ClientPayload payload);
    Bytes frame();
    void write(ByteView payload, bool first = false);
};

}   // namespace waqtor::sandbox::testing
