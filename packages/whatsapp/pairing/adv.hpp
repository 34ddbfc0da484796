#pragma once
#include "whatsapp/crypto/signatures.hpp"

#include <optional>
#include <set>

namespace waqtor::whatsapp::pairing {

enum class Encryption : std::uint8_t { end_to_end, hosted };

/// What the account says about one of its devices; signed by the account's identity (that of the phone).
struct DeviceIdentity {
    std::uint32_t raw_id = 0;
    std::uint64_t timestamp = 0;   // unix seconds
    std::uint32_t key_index = 0;
    Encryption account = Encryption::end_to_end;
    Encryption device = Encryption::end_to_end;

    bool operator==(DeviceIdentity const&) const = default;
};

struct Accepted {
    DeviceIdentity device;
    crypto::PublicKey account_key;   // the phone's identity: trust it for device 0
    Bytes signed_identity;           // whole ADVSignedDeviceIdentity: keep it, it goes with every pkmsg
    Bytes reply;                     // the same without the account key: the content of <pair-device-sign><device-identity>
};

/// The companion's end of pairing: checks `<device-identity>` of pair-success and signs it.
/// Refusal::adv_hmac (another QR code's secret), adv_account_signature, malformed.
Result<Accepted> accept_device(ByteView device_identity, ByteView adv_secret, crypto::KeyPair const& identity);

/// The phone's end: what it sends for a companion whose QR code it has scanned. For the sandbox.
/// `hosted` in `device.account` also prefixes the HMAC.
Bytes offer_device(DeviceIdentity const& device, crypto::KeyPair const& account, crypto::PublicKey const& companion,
                   ByteView adv_secret);

/// Checks an ADVSignedDeviceIdentity of another device (from a prekey answer, or from a pkmsg) in full: account and device
/// signature must both bind `identity`. `account_key` is used when the message leaves the key out (pair-device-sign does), and
/// must equal it when both are there.
/// Refusal::adv_account_signature, adv_device_signature, malformed. With `together` the signatures are checked there.
Result<DeviceIdentity> verify_device(ByteView signed_identity, crypto::PublicKey const& identity,
                                     std::optional<crypto::PublicKey> account_key = {}, crypto::Signatures* together = nullptr);

/// The devices an account still has.
struct KeyIndexList {
    std::uint32_t raw_id = 0;
    std::uint64_t timestamp = 0;
    std::uint32_t current_index = 0;
    std::set<std::uint32_t> valid_indexes;

    /// Key index 0 is the phone, which is always there. A companion newer than the list counts as valid.
    bool allows(std::uint32_t key_index) const {
        return key_index == 0 || key_index > current_index || valid_indexes.contains(key_index);
    }
};

/// Checks a `<key-index-list>` against the account's identity. Refusal::adv_account_signature, malformed.
Result<KeyIndexList> verify_key_index_list(ByteView signed_list, crypto::PublicKey const& account_key,
                                           crypto::Signatures* together = nullptr);
/// For the sandbox's phones.
Bytes sign_key_index_list(KeyIndexList const& list, crypto::KeyPair const& account);

}   // namespace waqtor::whatsapp::pairing
