#pragma once
#include "whatsapp/client/sender.hpp"

namespace waqtor::whatsapp {

/// One message on its way out.
struct Sender::Order {
    MessageId message;
    std::string id;
    Jid to;   // canonical, or a group
    messaging::Encoded form;
    std::vector<Jid> devices{};
    std::optional<Jid> phone{};    // of the person it goes to
    std::optional<Node> leave{};   // to write to them
    bool by_phone = false;         // a group that names people by phone address
    std::map<Jid, Jid> phones{};   // there: canonical person → phone address
};

/// Encrypts an order and keeps its frame; what to a person and to a group have in common.
class Sender::Encrypt : public Vault::Job {
public:
    Encrypt(Context& context, signal::Cipher& cipher, std::shared_ptr<Order> order)
        : context_{context}, cipher_{cipher}, order_{std::move(order)} {}

    bool leave_out = false;       // devices without a session
    std::vector<Jid> missing{};   // those, when not left out
    Bytes frame{};
    std::shared_ptr<bool> repeated = std::make_shared<bool>(false);   // the id was sent before

protected:
    Context& context_;
    signal::Cipher& cipher_;
    std::shared_ptr<Order> order_;

    static std::unexpected<Error> no_session() { return fail(Code::conflict, "some devices have no session yet"); }
    /// Writes the frame with the transaction, and tells the listener.
    Draft::Work keep_frame() const;
};

}   // namespace waqtor::whatsapp
