#include "sandbox/phone/phone.hpp"

#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/e2e.pb.h"

namespace waqtor::sandbox {

namespace {

Device& make_device(Account& account) {
    auto& slot = account.devices[0];
    slot = std::make_unique<Device>();
    slot->account = &account;
    slot->identity = account.identity.keys.pub;
    slot->registration_id = account.identity.registration_id;
    slot->os = "phone";
    return *slot;
}

Result<Bytes> unpad(Bytes padded) {
    if (padded.empty() || padded.back() == 0 || padded.back() > padded.size()) return fail(Code::malformed, "wrong padding");
    padded.resize(padded.size() - padded.back());
    return padded;
}

}   // namespace

Phone::Phone(Service& service, Account& account)
    : service_{service},
      account_{account},
      device_{make_device(account)},
      signed_prekey_{signal::SignedPreKey::generate(1, account.identity)} {
    device_.signed_prekey = signal::Bundle::Signed{signed_prekey_.id, signed_prekey_.keys.pub, signed_prekey_.signature};
}

void Phone::refill(Device& device) {
    if (!device.prekeys.empty()) return;
    auto const id = ++last_prekey_;
    auto const& made = prekeys_[id] = signal::PreKey::generate(id);
    device.prekeys.push_back({id, made.keys.pub});
}

void Phone::receive(Node const& stanza) {
    if (stanza.is("message")) return receive_message(stanza);
    service_.ledger.add(Way::to_device, device_.name(), stanza);
    if (stanza.is("receipt") && stanza.attr("type") == "retry") answer_retry(stanza);
}

void Phone::receive_message(Node const& message) {
    auto const from = message.jid("from").value_or(Jid{});
    auto const group = from.server == Server::group ? from : Jid{};
    auto const* sender = service_.world.device(group.user.empty() ? from : message.jid("participant").value_or(Jid{}));
    if (!sender) return;
    auto const recipient = message.jid("recipient");
    auto letter = Letter{.at = service_.clock().now(),
                         .id = message.string("id"),
                         .from = sender->lid(),
                         .chat = recipient.value_or(group.user.empty() ? from.without_device() : group),
                         .type = message.string("type")};
    letter.back = group.user.empty() ? from.without_device() : group;
    auto const counts = sender->number != 0 && sender->account != &account_;
    if (counts) service_.deliveries.handed(*sender, letter.id, account_);
    auto why = std::string{};
    auto again = false;   // a repetition of what was read before
    for (auto const& enc : message.children()) {
        if (!enc.is("enc")) continue;
        auto const plain = decrypt(sender->lid(), group, enc);
        if (plain) {
            take_content(letter, *plain);
            if (sender->account == &account_) hear(*sender, *plain);
        } else {
            why = plain.error().message;
            again |= whatsapp::refusal_of(plain.error()) == whatsapp::Refusal::message_duplicate && has(letter.id);
        }
    }
    letter.readable = why.empty();
    if (counts && letter.readable) service_.deliveries.read(*sender, letter.id, account_);
    service_.ledger.add(letter.readable ? Way::phone : Way::refused, device_.name(), message, letter.readable ? letter.text : why,
                        letter.readable ? letter.file : std::string{});
    auto const own = sender->account == &account_;
    if (!account_.behaviour || account_.behaviour->delivered) receipt_for(message, own ? "sender" : "");
    if (!letter.readable && !again) ask_again(message);
    if (again || (letter.readable && has(letter.id) && (!letter.text.empty() || !letter.options.empty()))) return;   // shown before
    inbox_.push_back(std::move(letter));
    if (inbox_.size() > kMostLetters) inbox_.pop_front();
    if (!own && inbox_.back().readable && !inbox_.back().text.empty()) act_on(inbox_.back());
}

Result<Bytes> Phone::decrypt(Jid const& from, Jid const& group, Node const& enc) {
    if (enc.attr("type") == "skmsg") {
        TRY(auto const parsed, signal::GroupMessage::parse(enc.bytes()));
        TRY(auto plain, sender_keys_[{group, from}].decrypt(parsed));
        return unpad(std::move(plain));
    }
    auto padded = decrypt_direct(sessions_[from], enc);
    if (!padded) return padded;
    TRY(auto plain, unpad(*std::move(padded)));
    e2e::Message message;
    if (message.ParseFromArray(plain.data(), static_cast<int>(plain.size())) && message.has_sender_key_distribution()) {
        auto const key_for = Jid::parse(message.sender_key_distribution().group_id());
        TRY(auto const keys, signal::Distribution::parse(bytes_of(message.sender_key_distribution().distribution())));
        if (key_for) sender_keys_[{*key_for, from}].accept(keys);
    }
    return plain;
}

Result<Bytes> Phone::decrypt_direct(signal::SessionRecord& record, Node const& enc) {
    if (enc.attr("type") == "pkmsg") return decrypt_prekey(record, enc.bytes());
    TRY(auto const parsed, signal::Message::parse(enc.bytes()));
    return record.decrypt(account_.identity, parsed);
}

Result<Bytes> Phone::decrypt_prekey(signal::SessionRecord& record, ByteView bytes) {
    TRY(auto const parsed, signal::PreKeyMessage::parse(bytes));
    auto const fresh = !record.knows(parsed);
    auto const one_time = prekeys_.find(parsed.prekey_id.value_or(0));
    auto const* signed_keys = parsed.signed_prekey_id == signed_prekey_.id ? &signed_prekey_.keys : nullptr;
    TRY(auto plain,
        record.decrypt(account_.identity, parsed, signed_keys, one_time == prekeys_.end() ? nullptr : &one_time->second.keys));
    if (fresh && one_time != prekeys_.end()) prekeys_.erase(one_time);
    return plain;
}

void Phone::take_content(Letter& letter, ByteView plaintext) {
    e2e::Message outer;
    if (!outer.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()))) return;
    auto const& message = outer.has_device_sent_message() ? outer.device_sent_message().message() : outer;
    if (message.has_conversation()) letter.text = message.conversation();
    if (message.has_extended_text_message()) letter.text = message.extended_text_message().text();
    if (letter.text.empty()) take_file(letter, plaintext);
    for (auto const* poll :
         {&message.poll_creation_message(), &message.poll_creation_message_v2(), &message.poll_creation_message_v3()})
        for (auto const& option : poll->options()) letter.options.push_back(option.option_name());
    if (!letter.options.empty()) letter.secret = to_bytes(bytes_of(message.message_context_info().message_secret()));
}

