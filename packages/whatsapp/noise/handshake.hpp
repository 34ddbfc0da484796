#pragma once
#include "whatsapp/noise/certificate.hpp"
#include "whatsapp/noise/symmetric.hpp"

namespace waqtor::whatsapp::noise {

/// The initiator of Noise XX: hello() → server's answer → finish(). Each object serves one connection.
/// The messages are frame payloads: framing and intro header are noise/frame.hpp's.
class ClientHandshake {
public:
    struct Finished {
        Bytes message;         // send it as the last handshake frame
        Transport transport;   // for every frame after it
    };

    explicit ClientHandshake(crypto::KeyPair ephemeral = crypto::KeyPair::generate());

    /// ClientHello.
    Bytes hello() const;

    /// `noise_key` is this device's static key, `client_payload` a serialized ClientPayload. Refuses a server whose certificate
    /// chain does not hold (see verify_chain) or whose answer cannot be read or opened (Refusal::handshake).
    Result<Finished> finish(ByteView server_hello, crypto::KeyPair const& noise_key, TrustRoot const& root, Timestamp now,
                            ByteView client_payload);

private:
    crypto::KeyPair ephemeral_;
    SymmetricState state_;
};

/// The responder: answer() → client's finish → finish(). For the sandbox; a real client never needs it.
class ServerHandshake {
public:
    struct Finished {
        crypto::PublicKey client;   // the device's static noise key, proven
        Bytes payload;              // serialized ClientPayload
        Transport transport;
    };

    /// `chain` is the serialized CertChain sent along, its leaf for `server_static` (see make_chain).
    ServerHandshake(crypto::KeyPair server_static, Bytes chain, crypto::KeyPair ephemeral = crypto::KeyPair::generate());

    /// Reads ClientHello, gives ServerHello. Refusal::handshake when it cannot be read or asks for another pattern than XX (a
    /// hello that already carries a static key is an IK resume).
    Result<Bytes> answer(ByteView client_hello);
    /// Reads ClientFinish. Refusal::handshake when it cannot be read or opened.
    Result<Finished> finish(ByteView client_finish);

private:
    crypto::KeyPair static_;
    Bytes chain_;
    crypto::KeyPair ephemeral_;
    crypto::PublicKey client_ephemeral_;
    SymmetricState state_;
};

}   // namespace waqtor::whatsapp::noise
