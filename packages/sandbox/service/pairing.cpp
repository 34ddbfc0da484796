#include "sandbox/service/stanzas.hpp"
#include "sandbox/wire/connection.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/pairing/qr.hpp"
#include "whatsapp/proto/adv.pb.h"
#include "whatsapp/proto/client_payload.pb.h"

namespace waqtor::sandbox {

namespace {

constexpr std::size_t kRefs = 6;
std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

Result<Device> read_registration(whatsapp::proto::ClientPayload::DevicePairingData const& data) {
    TRY(auto const identity, crypto::PublicKey::parse(bytes_of(data.identity())));
    TRY(auto const signed_key, crypto::PublicKey::parse(bytes_of(data.signed_prekey())));
    auto const sizes_fit = data.registration_id().size() == 4 && data.signed_prekey_id().size() == 3 &&
                           data.signed_prekey_signature().size() == 64 && data.key_type() == "\x05" &&
                           data.build_hash().size() == 16;
    if (!sizes_fit) return fail(Code::malformed, "registration: a field has the wrong size");
    if (!crypto::verify(identity, signed_key.serialized(), bytes_of(data.signed_prekey_signature())))
        return fail(Code::malformed, "registration: the signed prekey is not signed by the identity");
    whatsapp::proto::DeviceProps props;
    if (!props.ParseFromString(data.device_props())) return fail(Code::malformed, "registration: device properties");
    Device device;
    device.identity = identity;
    device.registration_id = static_cast<std::uint32_t>(from_big_endian(bytes_of(data.registration_id())));
    device.os = props.os();
    device.signed_prekey = signal::Bundle::Signed{static_cast<signal::KeyId>(from_big_endian(bytes_of(data.signed_prekey_id()))),
                                                  signed_key, to_array<64>(bytes_of(data.signed_prekey_signature()))};
    return device;
}

}   // namespace

Result<void> Service::register_device(Connection& connection, whatsapp::proto::ClientPayload const& payload) {
    TRY(auto device, read_registration(payload.device_pairing_data()));
    auto pairing = std::make_shared<Pairing>();
    pairing->connection = connection.weak_from_this();
    pairing->noise_key = connection.noise_key();
    pairing->device = std::move(device);
    pairing->device.noise_key = connection.noise_key();
    auto pair_device = Node{"pair-device"};
    for (std::size_t i = 0; i < kRefs; ++i) {
        pairing->refs.push_back("2@" + crypto::to_base64(crypto::random_bytes(48), crypto::Base64::url_safe));
        pair_device.add(Node{"ref", {}, to_bytes(bytes_of(pairing->refs.back()))});
    }
    connection.pairing = pairing;
    pairings_.push_back(pairing);
    ledger.add(Way::life, {}, "pairing", pairing->device.os);
    connection.send(
        Node{"iq", {{"from", server_jid()}, {"type", "set"}, {"id", new_id()}, {"xmlns", "md"}}, std::move(pair_device)});
    changed();
    return {};
}

Result<void> Service::scan(Account& account, std::string_view qr) {
    TRY(auto const code, whatsapp::pairing::QrCode::parse(qr));
    auto const found = std::ranges::find_if(pairings_, [&](auto const& one) {
        return !one->account && std::ranges::find(one->refs, code.reference) != one->refs.end();
    });
    if (found == pairings_.end()) return fail(Code::not_found, "nobody shows this QR code any more");
    auto& pairing = **found;
    if (code.noise != pairing.noise_key || code.identity != pairing.device.identity)
        return fail(Code::malformed, "QR code: other keys than the device registered with");
    if (wants_passkey) {
        if (auto const connection = pairing.connection.lock())
            connection->send(Node{"notification",
                                  {{"from", server_jid()}, {"type", "passkey_prologue_request"}, {"id", new_id()}, {"t", now()}}});
        return {};
    }
    send_pair_success(account, pairing, code.adv_secret);
    return {};
}

void Service::send_pair_success(Account& account, Pairing& pairing, ByteView adv_secret) {
    pairing.account = &account;
    auto& device = pairing.device;
    device.account = &account;
    device.number = ++account.last_device;
    device.key_index = ++account.last_key_index;

    auto const offer = whatsapp::pairing::offer_device(
        {.raw_id = account.raw_id, .timestamp = static_cast<std::uint64_t>(now()), .key_index = device.key_index},
        account.identity.keys, device.identity, adv_secret);
    whatsapp::proto::ADVSignedDeviceIdentityHMAC sealed;
    whatsapp::proto::ADVSignedDeviceIdentity identity;
    sealed.ParseFromArray(offer.data(), static_cast<int>(offer.size()));
    identity.ParseFromString(sealed.details());
    pairing.details = to_bytes(bytes_of(identity.details()));
    pairing.account_signature = to_array<64>(bytes_of(identity.account_signature()));

    auto told = offer;
    forge_pairing(told);
    pairing.iq = new_id();
    auto success = Node{"pair-success",
                        {},
                        Node{"device-identity", {}, std::move(told)},
                        Node{"device", {{"jid", device.pn()}, {"lid", device.lid()}}},
                        Node{"platform", {{"name", "android"}}}};
    if (auto const connection = pairing.connection.lock())
        connection->send(Node{"iq",
                              {{"from", server_jid()}, {"type", "set"}, {"id", pairing.iq}, {"xmlns", "md"}, {"t", now()}},
                              std::move(success)});
}

void Service::pairing_stanza(Connection& connection, Node const& stanza) {
    auto const pairing = connection.pairing;
    ledger.add(Way::from_device, {}, stanza);
    if (!pairing || !stanza.is("iq")) return;
    if (stanza.attr("type") == "get") {   // a keepalive while the code is shown
        connection.send(Node{"iq", {{"from", server_jid()}, {"type", "result"}, {"id", *stanza.find("id")}}});
        return;
    }
    if (stanza.child("link_code_companion_reg")) return pairing_code_stanza(connection, *pairing, stanza);
    if (pairing->account && stanza.string("id") == pairing->iq) pairing_result(connection, *pairing, stanza);
}

void Service::pairing_result(Connection& connection, Pairing& pairing, Node const& stanza) {
    auto const finished = finish_pairing(pairing, stanza);
    if (!finished) {
        ledger.add(Way::refused, pairing.device.name(), "pairing", finished.error().message);
        connection.close();
        return;
    }
    schedule.after(before_restart, [held = connection.weak_from_this()] {
        if (auto const one = held.lock()) one->end_with(Node{"stream:error", {{"code", "515"}}});
    });
}

Result<void> Service::finish_pairing(Pairing& pairing, Node const& answer) {
    if (answer.attr("type") != "result") {
        auto const* error = answer.child("error");
        return fail(Code::malformed,
                    "the device answered " + (error ? error->string("code") + " " + error->string("text") : "no result"));
    }
    auto const* sign = answer.child("pair-device-sign");
    auto const* content = sign ? sign->child("device-identity") : nullptr;
    if (!content) return fail(Code::malformed, "pair-device-sign: missing");
    if (content->number("key-index") != pairing.device.key_index) return fail(Code::malformed, "pair-device-sign: key-index");
    whatsapp::proto::ADVSignedDeviceIdentity identity;
    if (!identity.ParseFromArray(content->bytes().data(), static_cast<int>(content->bytes().size())))
        return fail(Code::malformed, "pair-device-sign: cannot be read");
    auto& account = *pairing.account;
    if (bytes_of(identity.details()).size() != pairing.details.size() || identity.details() != text(pairing.details))
        return fail(Code::malformed, "pair-device-sign: other details than those signed");
    if (identity.account_signature() != text(pairing.account_signature))
        return fail(Code::malformed, "pair-device-sign: other account signature");
    if (!identity.account_signature_key().empty()) return fail(Code::malformed, "pair-device-sign: carries the account's key");
    if (!whatsapp::pairing::verify_device(content->bytes(), pairing.device.identity, account.identity.keys.pub))
        return fail(Code::malformed, "pair-device-sign: the device signature does not hold");

    identity.set_account_signature_key(text(account.identity.keys.pub));
    auto device = std::make_unique<Device>(std::move(pairing.device));
    device->signed_identity = to_bytes(bytes_of(identity.SerializeAsString()));
    auto& placed = *(account.devices[device->number] = std::move(device));
    pairing.device = Device{};
    pairing.device.account = &account;
    std::erase_if(pairings_, [&](auto const& one) { return one.get() == &pairing; });
    account.key_index_list.clear();
    ledger.add(Way::life, placed.name(), "paired", placed.os);
    announce_devices(account, placed, "add");
    return {};
}

void Service::unlink(Device& device) {
    auto& account = *device.account;
    ledger.add(Way::life, device.name(), "unlinked");
    if (device.connection) {
        device.connection->end_with(Node{"stream:error", {{"code", "401"}}, Node{"conflict", {{"type", "device_removed"}}}});
    }
    for (auto& [_, other] : world.accounts) other->watchers.erase(&device);
    auto const owned = account.devices.extract(device.number);
    account.key_index_list.clear();
    announce_devices(account, *owned.mapped(), "remove");
}

Bytes const& signed_key_index_list(Account& account, std::int64_t now) {
    if (!account.key_index_list.empty()) return account.key_index_list;
    auto list = whatsapp::pairing::KeyIndexList{
        .raw_id = account.raw_id, .timestamp = static_cast<std::uint64_t>(now), .current_index = account.last_key_index};
    for (auto const& [_, device] : account.devices) list.valid_indexes.insert(device->key_index);
    return account.key_index_list = whatsapp::pairing::sign_key_index_list(list, account.identity.keys);
}

void Service::announce_devices(Account& account, Device const& device, char const* change) {
    std::vector<Jid> numbers;
    std::vector<Jid> lids;
    for (auto const& [_, other] : account.devices) {
        numbers.push_back(other->pn());
        lids.push_back(other->lid());
    }
    auto const part = Node{Text{std::string_view{change}},
                           {{"device_hash", participant_hash(numbers)}, {"device_lid_hash", participant_hash(lids)}},
                           Node{"device", {{"jid", device.pn()}, {"lid", device.lid()}, {"key-index", device.key_index}}},
                           Node{"key-index-list", {{"ts", now()}}, signed_key_index_list(account, now())}};
    for (auto* contact : account.contacts)
        for (auto const& [number, other] : contact->devices)
            if (number != 0)
                deliver(
                    *other,
                    Node{"notification",
                         {{"from", account.pn()}, {"type", "devices"}, {"id", new_id()}, {"t", now()}, {"lid", account.lid_jid()}},
                         part});
    auto devices = Node{"devices", {{"dhash", participant_hash(numbers)}}};
    for (auto const& [number, other] : account.devices) {
        auto entry = Node{"device", {{"jid", other->pn()}}};
        if (number != 0) entry.set("key-index", other->key_index);
        devices.add(std::move(entry));
    }
    for (auto const& [number, other] : account.devices)
        if (number != 0 && number != device.number)
            deliver(
                *other,
                Node{"notification", {{"from", account.pn()}, {"type", "account_sync"}, {"id", new_id()}, {"t", now()}}, devices});
}

}   // namespace waqtor::sandbox
