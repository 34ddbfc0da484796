#include "whatsapp/client/order.hpp"

#include "core/base/crash_point.hpp"
#include "whatsapp/binary/codec.hpp"
#include "whatsapp/client/originals.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/client_state.pb.h"

#include <cctype>

namespace waqtor::whatsapp {

namespace {

constexpr std::int64_t kPage = 100;

waqtor::Refusal refusal_for(unsigned number) {
    switch (number) {
        case 401:
        case 403: return waqtor::Refusal::not_allowed;
        case 404: return waqtor::Refusal::not_on_whatsapp;
        case 429: return waqtor::Refusal::rate_limited;
        case 463: return waqtor::Refusal::reach_out_locked;
        default: return waqtor::Refusal::other;
    }
}

Bytes attributes_of(messaging::Encoded const& form) {
    proto::SentAttributes out;
    out.set_type(std::string{form.type});
    out.set_media_type(std::string{form.media_type});
    out.set_edit(std::string{form.edit});
    out.set_poll_type(std::string{form.poll_type});
    out.set_hide_failure(form.hide_failure);
    return to_bytes(bytes_of(out.SerializeAsString()));
}

}   // namespace

void add_device_identity(Node& stanza, Account const& account) { stanza.add(Node{"device-identity", {}, account.signed_identity}); }

Bytes padded(Bytes message) {
    messaging::pad(message);
    return message;
}

std::string new_message_id() {
    auto id = "3EB0" + crypto::to_hex(crypto::random_array<9>());
    for (auto& letter : id) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return id;
}

Node enc_node(signal::Ciphertext message, std::string_view media_type, bool hide_failure) {
    auto const type = message.kind == signal::Kind::prekey ? Value{"pkmsg"} : Value{"msg"};
    auto enc = Node{"enc", {{"v", "2"}, {"type", type}}, std::move(message.bytes)};
    if (!media_type.empty()) enc.set("mediatype", media_type);
    if (hide_failure) enc.set("decrypt-fail", "hide");
    return enc;
}

Draft::Work Sender::Encrypt::keep_frame() const {
    auto row = std::make_shared<ClientFrame>(order_->id, order_->message, order_->to.to_string(), order_->form.message,
                                             attributes_of(order_->form), frame, context_.clock.now());
    auto keep = Draft::Work{};
    if (order_->form.poll_type == "creation") {   // votes come as long as people see it
        auto const& account = context_.account;
        auto const poll = messaging::original_of(order_->form.message, {bare(account.lid), bare(account.phone)});
        if (poll) keep = keep_original(context_, order_->id, *poll);
    }
    return [row, keep = std::move(keep), again = repeated, store = &context_.vault.store(), listener = &context_.vault.listener(),
            ref = context_.vault.ref()](Transaction& tx) -> Result<void> {
        TRY(auto const added, store->add_frame(tx, ref.session, *row));
        *again = !added;
        if (!added) return {};
        if (keep) TRY_OK(keep(tx));
        return listener->committed(tx, ref, *row->message);
    };
}

/// Encrypts a message to a person for each of their and our other devices, and keeps its frame.
class Sender::Direct final : public Encrypt {
public:
    using Encrypt::Encrypt;

