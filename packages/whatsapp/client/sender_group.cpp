#include "whatsapp/client/order.hpp"

#include "whatsapp/binary/codec.hpp"

namespace waqtor::whatsapp {

/// Encrypts a message to a group once, with the sender key, and the key itself for the devices that do not have it.
class Sender::ToGroup final : public Encrypt {
public:
    ToGroup(Context& context, Groups& groups, signal::Cipher& cipher, std::shared_ptr<Order> order)
        : Encrypt{context, cipher, std::move(order)}, groups_{groups} {}

    Task<void> prepare(Draft& draft) override {
        missing.clear();
        CO_TRY(auto told, co_await groups_.told(order_->to));
        auto const here = std::set<Jid>{order_->devices.begin(), order_->devices.end()};
        // Whoever had the key and is gone must not read on.
        auto const gone = !std::ranges::includes(here, told.devices);
        auto const rotate = told.rotate || gone;
        if (rotate) told.devices.clear();
        auto const name = signal::SenderKeyName{order_->to, context_.account.own(Server::lid)};
        using Key = signal::Cipher::Key;
        CO_TRY(auto sealed, co_await cipher_.encrypt_group(name, padded(order_->form.message), rotate ? Key::rotate : Key::keep));
        draft.changes = std::move(sealed.changes);
        CO_TRY(auto const keys, co_await hand_out(draft, told.devices, sealed.distribution));
        frame = encode(stanza(keys, std::move(sealed.message)));
        if (rotate || !keys.empty()) {
            for (auto const& one : keys) told.devices.insert(one.device);
            told.rotate = false;
            CO_TRY_OK(co_await groups_.set_told(draft, order_->to, std::move(told)));
        }
        draft.work.push_back(keep_frame());
        co_return Result<void>{};
    }

private:
    Groups& groups_;
    using Keys = std::vector<signal::Cipher::Sealed::To>;

    Task<Keys> hand_out(Draft& draft, std::set<Jid> const& told, Bytes const& distribution) {
        auto const message = messaging::with_sender_key({}, order_->to, distribution);
        std::vector<signal::Cipher::Letter> letters;
        for (auto const& device : order_->devices)
            if (!told.contains(device)) letters.push_back({device, padded(message)});
        if (letters.empty()) co_return Keys{};
        CO_TRY(auto sealed, co_await cipher_.encrypt(std::move(letters)));
        missing = std::move(sealed.without_session);
        if (!missing.empty() && !leave_out) co_return no_session();
        draft.changes.merge(std::move(sealed.changes));
        co_return std::move(sealed.messages);
    }

    Node stanza(Keys const& keys, Bytes message) const {
        auto const& form = order_->form;
        auto out = Node{"message", {{"id", order_->id}, {"to", order_->to}, {"type", form.type}}};
        out.set("addressing_mode", order_->by_phone ? Value{"pn"} : Value{"lid"});
        if (!form.edit.empty()) out.set("edit", form.edit);
        auto participants = Node{"participants"};
        auto prekey = false;
        for (auto const& [device, sealed] : keys) {
            prekey |= sealed.kind == signal::Kind::prekey;
            auto const found = order_->phones.find(device.without_device());
            auto const jid = found == order_->phones.end() ? device : found->second.with_device(device.device);
            participants.add(Node{"to", {{"jid", jid}}, enc_node(sealed, {}, false)});
        }
        if (!participants.children().empty()) out.add(std::move(participants));
        auto enc = Node{"enc", {{"v", "2"}, {"type", "skmsg"}}, std::move(message)};
        if (!form.media_type.empty()) enc.set("mediatype", form.media_type);
        if (form.hide_failure) enc.set("decrypt-fail", "hide");
        out.add(std::move(enc));
        if (prekey) add_device_identity(out, context_.account);
        if (!form.poll_type.empty()) out.add(Node{"meta", {{"polltype", form.poll_type}}});
        return out;
    }
};

Task<void> Sender::send_group(std::shared_ptr<Order> order) {
    CO_TRY_OK(context_.online());
    CO_TRY(auto members, co_await groups_.members(order->to));
    order->by_phone = members.by_phone;
    members.people.push_back(bare(context_.account.own(Server::lid)));
    CO_TRY(order->devices, co_await directory_.devices(std::move(members.people)));
    std::erase_if(order->devices, [&](Jid const& device) { return context_.account.is_this(device); });
    if (order->by_phone)
        for (auto const& device : order->devices) {
            CO_TRY(auto const phone, co_await directory_.phone_of(device));
            if (phone) order->phones.emplace(device.without_device(), *phone);
        }
    auto job = std::make_shared<ToGroup>(context_, groups_, sessions_.cipher(), order);
    co_return co_await commit_and_send(std::move(order), std::move(job));
}

Task<Bytes> Sender::with_group_key(Jid group, Bytes message) {
    auto const name = signal::SenderKeyName{group, context_.account.own(Server::lid)};
    CO_TRY(auto const stored, co_await context_.vault.sender_key(name));
    if (stored.empty()) co_return message;
    CO_TRY(auto const record, signal::SenderKeyRecord::parse(stored));
    CO_TRY(auto const distribution, record.distribution());
    co_return messaging::with_sender_key(message, group, distribution.serialize());
}

}   // namespace waqtor::whatsapp
