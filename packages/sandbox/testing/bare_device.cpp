#include "sandbox/testing/bare_device.hpp"

#include "sandbox/service/stanzas.hpp"
#include "whatsapp/binary/codec.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/proto/e2e.pb.h"

#include <stdexcept>

namespace waqtor::sandbox::testing {

namespace {

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

template <class T> T must(Result<T> result) {
    if (!result) throw std::runtime_error{result.error().message};
    return *std::move(result);
}

}   // namespace

class BareDevice::ToMemory final : public Wire {
public:
    explicit ToMemory(std::shared_ptr<MemoryWire> wire) : wire_{std::move(wire)} {}
    void write(Bytes bytes) override { append(wire_->sent, bytes); }
    void close(Milliseconds) override { wire_->closed = true; }

private:
    std::shared_ptr<MemoryWire> wire_;
};

void BareDevice::connect(noise::TrustRoot const& root, whatsapp::proto::ClientPayload payload) {
    payload.mutable_user_agent()->mutable_app_version()->set_tertiary(version);
    wire_ = std::make_shared<MemoryWire>();
    connection_ = std::make_shared<Connection>(service_, std::make_unique<ToMemory>(wire_));
    frames_ = noise::FrameReader{};
    transport_.reset();
    auto handshake = noise::ClientHandshake{};
    write(handshake.hello(), true);
    auto const now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    auto finished = must(handshake.finish(frame(), noise, root, now, bytes_of(payload.SerializeAsString())));
    write(finished.message);
    transport_ = std::move(finished.transport);
}

void BareDevice::connect_to_register(noise::TrustRoot const& root, std::function<void(whatsapp::proto::ClientPayload&)> change) {
    whatsapp::proto::ClientPayload payload;
    auto& data = *payload.mutable_device_pairing_data();
    data.set_registration_id(text(number_bytes<4>(identity.registration_id)));
    data.set_key_type("\x05");
    data.set_identity(text(identity.keys.pub));
    data.set_signed_prekey_id(text(number_bytes<3>(signed_prekey.id)));
    data.set_signed_prekey(text(signed_prekey.keys.pub));
    data.set_signed_prekey_signature(text(signed_prekey.signature));
    data.set_build_hash(text(crypto::md5(bytes_of("2.3000.1"))));
    whatsapp::proto::DeviceProps props;
    props.set_os("bare");
    data.set_device_props(props.SerializeAsString());
    if (change) change(payload);
    connect(root, std::move(payload));
}

void BareDevice::connect_to_login(noise::TrustRoot const& root, std::uint64_t number, std::uint32_t device) {
    whatsapp::proto::ClientPayload payload;
    payload.set_username(number);
    payload.set_device(device);
    payload.set_passive(true);
    connect(root, std::move(payload));
}

void BareDevice::write(ByteView payload, bool first) {
    auto out = first ? noise::intro() : Bytes{};
    if (!noise::append_frame(out, payload)) throw std::runtime_error{"frame"};
    connection_->received(out);
}

Bytes BareDevice::frame() {
    frames_.feed(std::exchange(wire_->sent, {}));
    auto const next = must(frames_.next());
    return next ? to_bytes(*next) : Bytes{};
}

void BareDevice::send(Node const& stanza) { write(must(transport_->encrypt(whatsapp::encode(stanza)))); }

Node BareDevice::next() {
    auto const sealed = frame();
    if (sealed.empty()) return Node{};
    return must(whatsapp::decode(must(transport_->decrypt(sealed))));
}

std::string BareDevice::qr(std::string const& ref) const {
    return ref + ',' + crypto::to_base64(noise.pub) + ',' + crypto::to_base64(identity.keys.pub) + ',' +
           crypto::to_base64(adv_secret);
}

Node BareDevice::text_to(Account& to, std::string const& number, std::string const& id, std::string const& words) {
    auto& session = sessions_[to.number];
    if (!session.has_current() && !session.start(identity, *take_bundle(*to.device(0)))) throw std::runtime_error{"bundle"};
    e2e::Message message;
    message.set_conversation(words);
    auto const padded = message.SerializeAsString() + '\1';
    auto sealed = must(session.encrypt(identity, bytes_of(padded)));
    auto const first = sealed.kind == signal::Kind::prekey;
    auto enc = Node{"enc", {{"v", "2"}, {"type", first ? Value{"pkmsg"} : Value{"msg"}}}, std::move(sealed.bytes)};
    auto stanza = Node{"message",
                       {{"id", id}, {"to", to.lid_jid()}, {"type", "text"}},
                       Node{"participants", {}, Node{"to", {{"jid", to.lid_jid()}}, std::move(enc)}}};
    auto const* own = service_.world.device(Jid{.user = Text{number}, .device = 1, .server = Server::user});
    if (first) stanza.add(Node{"device-identity", {}, own->signed_identity});
    return stanza;
}

std::string BareDevice::read(Node const& message) {
    auto const from = message.jid("from");
    auto const known = from ? service_.world.known(*from) : std::nullopt;
    auto const* enc = message.child("enc");
    if (!known || !enc) return {};
    auto& session = sessions_[known->number];
    auto plain = enc->attr("type") == "pkmsg"
                     ? session.decrypt(identity, must(signal::PreKeyMessage::parse(enc->bytes())), &signed_prekey.keys, nullptr)
                     : session.decrypt(identity, must(signal::Message::parse(enc->bytes())));
    if (!plain) return {};
    plain->resize(plain->size() - plain->back());
    e2e::Message read;
    return read.ParseFromArray(plain->data(), static_cast<int>(plain->size())) ? read.conversation() : std::string{};
}

Node BareDevice::sign(Node const& pair_success_iq, std::function<void(whatsapp::proto::ADVSignedDeviceIdentity&)> change) const {
    auto const* content = pair_success_iq.child("pair-success")->child("device-identity");
    whatsapp::proto::ADVSignedDeviceIdentityHMAC sealed;
    sealed.ParseFromString(text(content->bytes()));
    if (sealed.hmac() != text(crypto::hmac_sha256(adv_secret, bytes_of(sealed.details())))) throw std::runtime_error{"ADV HMAC"};
    whatsapp::proto::ADVSignedDeviceIdentity signed_identity;
    signed_identity.ParseFromString(sealed.details());
    whatsapp::proto::ADVDeviceIdentity details;
    details.ParseFromString(signed_identity.details());
    auto const covered = concat({ByteArray<2>{6, 1}, bytes_of(signed_identity.details()), identity.keys.pub,
                                 bytes_of(signed_identity.account_signature_key())});
    signed_identity.set_device_signature(text(crypto::sign(identity.keys.secret, covered)));
    signed_identity.clear_account_signature_key();
    if (change) change(signed_identity);
    auto answer =
        Node{"device-identity", {{"key-index", details.key_index()}}, to_bytes(bytes_of(signed_identity.SerializeAsString()))};
    return Node{"iq",
                {{"to", server_jid()}, {"type", "result"}, {"id", *pair_success_iq.find("id")}},
                Node{"pair-device-sign", {}, std::move(answer)}};
}

}   // namespace waqtor::sandbox::testing
