#include "whatsapp/signal/message.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/signal.pb.h"

namespace waqtor::whatsapp::signal {

namespace {

// High half: the version of this message, low half: the newest version its writer knows.
constexpr std::uint8_t kVersionByte = 0x33;
constexpr unsigned kVersion = 3;

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

std::unexpected<Error> malformed(char const* what, std::source_location at = std::source_location::current()) {
    return refuse(Refusal::malformed, std::string{"Signal message: "} + what, at);
}

/// Takes off the version byte.
Result<ByteView> body_of(ByteView bytes) {
    if (bytes.empty()) return malformed("empty");
    if (bytes[0] >> 4 != kVersion) return refuse(Refusal::message_version, "Signal message: not of version 3");
    return bytes.subspan(1);
}

template <class Proto> Result<Proto> parsed(ByteView body) {
    Proto proto;
    if (!proto.ParseFromArray(body.data(), static_cast<int>(body.size()))) return malformed("it cannot be read");
    return proto;
}

template <class Proto> Bytes versioned(Proto const& proto) {
    auto const size = proto.ByteSizeLong();
    Bytes out(1 + size);
    out[0] = kVersionByte;
    proto.SerializeWithCachedSizesToArray(out.data() + 1);
    return out;
}

/// Keys inside messages carry their type byte.
Result<crypto::PublicKey> key(std::string const& bytes) {
    if (bytes.size() != 33) return malformed("a key of a wrong size");
    return crypto::PublicKey::parse(bytes_of(bytes));
}

}   // namespace

Result<Message> Message::parse(ByteView bytes) {
    if (bytes.size() <= kMacSize) return malformed("too short");
    auto const signed_part = bytes.first(bytes.size() - kMacSize);
    TRY(auto const body, body_of(signed_part));
    TRY(auto const proto, parsed<proto::SignalMessage>(body));
    if (!proto.has_ratchet_key() || !proto.has_counter() || !proto.has_ciphertext()) return malformed("it is incomplete");
    TRY(auto const ratchet_key, key(proto.ratchet_key()));
    return Message{.ratchet_key = ratchet_key,
                   .counter = proto.counter(),
                   .previous_counter = proto.previous_counter(),
                   .ciphertext = to_bytes(bytes_of(proto.ciphertext())),
                   .signed_part = to_bytes(signed_part),
                   .mac = to_array<kMacSize>(bytes.last(kMacSize))};
}

Bytes Message::serialize_unsigned() const {
    proto::SignalMessage proto;
    proto.set_ratchet_key(text(ratchet_key.serialized()));
    proto.set_counter(counter);
    proto.set_previous_counter(previous_counter);
    proto.set_ciphertext(text(ciphertext));
    return versioned(proto);
}

Result<PreKeyMessage> PreKeyMessage::parse(ByteView bytes) {
    TRY(auto const body, body_of(bytes));
    TRY(auto const proto, parsed<proto::PreKeySignalMessage>(body));
    if (!proto.has_base_key() || !proto.has_identity_key() || !proto.has_message() || !proto.has_signed_pre_key_id())
        return malformed("it is incomplete");
    TRY(auto const base_key, key(proto.base_key()));
    TRY(auto const identity, key(proto.identity_key()));
    return PreKeyMessage{.prekey_id = proto.has_pre_key_id() ? std::optional{proto.pre_key_id()} : std::nullopt,
                         .signed_prekey_id = proto.signed_pre_key_id(),
                         .registration_id = proto.registration_id(),
                         .base_key = base_key,
                         .identity = identity,
                         .message = to_bytes(bytes_of(proto.message()))};
}

Bytes PreKeyMessage::serialize() const {
    proto::PreKeySignalMessage proto;
    if (prekey_id) proto.set_pre_key_id(*prekey_id);
    proto.set_base_key(text(base_key.serialized()));
    proto.set_identity_key(text(identity.serialized()));
    proto.set_message(text(message));
    proto.set_registration_id(registration_id);
    proto.set_signed_pre_key_id(signed_prekey_id);
    return versioned(proto);
}

Result<GroupMessage> GroupMessage::parse(ByteView bytes) {
    constexpr std::size_t kSignature = std::tuple_size_v<crypto::Signature>;
    if (bytes.size() <= kSignature) return malformed("too short");
    auto const signed_part = bytes.first(bytes.size() - kSignature);
    TRY(auto const body, body_of(signed_part));
    TRY(auto const proto, parsed<proto::SenderKeyMessage>(body));
    if (!proto.has_id() || !proto.has_iteration() || !proto.has_ciphertext()) return malformed("it is incomplete");
    return GroupMessage{.id = proto.id(),
                        .iteration = proto.iteration(),
                        .ciphertext = to_bytes(bytes_of(proto.ciphertext())),
                        .signed_part = to_bytes(signed_part),
                        .signature = to_array<kSignature>(bytes.last(kSignature))};
}

Bytes GroupMessage::serialize_unsigned() const {
    proto::SenderKeyMessage proto;
    proto.set_id(id);
    proto.set_iteration(iteration);
    proto.set_ciphertext(text(ciphertext));
    return versioned(proto);
}

Result<Distribution> Distribution::parse(ByteView bytes) {
    TRY(auto const body, body_of(bytes));
    TRY(auto const proto, parsed<proto::SenderKeyDistributionMessage>(body));
    if (!proto.has_id() || !proto.has_iteration() || proto.chain_key().size() != 32) return malformed("it is incomplete");
    TRY(auto const signing_key, key(proto.signing_key()));
    return Distribution{.id = proto.id(),
                        .iteration = proto.iteration(),
                        .chain_key = crypto::secret32(bytes_of(proto.chain_key())),
                        .signing_key = signing_key};
}

Bytes Distribution::serialize() const {
    proto::SenderKeyDistributionMessage proto;
    proto.set_id(id);
    proto.set_iteration(iteration);
    proto.set_chain_key(text(chain_key));
    proto.set_signing_key(text(signing_key.serialized()));
    return versioned(proto);
}

}   // namespace waqtor::whatsapp::signal
