#include "sandbox/phone/phone.hpp"
#include "sandbox/proto/service.pb.h"
#include "sandbox/service/app_state.hpp"
#include "whatsapp/media/media.hpp"
#include "whatsapp/proto/e2e.pb.h"
#include "whatsapp/proto/history.pb.h"

#include <zlib.h>

/// What a phone tells the devices linked to it: the keys of the app state, and the history.
namespace waqtor::sandbox {

namespace {

constexpr std::size_t kLargestInline = 64U << 10;
constexpr std::uint32_t kInitialBootstrap = 0, kRecent = 3;

Bytes deflated(std::string const& plain) {
    auto size = compressBound(plain.size());
    Bytes out(size);
    compress2(out.data(), &size, reinterpret_cast<Bytef const*>(plain.data()), plain.size(), Z_BEST_SPEED);
    out.resize(size);
    return out;
}

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

/// Types of a ProtocolMessage.
constexpr std::uint32_t kHistory = 5, kKeyShare = 6, kKeyRequest = 7;

e2e::Message protocol(std::uint32_t type) {
    e2e::Message out;
    out.mutable_protocol_message()->set_type(type);
    return out;
}

/// As phones write it: the address, the messages with the newest first, and the rest behind them.
std::string write_chat(HistoryChat const& chat, Account const* with, std::int64_t now) {
    e2e::HistoryConversation head, rest;
    auto const id = with ? with->pn().to_string() : chat.with;
    head.set_id(id);
    rest.set_name(chat.name);
    rest.set_unread_count(chat.unread);
    rest.set_archived(chat.archived);
    if (with) {
        rest.set_pn_jid(with->pn().to_string());
        rest.set_lid_jid(with->lid_jid().to_string());
    }
    auto messages = chat.messages;
    std::ranges::sort(messages, {}, &HistoryChat::Message::age);
    proto::HistoryMessages list;
    for (auto const& one : messages) {
        e2e::Message content;
        content.set_conversation(one.text);
        e2e::WebMessageInfo message;
        message.mutable_key()->set_remote_jid(id);
        message.mutable_key()->set_from_me(one.from_me);
        message.mutable_key()->set_id(one.id.empty() ? new_message_id() : one.id);
        message.set_message(content.SerializeAsString());
        message.set_message_timestamp(static_cast<std::uint64_t>(now - one.age.count()));
        if (with && !one.from_me) message.set_push_name(with->push_name);
        rest.set_conversation_timestamp(std::max(rest.conversation_timestamp(), message.message_timestamp()));
        list.add_messages()->set_message(message.SerializeAsString());
    }
    return head.SerializeAsString() + list.SerializeAsString() + rest.SerializeAsString();
}

}   // namespace

Result<void> Phone::send_peer(Device& device, std::string message) {
    auto const id = new_message_id();
    sent_.push_back({.id = id, .to = device.pn(), .message = to_bytes(bytes_of(message)), .peer = true});
    TRY(auto enc, encrypt_for(device, bytes_of(message)));
    service_.submit(device_,
                    Node{"message",
                         {{"id", id}, {"to", device.pn()}, {"type", "text"}, {"category", "peer"}, {"push_priority", "high"}},
                         Node{"meta", {{"appdata", "default"}}},
                         std::move(enc)});
    return {};
}

void Phone::welcome(Device& device) {
    auto const share = share_keys(device);
    auto const history = account_.history.empty() ? Result<void>{} : send_history(device);
    for (auto const& done : {share, history})
        if (!done) service_.ledger.add(Way::refused, device_.name(), "welcome", done.error().message);
}

Result<void> Phone::share_keys(Device& device) {
    auto const& state = app_state_of(account_, service_.now());
    auto message = protocol(kKeyShare);
    auto& key = *message.mutable_protocol_message()->mutable_app_state_sync_key_share()->add_keys();
    key.mutable_key_id()->set_key_id(text(state.key_id));
    key.mutable_key_data()->set_key_data(text(state.key));
    key.mutable_key_data()->set_timestamp(state.made_at);
    proto::KeyFingerprint fingerprint;
    fingerprint.set_raw_id(account_.raw_id);
    fingerprint.set_current_index(account_.last_key_index);
    for (auto const& [_, one] : account_.devices) fingerprint.add_device_indexes(one->key_index);
    key.mutable_key_data()->set_fingerprint(fingerprint.SerializeAsString());
    return send_peer(device, message.SerializeAsString());
}

Result<void> Phone::send_history(Device& device) {
    auto const chats = std::span{account_.history};
    auto const parts = std::clamp<std::size_t>(account_.history_parts, 1, std::max<std::size_t>(chats.size(), 1));
    for (std::size_t part = 0; part < parts; ++part) {
        auto const from = chats.size() * part / parts, until = chats.size() * (part + 1) / parts;
        TRY_OK(send_history_part(device, chats.subspan(from, until - from), static_cast<std::uint32_t>(part + 1),
                                 static_cast<std::uint32_t>(parts)));
    }
    return {};
}

Result<void> Phone::send_history_part(Device& device, std::span<HistoryChat const> chats, std::uint32_t part, std::uint32_t parts) {
    auto const type = part == 1 ? kInitialBootstrap : kRecent;
    auto const progress = 100 * part / parts;
    proto::HistoryFile history;
    history.set_sync_type(type);
    history.set_chunk_order(part);
    history.set_progress(progress);
    for (auto const& chat : chats) {
        auto const* with = service_.world.account(address_of(chat.with));
        history.add_conversations(write_chat(chat, with, service_.now()));
        if (!with) continue;
        auto& name = *history.add_push_names();
        name.set_id(with->pn().to_string());
        name.set_name(with->push_name);
        auto& mapping = *history.add_lid_mappings();
        mapping.set_pn_jid(with->pn().to_string());
        mapping.set_lid_jid(with->lid_jid().to_string());
    }
    auto const packed = deflated(history.SerializeAsString());
    auto message = protocol(kHistory);
    auto& told = *message.mutable_protocol_message()->mutable_history_sync_notification();
    told.set_sync_type(type);
    told.set_chunk_order(part);
    told.set_progress(progress);
    if (packed.size() <= kLargestInline) {
        told.set_inline_payload(text(packed));
    } else {
        auto const key = crypto::random_bytes(32);
        auto encryptor = whatsapp::media::Encryptor{key, whatsapp::media::Kind::history};
        Bytes file;
        encryptor.update(packed, file);
        auto const hashes = encryptor.finish(file);
        told.set_media_key(text(key));
        told.set_file_length(hashes.size);
        told.set_file_sha256(text(hashes.file));
        told.set_file_enc_sha256(text(hashes.encrypted));
        told.set_direct_path(service_.media.put(text(file)));
    }
    return send_peer(device, message.SerializeAsString());
}

void Phone::hear(Device const& from, ByteView plaintext) {
    e2e::Message message;
    if (!message.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()))) return;
    if (!message.has_protocol_message() || message.protocol_message().type() != kKeyRequest) return;
    auto* const device = account_.device(from.number);
    if (auto const shared = device ? share_keys(*device) : Result<void>{}; !shared)
        service_.ledger.add(Way::refused, device_.name(), "key share", shared.error().message);
}

}   // namespace waqtor::sandbox
