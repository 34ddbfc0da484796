#include "whatsapp/client/sender.hpp"

#include "whatsapp/binary/codec.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

/// Encrypts a message for the own phone alone, and keeps its frame.
class Sender::ToPhone final : public Vault::Job {
public:
    ToPhone(Context& context, signal::Cipher& cipher, std::string id, Bytes message, Draft with)
        : context_{context}, cipher_{cipher}, id_{std::move(id)}, message_{std::move(message)}, with_{std::move(with)} {}

    bool no_session = false;
    Bytes frame{};

    Task<void> prepare(Draft& draft) override {
        no_session = false;
        std::vector<signal::Cipher::Letter> one;
        one.push_back({context_.account.own(Server::lid).with_device(0), padded(message_)});
        CO_TRY(auto sealed, co_await cipher_.encrypt(std::move(one)));
        if (sealed.messages.empty()) {
            no_session = true;
            co_return fail(Code::conflict, "there is no session with the phone yet");
        }
        draft = with_;
        draft.changes.merge(std::move(sealed.changes));
        frame = encode(stanza(std::move(sealed.messages.front().message)));
        draft.work.push_back(keep_frame());
        co_return Result<void>{};
    }

private:
    Context& context_;
    signal::Cipher& cipher_;
    std::string id_;
    Bytes message_;
    Draft with_;

    Jid phone() const { return bare(context_.account.phone); }

    Node stanza(signal::Ciphertext message) const {
        auto const prekey = message.kind == signal::Kind::prekey;
        auto out = Node{"message",
                        {{"id", id_}, {"to", phone()}, {"type", "text"}, {"category", "peer"}, {"push_priority", "high"}},
                        Node{"meta", {{"appdata", "default"}}},
                        enc_node(std::move(message), {}, false)};
        if (prekey) add_device_identity(out, context_.account);
        return out;
    }

    Draft::Work keep_frame() const {
        proto::SentAttributes attributes;
        attributes.set_type("text");
        attributes.set_peer(true);
        auto row = std::make_shared<ClientFrame>(id_, std::nullopt, phone().to_string(), message_,
                                                 to_bytes(bytes_of(attributes.SerializeAsString())), frame, context_.clock.now());
        return [row, store = &context_.vault.store(), ref = context_.vault.ref()](Transaction& tx) -> Result<void> {
            TRY_OK(store->add_frame(tx, ref.session, *row));
            return {};
        };
    }
};

Task<void> Sender::to_phone(Bytes message, Draft with) {
    auto const line = context_.line;
    if (!line || line->closed()) co_return fail(Code::unavailable, "The session is not connected to WhatsApp");
    auto const id = new_message_id();
    auto const job = std::make_shared<ToPhone>(context_, sessions_.cipher(), id, std::move(message), std::move(with));
    auto outcome = co_await context_.vault.run(job);
    if (!outcome && job->no_session) {
        CO_TRY_OK(co_await sessions_.start({context_.account.own(Server::lid).with_device(0)}));
        outcome = co_await context_.vault.run(job);
    }
    if (!outcome) co_return outcome;
    auto const now = context_.clock.now();
    waiting_[id] = {std::nullopt, now, now};
    hand_over(line, std::move(job->frame));
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