void Phone::receipt_for(Node const& message, std::string_view type) {
    auto receipt = Node{"receipt", {{"id", *message.find("id")}, {"to", *message.find("from")}}};
    if (!type.empty()) receipt.set("type", Text{type});
    for (auto const* key : {"participant", "recipient"})
        if (auto const* value = message.find(key)) receipt.set(Text{std::string_view{key}}, *value);
    service_.submit(device_, receipt);
}

void Phone::ask_again(Node const& message) {
    auto count = std::uint64_t{1};
    for (auto const& child : message.children())
        if (child.is("enc")) count = std::max(count, child.number("count").value_or(0) + 1);
    if (count > 5) return;
    auto receipt = Node{"receipt",
                        {{"id", *message.find("id")}, {"to", *message.find("from")}, {"type", "retry"}},
                        Node{"retry", {{"count", count}, {"id", *message.find("id")}, {"t", *message.find("t")}, {"v", "1"}}},
                        Node{"registration", {}, number_bytes<4>(device_.registration_id)}};
    for (auto const* key : {"participant", "recipient"})
        if (auto const* value = message.find(key)) receipt.set(Text{std::string_view{key}}, *value);
    service_.submit(device_, receipt);
}

Result<void> Phone::read(std::string_view message) {
    auto const found = std::ranges::find(inbox_, message, &Letter::id);
    if (found == inbox_.end()) return fail(Code::not_found, "no such message");
    read_letter(*found);
    return {};
}

void Phone::read_letter(Letter const& letter) {
    auto const in_group = letter.chat.server == Server::group;
    auto receipt =
        Node{"receipt", {{"id", letter.id}, {"to", in_group ? letter.chat : letter.from.without_device()}, {"type", "read"}}};
    if (in_group) receipt.set("participant", letter.from);
    service_.submit(device_, receipt);
}

void Phone::typing(Jid const& to, bool on) {
    service_.submit(device_, Node{"chatstate", {{"to", to}}, on ? Node{"composing"} : Node{"paused"}});
}

void Phone::go_online(bool on) {
    online_ = on;
    service_.submit(device_, Node{"presence", {{"type", on ? Value{"available"} : Value{"unavailable"}}}});
}

}   // namespace waqtor::sandbox
