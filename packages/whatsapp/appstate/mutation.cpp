#include "whatsapp/appstate/mutation.hpp"

#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/app_state.pb.h"

namespace waqtor::whatsapp::appstate {

namespace {

/// HMAC-SHA512 over operation, key id, ciphertext and the length of the first two; half of it.
Mac value_mac(Keys const& keys, Operation operation, ByteView key_id, ByteView sealed) {
    auto const op = static_cast<std::uint8_t>(operation == Operation::set ? 1 : 2);
    auto const whole = crypto::hmac_sha512(keys.value_mac, {ByteView{&op, 1}, key_id, sealed, big_endian<8>(key_id.size() + 1)});
    return to_array<32>(ByteView{whole}.first(32));
}

}   // namespace

Keys Keys::expand(ByteView key_data) {
    auto const bytes = crypto::hkdf<160>(key_data, {}, "WhatsApp Mutation Keys");
    auto const part = [&](std::size_t i) { return crypto::secret32(bytes.view().subspan(i * 32, 32)); };
    return {part(0), part(1), part(2), part(3), part(4)};
}

Mac snapshot_mac(Keys const& keys, State const& state, std::string_view collection) {
    return crypto::hmac_sha256(keys.snapshot_mac, {state.hash.bytes(), big_endian<8>(state.version), bytes_of(collection)});
}

Result<Mutation> open_record(Operation operation, proto::SyncdRecord const& record, FindKeys const& find) {
    auto const key_id = bytes_of(record.key_id().id());
    auto const blob = bytes_of(record.value().blob());
    auto const index_blob = bytes_of(record.index().blob());
    if (blob.size() < crypto::kAesBlock + kMacSize || index_blob.size() != kMacSize)
        return refuse(Refusal::malformed, "an app-state record is too short");
    auto const* keys = find(key_id);
    if (!keys) return refuse(Refusal::app_state_key, "an app-state key has not been shared yet");

    auto const sealed = blob.first(blob.size() - kMacSize);
    Mutation out{.operation = operation, .index = {}, .value = {}};
    out.value_mac = to_array<32>(blob.last(kMacSize));
    if (!crypto::equal(value_mac(*keys, operation, key_id, sealed), out.value_mac))
        return refuse(Refusal::app_state_mac, "an app-state value was changed");
    TRY(auto const plain, crypto::cbc_decrypt(keys->value_encryption, to_array<16>(sealed.first(16)), sealed.subspan(16)));
    proto::SyncActionData data;
    if (!data.ParseFromArray(plain.data(), static_cast<int>(plain.size())))
        return refuse(Refusal::malformed, "an app-state action cannot be read");
    out.index_mac = crypto::hmac_sha256(keys->index, bytes_of(data.index()));
    if (!crypto::equal(out.index_mac, index_blob))
        return refuse(Refusal::app_state_mac, "an app-state value stands under another index");
    out.index = data.index();
    out.value = to_bytes(bytes_of(data.value()));
    out.version = data.version();
    return out;
}

Mutation seal_record(Wish const& wish, ByteView key_id, Keys const& keys, crypto::AesIv const& iv, proto::SyncdRecord& record) {
    proto::SyncActionData data;
    data.set_index(wish.index);
    data.set_value(std::string{text_of(wish.value)});
    data.set_padding("");
    data.set_version(wish.version);
    auto const plain = data.SerializeAsString();
    auto const sealed = concat({iv, crypto::cbc_encrypt(keys.value_encryption, iv, bytes_of(plain))});
    Mutation out{wish.operation, wish.index, wish.value, wish.version};
    out.index_mac = crypto::hmac_sha256(keys.index, bytes_of(wish.index));
    out.value_mac = value_mac(keys, wish.operation, key_id, sealed);
    record.mutable_index()->set_blob(std::string{text_of(out.index_mac)});
    record.mutable_value()->set_blob(std::string{text_of(concat({sealed, out.value_mac}))});
    record.mutable_key_id()->set_id(std::string{text_of(key_id)});
    return out;
}

}   // namespace waqtor::whatsapp::appstate
