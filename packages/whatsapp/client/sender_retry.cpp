#include "whatsapp/client/sender.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

/// Encrypts a message that was sent before for one device.
class Sender::Again final : public Vault::Job {
public:
    Again(signal::Cipher& cipher, Jid device, Bytes message)
        : cipher_{cipher}, device_{std::move(device)}, message_{std::move(message)} {}

    std::optional<signal::Ciphertext> sealed{};   // nothing: there is no session

    Task<void> prepare(Draft& draft) override {
        sealed.reset();
        std::vector<signal::Cipher::Letter> one;
        one.push_back({device_, padded(message_)});
        CO_TRY(auto made, co_await cipher_.encrypt(std::move(one)));
        if (!made.messages.empty()) sealed = std::move(made.messages.front().message);
        draft.changes = std::move(made.changes);
        co_return Result<void>{};
    }

private:
    signal::Cipher& cipher_;
    Jid device_;
    Bytes message_;
};

/// The receipt is acknowledged only after the answer is queued, so that a crash in between has it asked again.
Task<void> Sender::resend(Node receipt) {
    auto const line = context_.line;
    auto const outcome = co_await answer_retry(receipt);
    if (!outcome && !refusal_of(outcome.error()) && outcome.error().code != Code::not_found) co_return outcome;
    auto ack = Node{"ack", {{"class", "receipt"}, {"id", receipt.string("id")}, {"type", "retry"}}};
    if (auto const* from = receipt.find("from")) ack.set("to", *from);
    for (auto const* key : {"participant", "recipient"})
        if (auto const* value = receipt.find(key)) ack.set(Text{std::string_view{key}}, *value);
    line->send(ack);
    co_return Result<void>{};
}

/// Starts a new session when the device cannot use the one there is.
Task<void> Sender::renew_session(Jid device, Node const& receipt, std::uint64_t count) {
    if (auto const* keys = receipt.child("keys")) {
        auto const* registration = receipt.child("registration");
        auto const id = registration ? static_cast<std::uint32_t>(from_big_endian(registration->bytes())) : 0U;
        CO_TRY(auto bundle, read_bundle(*keys, id));
        co_return co_await sessions_.start(device, std::move(bundle));
    }
    CO_TRY(auto const record, co_await context_.vault.sessions({device}));
    if (!record.front().empty() && count < 2) co_return Result<void>{};
    co_return co_await sessions_.start({device});
}

Task<void> Sender::answer_retry(Node const& receipt) {
    auto const line = context_.line;
    auto const from = receipt.jid("from");
    auto const in_group = from && from->server == Server::group;
    auto const asker = in_group ? receipt.jid("participant") : from;
    auto const* retry = receipt.child("retry");
    if (!asker || !retry) co_return refuse(Refusal::malformed, "a retry receipt is not whole");
    auto const count = retry->number("count").value_or(1);
    if (count > context_.pace.most_retries) co_return refuse(Refusal::limit, "a device asks too often");
    auto const id = receipt.string("id");
    auto const work = [id, store = &context_.vault.store(), session = context_.vault.ref().session](Transaction& tx) {
        return store->frame(tx, session, id);
    };
    CO_TRY(auto const frame, co_await context_.vault.read(work));
    if (!frame) co_return fail(Code::not_found, "that message is not kept any more");

    CO_TRY(auto const device, co_await directory_.canonical(*asker));
    CO_TRY_OK(co_await renew_session(device, receipt, count));
    auto const chat = Jid::parse(frame->chat).value_or(Jid{});
    auto const mine = context_.account.is_me(device);
    proto::SentAttributes sent;
    sent.ParseFromArray(frame->attributes.data(), static_cast<int>(frame->attributes.size()));
    auto message = mine && !in_group && !sent.peer() ? messaging::wrap_device_sent(frame->plain, chat) : frame->plain;
    if (in_group) {
        CO_TRY(message, co_await with_group_key(chat, std::move(message)));
    }
    auto const job = std::make_shared<Again>(sessions_.cipher(), device, std::move(message));
    CO_TRY_OK(co_await context_.vault.run(job));
    if (!job->sealed) co_return fail(Code::not_found, "the device has no keys");

    auto const prekey = job->sealed->kind == signal::Kind::prekey;
    auto enc = enc_node(*std::move(job->sealed), sent.media_type(), sent.hide_failure());
    enc.set("count", count);
    auto stanza = Node{"message", {{"id", id}, {"to", *receipt.find("from")}, {"type", sent.type()}}};
    stanza.set("t", frame->at.time_since_epoch().count() / 1000);
    if (!sent.edit().empty()) stanza.set("edit", sent.edit());
    if (sent.peer()) stanza.set("category", "peer");
    if (in_group)
        stanza.set("participant", *receipt.find("participant"));
    else
        stanza.set("device_fanout", "false");
    if (auto const* recipient = receipt.find("recipient")) stanza.set("recipient", *recipient);
    stanza.add(std::move(enc));
    if (prekey) add_device_identity(stanza, context_.account);
    line->send(stanza);
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
