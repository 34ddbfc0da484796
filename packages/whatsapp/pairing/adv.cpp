#include "whatsapp/pairing/adv.hpp"

#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/adv.pb.h"

namespace waqtor::whatsapp::pairing {

namespace {

using Prefix = ByteArray<2>;

// What a signature or HMAC is made over starts with one of these. Facts of the protocol.
constexpr Prefix kAccount{6, 0};
constexpr Prefix kDevice{6, 1};
constexpr Prefix kKeyIndex{6, 2};
constexpr Prefix kHostedAccount{6, 5};
constexpr Prefix kHostedKeyIndex{6, 7};

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

template <class Proto> Result<Proto> parsed(ByteView bytes) {
    Proto proto;
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return refuse(Refusal::malformed, "an ADV message cannot be read");
    return proto;
}

Encryption encryption(proto::ADVEncryptionType type) { return type == proto::HOSTED ? Encryption::hosted : Encryption::end_to_end; }
proto::ADVEncryptionType encryption(Encryption type) { return type == Encryption::hosted ? proto::HOSTED : proto::E2EE; }

Result<DeviceIdentity> device_of(std::string const& details) {
    TRY(auto const proto, parsed<proto::ADVDeviceIdentity>(bytes_of(details)));
    return DeviceIdentity{proto.raw_id(), proto.timestamp(), proto.key_index(), encryption(proto.account_type()),
                          encryption(proto.device_type())};
}

Bytes account_message(DeviceIdentity const& device, ByteView details, crypto::PublicKey const& identity) {
    return concat({device.device == Encryption::hosted ? kHostedAccount : kAccount, details, identity});
}

Bytes device_message(ByteView details, crypto::PublicKey const& identity, crypto::PublicKey const& account) {
    return concat({kDevice, details, identity, account});
}

crypto::Digest32 hmac(Encryption account, ByteView adv_secret, std::string const& details) {
    return crypto::hmac_sha256(adv_secret,
                               {account == Encryption::hosted ? ByteView{kHostedAccount} : ByteView{}, bytes_of(details)});
}

Result<crypto::PublicKey> raw_key(std::string const& bytes) {
    if (bytes.size() != 32) return refuse(Refusal::malformed, "an account key does not have 32 bytes");
    return crypto::PublicKey{to_array<32>(bytes_of(bytes))};
}

Result<DeviceIdentity> verify_account(proto::ADVSignedDeviceIdentity const& whole, crypto::PublicKey const& identity,
                                      crypto::PublicKey const& account, crypto::Signatures* together = nullptr) {
    TRY(auto const device, device_of(whole.details()));
    if (!crypto::verify(account, account_message(device, bytes_of(whole.details()), identity), bytes_of(whole.account_signature()),
                        together))
        return refuse(Refusal::adv_account_signature, "the account did not sign this device");
    return device;
}

}   // namespace

Result<Accepted> accept_device(ByteView device_identity, ByteView adv_secret, crypto::KeyPair const& identity) {
    TRY(auto const outer, parsed<proto::ADVSignedDeviceIdentityHMAC>(device_identity));
    if (!crypto::equal(hmac(encryption(outer.account_type()), adv_secret, outer.details()), bytes_of(outer.hmac())))
        return refuse(Refusal::adv_hmac, "the pairing was not made with this code");
    TRY(auto whole, parsed<proto::ADVSignedDeviceIdentity>(bytes_of(outer.details())));
    TRY(auto const account, raw_key(whole.account_signature_key()));
    TRY(auto const device, verify_account(whole, identity.pub, account));

    whole.set_device_signature(
        text(crypto::sign(identity.secret, device_message(bytes_of(whole.details()), identity.pub, account))));
    Accepted out{
        .device = device, .account_key = account, .signed_identity = to_bytes(bytes_of(whole.SerializeAsString())), .reply = {}};
    whole.clear_account_signature_key();
    out.reply = to_bytes(bytes_of(whole.SerializeAsString()));
    return out;
}

Bytes offer_device(DeviceIdentity const& device, crypto::KeyPair const& account, crypto::PublicKey const& companion,
                   ByteView adv_secret) {
    proto::ADVDeviceIdentity details;
    details.set_raw_id(device.raw_id);
    details.set_timestamp(device.timestamp);
    details.set_key_index(device.key_index);
    details.set_account_type(encryption(device.account));
    details.set_device_type(encryption(device.device));

    proto::ADVSignedDeviceIdentity whole;
    whole.set_details(details.SerializeAsString());
    whole.set_account_signature_key(text(account.pub));
    whole.set_account_signature(text(crypto::sign(account.secret, account_message(device, bytes_of(whole.details()), companion))));

    proto::ADVSignedDeviceIdentityHMAC outer;
    outer.set_details(whole.SerializeAsString());
    outer.set_hmac(text(hmac(device.account, adv_secret, outer.details())));
    if (device.account == Encryption::hosted) outer.set_account_type(proto::HOSTED);
    return to_bytes(bytes_of(outer.SerializeAsString()));
}

Result<DeviceIdentity> verify_device(ByteView signed_identity, crypto::PublicKey const& identity,
                                     std::optional<crypto::PublicKey> account_key, crypto::Signatures* together) {
    TRY(auto const whole, parsed<proto::ADVSignedDeviceIdentity>(signed_identity));
    if (whole.has_account_signature_key()) {
        TRY(auto const inside, raw_key(whole.account_signature_key()));
        if (account_key && *account_key != inside)
            return refuse(Refusal::adv_account_signature, "the device belongs to another account");
        account_key = inside;
    }
    if (!account_key) return refuse(Refusal::malformed, "nobody says which account signed this device");
    TRY(auto const device, verify_account(whole, identity, *account_key, together));
    if (!crypto::verify(identity, device_message(bytes_of(whole.details()), identity, *account_key),
                        bytes_of(whole.device_signature()), together))
        return refuse(Refusal::adv_device_signature, "the device did not sign its account");
    return device;
}

Result<KeyIndexList> verify_key_index_list(ByteView signed_list, crypto::PublicKey const& account_key,
                                           crypto::Signatures* together) {
    TRY(auto const outer, parsed<proto::ADVSignedKeyIndexList>(signed_list));
    TRY(auto const list, parsed<proto::ADVKeyIndexList>(bytes_of(outer.details())));
    auto const& prefix = list.account_type() == proto::HOSTED ? kHostedKeyIndex : kKeyIndex;
    if (!crypto::verify(account_key, concat({prefix, bytes_of(outer.details())}), bytes_of(outer.account_signature()), together))
        return refuse(Refusal::adv_account_signature, "the account did not sign its list of devices");
    return KeyIndexList{
        list.raw_id(), list.timestamp(), list.current_index(), {list.valid_indexes().begin(), list.valid_indexes().end()}};
}

Bytes sign_key_index_list(KeyIndexList const& list, crypto::KeyPair const& account) {
    proto::ADVKeyIndexList details;
    details.set_raw_id(list.raw_id);
    details.set_timestamp(list.timestamp);
    details.set_current_index(list.current_index);
    for (auto index : list.valid_indexes) details.add_valid_indexes(index);
    proto::ADVSignedKeyIndexList outer;
    outer.set_details(details.SerializeAsString());
    outer.set_account_signature(text(crypto::sign(account.secret, concat({kKeyIndex, bytes_of(outer.details())}))));
    return to_bytes(bytes_of(outer.SerializeAsString()));
}

}   // namespace waqtor::whatsapp::pairing