    Task<void> prepare(Draft& draft) override {
        std::vector<signal::Cipher::Letter> letters;
        auto const copy = messaging::wrap_device_sent(order_->form.message, order_->to);
        for (auto const& device : order_->devices) {
            auto const mine = context_.account.is_me(device);
            letters.push_back({device, padded(mine ? copy : order_->form.message)});
        }
        CO_TRY(auto sealed, co_await cipher_.encrypt(std::move(letters)));
        missing = std::move(sealed.without_session);
        if (!missing.empty() && !leave_out) co_return no_session();
        auto const to_me = context_.account.is_me(order_->to);
        auto const reaches = [&](auto const& one) { return to_me || !context_.account.is_me(one.device); };
        if (std::ranges::none_of(sealed.messages, reaches))
            co_return fail(Code::not_found, "No device of this address can be reached");
        frame = encode(stanza(std::move(sealed.messages)));
        crash_point(CrashPoint::send_encrypted);
        draft.changes = std::move(sealed.changes);
        draft.work.push_back(keep_frame());
        co_return Result<void>{};
    }

private:
    Node stanza(std::vector<signal::Cipher::Sealed::To> messages) const {
        auto const& form = order_->form;
        auto const& phone = order_->phone;
        auto out = Node{"message", {{"id", order_->id}, {"to", order_->to}, {"type", form.type}}};
        if (!form.edit.empty()) out.set("edit", form.edit);
        if (phone && order_->to.server == Server::lid) out.set("peer_recipient_pn", *phone);
        auto participants = Node{"participants"};
        auto prekey = false;
        for (auto& [device, message] : messages) {
            prekey |= message.kind == signal::Kind::prekey;
            participants.add(Node{"to", {{"jid", device}}, enc_node(std::move(message), form.media_type, form.hide_failure)});
        }
        out.add(std::move(participants));
        if (prekey) add_device_identity(out, context_.account);
        if (order_->leave) out.add(*order_->leave);
        if (!form.poll_type.empty()) out.add(Node{"meta", {{"polltype", form.poll_type}}});
        return out;
    }
};

Task<void> Sender::send(MessageId message, std::string whatsapp_id, Jid to, messaging::Encoded form) {
    CO_TRY_OK(context_.online());
    auto order = std::make_shared<Order>(message, std::move(whatsapp_id), to, std::move(form));
    if (to.server == Server::group) co_return co_await send_group(std::move(order));
    if (!to.is_person()) co_return fail(Code::invalid, "Messages cannot be sent to this kind of address");
    CO_TRY(order->to, co_await directory_.canonical(bare(to)));
    co_return co_await send_direct(std::move(order));
}

Task<void> Sender::send_direct(std::shared_ptr<Order> order) {
    auto people = std::vector{order->to, bare(context_.account.own(order->to.server))};
    CO_TRY(order->devices, co_await directory_.devices(std::move(people)));
    CO_TRY(order->to, co_await directory_.canonical(order->to));   // the service may just have told the LID
    CO_TRY(order->phone, co_await directory_.phone_of(order->to));
    if (!context_.account.is_me(order->to)) {
        CO_TRY(order->leave, co_await directory_.leave_to_write(order->to));
    }
    std::erase_if(order->devices, [&](Jid const& device) { return context_.account.is_this(device); });
    if (std::ranges::none_of(order->devices, [&](Jid const& device) { return device.same_user(order->to); }))
        co_return fail(Code::not_found, "Nobody has this address");
    CO_TRY_OK(co_await sessions_.ensure(order->devices));
    auto job = std::make_shared<Direct>(context_, sessions_.cipher(), order);
    co_return co_await commit_and_send(std::move(order), std::move(job));
}

/// Encrypts and commits, fetching keys of devices we have not talked to yet; then the frame may leave.
Task<void> Sender::commit_and_send(std::shared_ptr<Order> order, std::shared_ptr<Encrypt> job) {
    CO_TRY(auto const line, context_.online());
    co_await line->room();
    auto outcome = co_await context_.vault.run(job);
    if (!outcome && !job->missing.empty() && outcome.error().code == Code::conflict) {
        CO_TRY_OK(co_await sessions_.start(job->missing));
        job->leave_out = true;
        outcome = co_await context_.vault.run(job);
    }
    if (!outcome) co_return outcome;
    if (*job->repeated) co_return Result<void>{};
    auto const now = context_.clock.now();
    waiting_[order->id] = {order->message, now, now};
    crash_point(CrashPoint::send_committed);
    hand_over(line, std::move(job->frame));
    crash_point(CrashPoint::send_written);
    co_return Result<void>{};
}

void Sender::hand_over(std::shared_ptr<Line> const& line, Bytes frame) {
    if (!line->closed())
        line->send_encoded(std::move(frame));
    else if (context_.working && context_.line)
        context_.line->send_encoded(std::move(frame));
    else
        late_.push_back(std::move(frame));
}

Task<void> Sender::repeat() {
    auto const line = context_.line;
    late_.clear();
    Timestamp at{};
    std::string id;
    for (;;) {
        auto& store = context_.vault.store();
        CO_TRY(auto frames, co_await context_.vault.read([&store, session = context_.vault.ref().session, at, id](Transaction& tx) {
            return store.unacknowledged(tx, session, at, id, kPage);
        }));
        for (auto& frame : frames) {
            at = frame.at;
            id = frame.whatsapp_id;
            waiting_.try_emplace(id, Waiting{frame.message, frame.at, {}}).first->second.sent = context_.clock.now();
            line->send_encoded(std::move(frame.frame));
        }
        co_await line->room();
        if (std::ssize(frames) < kPage) break;
    }
    for (auto& frame : std::exchange(late_, {})) line->send_encoded(std::move(frame));
    co_return Result<void>{};
}

Task<void> Sender::acknowledged(Node ack) {
    auto const id = ack.string("id");
    auto const found = waiting_.find(id);
    if (found == waiting_.end()) co_return Result<void>{};   // of a repetition for one device, or told before
    auto const waiting = found->second;
    waiting_.erase(found);
    crash_point(CrashPoint::ack_arrived);
    auto const error = static_cast<unsigned>(ack.number("error").value_or(0));
    auto const now = context_.clock.now();
    auto const at = ack.number("t") ? Timestamp{std::chrono::seconds{*ack.number("t")}} : now;
    Draft draft;
    draft.work.push_back([id, error, at, message = waiting.message, store = &context_.vault.store(),
                          listener = &context_.vault.listener(), ref = context_.vault.ref()](Transaction& tx) -> Result<void> {
        TRY(auto const was_waiting, store->acknowledge(tx, ref.session, id));
        if (!was_waiting || !message) return {};
        if (error == 0) return listener->acknowledged(tx, ref, *message, at);
        return listener->refused(tx, ref, *message, refusal_for(error), "WhatsApp answered " + std::to_string(error));
    });
    auto outcome = co_await context_.vault.commit_draft(std::move(draft));
    if (!outcome) {
        waiting_.try_emplace(id, waiting);   // repeated after the next login, and acknowledged again
        co_return outcome;
    }
    crash_point(CrashPoint::ack_committed);
    ack_latency_ = now - waiting.at;
    co_return Result<void>{};
}

std::optional<Timestamp> Sender::oldest() const {
    std::optional<Timestamp> out;
    for (auto const& [_, one] : waiting_)
        if (!out || one.at < *out) out = one.at;
    return out;
}

std::optional<Timestamp> Sender::oldest_sent() const {
    std::optional<Timestamp> out;
    for (auto const& [_, one] : waiting_)
        if (!out || one.sent < *out) out = one.sent;
    return out;
}

}   // namespace waqtor::whatsapp
