#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/proto/e2e.pb.h"

#include <cctype>

namespace waqtor::sandbox {

namespace {

constexpr std::size_t kMostPadding = 15;

Bytes padded(ByteView message) {
    auto const count = static_cast<std::uint8_t>(1 + crypto::random_array<1>()[0] % kMostPadding);
    auto out = to_bytes(message);
    out.insert(out.end(), count, count);
    return out;
}

Bytes serialized(e2e::Message const& message) { return to_bytes(bytes_of(message.SerializeAsString())); }

Bytes as_device_sent(Jid const& to, ByteView message) {
    e2e::Message out;
    out.mutable_device_sent_message()->set_destination_jid(to.to_string());
    out.mutable_device_sent_message()->mutable_message()->ParseFromArray(message.data(), static_cast<int>(message.size()));
    return serialized(out);
}

}   // namespace

std::string new_message_id() {
    auto id = "3EB0" + crypto::to_hex(crypto::random_array<9>());
    for (auto& letter : id) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return id;
}

Jid address_of(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.find('@') == text.npos) return Jid{.user = Text{text}, .server = Server::user};
    return Jid::parse(text).value_or(Jid{});
}

Result<std::string> Phone::send_text(Jid const& to, std::string text) {
    e2e::Message message;
    message.set_conversation(std::move(text));
    auto const secret = crypto::random_array<32>();
    message.mutable_message_context_info()->set_message_secret(std::string{text_of(secret)});
    return send_bytes(to, serialized(message), "text");
}

Result<std::string> Phone::send_bytes(Jid const& to, Bytes message, std::string type) {
    sent_.push_back({.id = new_message_id(), .to = to, .message = std::move(message), .type = std::move(type)});
    if (sent_.size() > kMostSent) sent_.pop_front();
    auto const letter = sent_.back();
    if (to.server == Server::group) {
        auto const* group = service_.world.group(to);
        if (!group) return fail(Code::not_found, "no such group");
        TRY_OK(send_group(*group, letter));
        return letter.id;
    }
    auto const* account = service_.world.account(to);
    if (!account) return fail(Code::not_found, "nobody has that number");
    TRY_OK(send_direct(*account, letter));
    return letter.id;
}

Result<Node> Phone::encrypt_for(Device& device, ByteView plaintext) {
    auto& record = sessions_[device.lid()];
    if (!record.has_current()) {
        auto const bundle = take_bundle(device);
        if (!bundle) return fail(Code::not_found, "the device has no keys yet");
        TRY_OK(record.start(account_.identity, *bundle));
    }
    TRY(auto sealed, record.encrypt(account_.identity, padded(plaintext)));
    auto const type = sealed.kind == signal::Kind::prekey ? Value{"pkmsg"} : Value{"msg"};
    return Node{"enc", {{"v", "2"}, {"type", type}}, std::move(sealed.bytes)};
}

Result<void> Phone::add_participants(Node& participants, Account const& account, Server server, ByteView plaintext) {
    for (auto const& [_, device] : account.devices) {
        if (device.get() == &device_) continue;
        TRY(auto enc, encrypt_for(*device, plaintext));
        participants.add(Node{"to", {{"jid", device->jid(server)}}, std::move(enc)});
    }
    return {};
}

Result<void> Phone::send_direct(Account const& account, Sent const& letter) {
    auto participants = Node{"participants"};
    if (&account != &account_) TRY_OK(add_participants(participants, account, letter.to.server, letter.message));
    TRY_OK(add_participants(participants, account_, letter.to.server, as_device_sent(letter.to, letter.message)));
    service_.submit(device_,
                    Node{"message", {{"id", letter.id}, {"to", letter.to}, {"type", letter.type}}, std::move(participants)});
    return {};
}

Result<void> Phone::send_group(Group const& group, Sent const& letter) {
    auto& keys = own_groups_[group.jid];
    if (keys.record.empty()) keys.record.rotate();
    TRY(auto const distribution, keys.record.distribution());
    e2e::Message handed;
    handed.mutable_sender_key_distribution()->set_group_id(group.jid.to_string());
    handed.mutable_sender_key_distribution()->set_distribution(std::string{text_of(distribution.serialize())});
    auto const handed_bytes = serialized(handed);

    auto participants = Node{"participants"};
    for (auto const& [member, _] : group.members)
        for (auto const& [number, device] : member->devices) {
            if (device.get() == &device_ || !keys.told.insert(device->lid()).second) continue;
            TRY(auto enc, encrypt_for(*device, handed_bytes));
            participants.add(Node{"to", {{"jid", device->lid()}}, std::move(enc)});
        }
    TRY(auto sealed, keys.record.encrypt(padded(letter.message)));
    auto stanza = Node{"message", {{"id", letter.id}, {"to", group.jid}, {"type", letter.type}, {"addressing_mode", "lid"}}};
    if (!participants.children().empty()) stanza.add(std::move(participants));
    stanza.add(Node{"enc", {{"v", "2"}, {"type", "skmsg"}}, std::move(sealed)});
    service_.submit(device_, stanza);
    return {};
}

void Phone::answer_retry(Node const& receipt) {
    auto const sent = std::ranges::find(sent_, receipt.string("id"), &Sent::id);
    auto const in_group = receipt.jid("from") && receipt.jid("from")->server == Server::group;
    auto const asker = receipt.jid(in_group ? "participant" : "from");
    auto* const device = asker ? service_.world.device(*asker) : nullptr;
    auto const* retry = receipt.child("retry");
    if (sent == sent_.end() || !device || !retry) return;

    // The session they could not use is not used again; their new keys come from the service.
    sessions_[device->lid()].archive_current();
    auto message = device->account == &account_ && !sent->peer ? as_device_sent(sent->to, sent->message) : sent->message;
    if (in_group) own_groups_[sent->to].told.erase(device->lid());
    auto enc = encrypt_for(*device, message);
    if (!enc) return;
    enc->set("count", retry->number("count").value_or(1));
    auto stanza = Node{"message", {{"id", sent->id}, {"to", *receipt.find("from")}, {"type", sent->type}}};
    if (in_group)
        stanza.set("participant", *asker);
    else
        stanza.set("device_fanout", "false");
    stanza.add(*std::move(enc));
    service_.submit(device_, stanza);
}

}   // namespace waqtor::sandbox
