#pragma once
#include "whatsapp/client/context.hpp"
#include "whatsapp/pairing/qr.hpp"

namespace waqtor::whatsapp {

/// Links this device: shows QR codes one after the other, or gives a code to type, until a phone has accepted it.
class Pairing {
public:
    /// What the user is to see.
    struct Shown {
        std::string qr{};
        int attempt = 0;
        std::optional<Timestamp> expires{};
        std::string code{};
    };
    Pairing(Context& context, std::function<void(Shown)> show) : context_{context}, show_{std::move(show)} {}

    /// `<pair-device>`: shows its references in turn; returns when they are used up (true), or the connection ended (false).
    asio::awaitable<bool> rotate(Node iq);
    /// `<pair-success>`: checks and signs it, and commits the account before the answer leaves. A refusal is told to the service.
    Task<void> succeed(Node iq);

    /// 8 characters to type into the phone. Code::unavailable when not pairing, Code::invalid for what is no number.
    Task<std::string> code(std::string phone);
    /// `<notification type=link_code_companion_reg>`: the phone has the code.
    Task<void> phone_has_code(Node notification);

    /// A new connection begins.
    void reset();
    /// The connection has ended: what waits looks at it.
    void wake() {
        if (rotation_) rotation_->cancel();
    }

private:
    struct Typed {
        std::string code;
        crypto::KeyPair ephemeral;
        std::string reference;
        Jid phone;
    };
    Context& context_;
    std::function<void(Shown)> show_;
    bool offered_ = false;   // pair-device came in this connection
    bool done_ = false;
    std::optional<Typed> typed_;
    std::shared_ptr<asio::steady_timer> rotation_;
};

}   // namespace waqtor::whatsapp
