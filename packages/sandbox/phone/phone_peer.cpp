#include "sandbox/phone/phone.hpp"
#include "sandbox/proto/service.pb.h"
#include "sandbox/service/app_state.hpp"
#include "whatsapp/media/media.hpp"

#include <zlib.h>

/// What a phone tells the devices linked to it: the keys of the app state, and the history.
namespace waqtor::sandbox {

namespace {

constexpr std::size_t kLargestInline = 64U << 10;
constexpr std::uint32_t kInitialBootstrap = 0;

Bytes deflated(std::string const& plain) {
    auto size = compressBound(plain.size());
    Bytes out(size);
    compress2(out.data(), &size, reinterpret_cast<Bytef const*>(plain.data()), plain.size(), Z_BEST_SPEED);
    out.resize(size);
    return out;
}

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

proto::Message protocol(proto::ProtocolMessage::Type type) {
    proto::Message out;
    out.mutable_protocol()->set_type(type);
    return out;
}

void write_chat(proto::HistorySync::Conversation& out, HistoryChat const& chat, Account const* with, std::int64_t now) {
    auto const id = with ? with->pn().to_string() : chat.with;
    out.set_id(id);
    out.set_name(chat.name);
    out.set_unread_count(chat.unread);
    out.set_archived(chat.archived);
    if (with) {
        out.set_pn_jid(with->pn().to_string());
        out.set_lid_jid(with->lid_jid().to_string());
    }
    for (auto const& one : chat.messages) {
        auto& message = *out.add_messages()->mutable_message();
        message.mutable_key()->set_remote_jid(id);
        message.mutable_key()->set_from_me(one.from_me);
        message.mutable_key()->set_id(one.id.empty() ? new_message_id() : one.id);
        message.mutable_message()->set_conversation(one.text);
        message.set_timestamp(static_cast<std::uint64_t>(now - one.age.count()));
        if (with && !one.from_me) message.set_push_name(with->push_name);
        out.set_last_timestamp(std::max(out.last_timestamp(), message.timestamp()));
    }
    // As phones write it: the newest first.
    std::ranges::sort(*out.mutable_messages(), std::greater{}, [](auto const& one) { return one.message().timestamp(); });
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
    auto message = protocol(proto::ProtocolMessage::APP_STATE_SYNC_KEY_SHARE);
    auto& key = *message.mutable_protocol()->mutable_app_state_sync_key_share()->add_keys();
    key.mutable_id()->set_id(text(state.key_id));
    key.mutable_data()->set_data(text(state.key));
    key.mutable_data()->set_timestamp(state.made_at);
    auto& fingerprint = *key.mutable_data()->mutable_fingerprint();
    fingerprint.set_raw_id(account_.raw_id);
    fingerprint.set_current_index(account_.last_key_index);
    for (auto const& [_, one] : account_.devices) fingerprint.add_device_indexes(one->key_index);
    return send_peer(device, message.SerializeAsString());
}

Result<void> Phone::send_history(Device& device) {
    proto::HistorySync history;
    history.set_sync_type(kInitialBootstrap);
    history.set_chunk_order(1);
    history.set_progress(100);
    for (auto const& chat : account_.history) {
        auto const* with = service_.world.account(address_of(chat.with));
        write_chat(*history.add_conversations(), chat, with, service_.now());
        if (!with) continue;
        auto& name = *history.add_push_names();
        name.set_id(with->pn().to_string());
        name.set_name(with->push_name);
        auto& mapping = *history.add_lid_mappings();
        mapping.set_pn_jid(with->pn().to_string());
        mapping.set_lid_jid(with->lid_jid().to_string());
    }
    auto const packed = deflated(history.SerializeAsString());
    auto message = protocol(proto::ProtocolMessage::HISTORY_SYNC_NOTIFICATION);
    auto& told = *message.mutable_protocol()->mutable_history_sync_notification();
    told.set_sync_type(kInitialBootstrap);
    told.set_chunk_order(1);
    told.set_progress(100);
    if (packed.size() <= kLargestInline) {
        told.set_inline_payload(text(packed));
    } else {
        auto const key = crypto::random_bytes(32);
        auto encryptor = whatsapp::media::Encryptor{key, whatsapp::media::Kind::history};
        Bytes file;
        encryptor.update(packed, file);
        auto const hashes = encryptor.finish(file);
        told.set_media_key(text(key));
        told.set_file_length(file.size());
        told.set_file_sha256(text(hashes.file));
        told.set_file_enc_sha256(text(hashes.encrypted));
        told.set_direct_path(service_.media.put(text(file)));
    }
    return send_peer(device, message.SerializeAsString());
}

void Phone::hear(Device const& from, ByteView plaintext) {
    proto::Message message;
    if (!message.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()))) return;
    if (message.protocol().type() != proto::ProtocolMessage::APP_STATE_SYNC_KEY_REQUEST || !message.has_protocol()) return;
    auto* const device = account_.device(from.number);
    if (auto const shared = device ? share_keys(*device) : Result<void>{}; !shared)
        service_.ledger.add(Way::refused, device_.name(), "key share", shared.error().message);
}

}   // namespace waqtor::sandbox
