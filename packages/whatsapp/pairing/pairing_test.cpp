#include "whatsapp/connection/client_payload.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/pairing/code.hpp"
#include "whatsapp/pairing/qr.hpp"
#include "whatsapp/proto/adv.pb.h"
#include "whatsapp/proto/client_payload.pb.h"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp::pairing {
namespace {

using crypto::KeyPair;
using crypto::to_hex;
using testing::hex;
using testing::text;

struct Vectors {
    boost::json::value const file = testing::vectors("pairing.json");
    boost::json::object const& row = file.as_object();
    KeyPair pair(std::string_view name) const { return KeyPair::from(crypto::secret32(hex(row, name))); }
    boost::json::object const& code() const { return row.at("code").as_object(); }
    KeyPair code_pair(std::string_view name) const { return KeyPair::from(crypto::secret32(hex(code(), name))); }
};

template <class Proto> Proto parsed(ByteView bytes) {
    Proto proto;
    EXPECT_TRUE(proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return proto;
}

TEST(Adv, AcceptsAndAnswersAPairingAsBaileysDoes) {
    Vectors const v;
    auto const identity = v.pair("identity");
    auto const account = v.pair("account");
    for (auto const& entry : v.row.at("pairings").as_array()) {
        auto const& row = entry.as_object();
        auto const accepted = accept_device(hex(row, "device_identity"), hex(v.row, "adv_secret"), identity);
        ASSERT_TRUE(accepted) << accepted.error().message;
        EXPECT_EQ(std::to_string(accepted->device.key_index), text(row, "key_index"));
        EXPECT_EQ(accepted->account_key, account.pub);
        EXPECT_EQ(accepted->device.device == Encryption::hosted, row.at("hosted").as_bool());

        // Everything but our random signature is the same, and each side's signature holds for the other.
        auto ours = parsed<proto::ADVSignedDeviceIdentity>(accepted->reply);
        auto const theirs = parsed<proto::ADVSignedDeviceIdentity>(hex(row, "reply"));
        ours.set_device_signature(theirs.device_signature());
        EXPECT_EQ(ours.SerializeAsString(), theirs.SerializeAsString());
        EXPECT_FALSE(ours.has_account_signature_key());
        EXPECT_EQ(*verify_device(hex(row, "signed_identity"), identity.pub), accepted->device);
        EXPECT_EQ(*verify_device(accepted->signed_identity, identity.pub, account.pub), accepted->device);
        EXPECT_EQ(*verify_device(accepted->reply, identity.pub, account.pub), accepted->device);
    }
}

struct Paired : ::testing::Test {
    KeyPair account = KeyPair::generate();
    KeyPair companion = KeyPair::generate();
    crypto::Secret32 secret = crypto::random_secret();
    DeviceIdentity device{.raw_id = 5, .timestamp = 1'700'000'000, .key_index = 3};
    Bytes offer = offer_device(device, account, companion.pub, secret);
};

TEST_F(Paired, APhoneOffersWhatACompanionAccepts) {
    for (auto hosted : {Encryption::end_to_end, Encryption::hosted}) {
        device.account = device.device = hosted;
        auto const accepted = accept_device(offer_device(device, account, companion.pub, secret), secret, companion);
        ASSERT_TRUE(accepted) << accepted.error().message;
        EXPECT_EQ(accepted->device, device);
        EXPECT_EQ(*verify_device(accepted->signed_identity, companion.pub), device);
    }
}

TEST_F(Paired, AFalseOfferIsRefusedByName) {
    auto const refused = [&](ByteView bytes, ByteView with) {
        auto const accepted = accept_device(bytes, with, companion);
        return accepted ? std::nullopt : refusal_of(accepted.error());
    };
    EXPECT_EQ(refused(offer, crypto::random_secret()), Refusal::adv_hmac);
    EXPECT_EQ(refused(offer_device(device, account, KeyPair::generate().pub, secret), secret), Refusal::adv_account_signature);
    EXPECT_EQ(refused({}, secret), Refusal::adv_hmac);
    for (std::size_t i = 0; i < offer.size(); ++i) {
        offer[i] ^= 1;
        EXPECT_NE(refused(offer, secret), std::nullopt) << "byte " << i;
        offer[i] ^= 1;
    }
    // With the HMAC made right, only the account's signature can tell.
    auto outer = parsed<proto::ADVSignedDeviceIdentityHMAC>(offer);
    auto inner = parsed<proto::ADVSignedDeviceIdentity>(bytes_of(outer.details()));
    inner.mutable_account_signature()->at(5) ^= 1;
    outer.set_details(inner.SerializeAsString());
    outer.set_hmac(std::string{text_of(crypto::hmac_sha256(secret, bytes_of(outer.details())))});
    EXPECT_EQ(refused(bytes_of(outer.SerializeAsString()), secret), Refusal::adv_account_signature);
}

TEST_F(Paired, AForeignDeviceMustBindItsIdentityTwice) {
    auto const accepted = *accept_device(offer, secret, companion);
    auto const refused = [](std::string const& bytes, crypto::PublicKey const& identity,
                            std::optional<crypto::PublicKey> key = {}) {
        auto const verified = verify_device(bytes_of(bytes), identity, key);
        return verified ? std::nullopt : refusal_of(verified.error());
    };
    auto whole = parsed<proto::ADVSignedDeviceIdentity>(accepted.signed_identity);
    EXPECT_EQ(refused(whole.SerializeAsString(), companion.pub), std::nullopt);
    EXPECT_EQ(refused(whole.SerializeAsString(), KeyPair::generate().pub), Refusal::adv_account_signature);
    EXPECT_EQ(refused(whole.SerializeAsString(), companion.pub, KeyPair::generate().pub), Refusal::adv_account_signature);
    EXPECT_EQ(refused(std::string{text_of(accepted.reply)}, companion.pub), Refusal::malformed);
    whole.mutable_device_signature()->at(7) ^= 1;
    EXPECT_EQ(refused(whole.SerializeAsString(), companion.pub), Refusal::adv_device_signature);
    whole.clear_device_signature();
    EXPECT_EQ(refused(whole.SerializeAsString(), companion.pub), Refusal::adv_device_signature);
}

TEST_F(Paired, TheAccountSignsItsListOfDevices) {
    KeyIndexList const list{.raw_id = 5, .timestamp = 7, .current_index = 4, .valid_indexes = {1, 4}};
    auto bytes = sign_key_index_list(list, account);
    auto const verified = verify_key_index_list(bytes, account.pub);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->valid_indexes, list.valid_indexes);
    EXPECT_TRUE(verified->allows(0) && verified->allows(4) && verified->allows(5));
    EXPECT_FALSE(verified->allows(2));
    EXPECT_EQ(refusal_of(verify_key_index_list(bytes, companion.pub).error()), Refusal::adv_account_signature);
    bytes[4] ^= 1;
    EXPECT_FALSE(verify_key_index_list(bytes, account.pub));
}

TEST(Qr, ItsTextIsReadBack) {
    QrCode const code{"2@abc/+=", KeyPair::generate().pub, KeyPair::generate().pub, crypto::random_secret(), 'c'};
    auto const words = code.text();
    EXPECT_TRUE(words.starts_with("https://wa.me/settings/linked_devices#2@abc/+=,"));
    for (auto const& form : {words, words.substr(words.find('#') + 1)}) {
        auto const back = QrCode::parse(form);
        ASSERT_TRUE(back);
        EXPECT_EQ(back->text(), words);
    }
    for (auto bad : {"", "a,b,c,d,e", ",,,,", "2@x"}) EXPECT_EQ(refusal_of(QrCode::parse(bad).error()), Refusal::malformed) << bad;
}

TEST(PairingCode, BothEndsAgreeWithBaileys) {
    Vectors const v;
    auto const companion = v.code_pair("companion_ephemeral");
    auto const phone = v.code_pair("phone_ephemeral");
    auto const code = text(v.code(), "code");
    EXPECT_EQ(*unwrap_key(code, hex(v.code(), "wrapped_key")), companion.pub);
    EXPECT_EQ(*unwrap_key(code, wrap_key(code, phone.pub)), phone.pub);
    auto const secret =
        finish_phone(phone, companion.pub, v.pair("account"), v.pair("identity").pub, hex(v.code(), "wrapped_bundle"));
    ASSERT_TRUE(secret) << secret.error().message;
    EXPECT_EQ(to_hex(*secret), text(v.code(), "adv_secret"));

    auto const finish = finish_companion(companion, phone.pub, v.pair("identity"), v.pair("account").pub);
    ASSERT_TRUE(finish);
    EXPECT_EQ(finish->wrapped_bundle.size(), kWrappedBundleSize);
    EXPECT_TRUE(*finish_phone(phone, companion.pub, v.pair("account"), v.pair("identity").pub, finish->wrapped_bundle) ==
                finish->adv_secret);
}

TEST(PairingCode, AWrongCodeIsNoticed) {
    auto const companion = KeyPair::generate(), phone = KeyPair::generate(), identity = KeyPair::generate(),
               account = KeyPair::generate();
    auto const wrong = *unwrap_key("22222222", wrap_key("11111111", phone.pub));
    auto const finish = finish_companion(companion, wrong, identity, account.pub);
    if (finish)
        EXPECT_EQ(refusal_of(finish_phone(phone, companion.pub, account, identity.pub, finish->wrapped_bundle).error()),
                  Refusal::handshake);
    auto const right = finish_companion(companion, phone.pub, identity, account.pub);
    ASSERT_TRUE(right);
    EXPECT_EQ(refusal_of(finish_phone(phone, companion.pub, account, companion.pub, right->wrapped_bundle).error()),
              Refusal::handshake);
    EXPECT_EQ(refusal_of(unwrap_key("11111111", {}).error()), Refusal::malformed);
    EXPECT_EQ(*clean_code("1234-abcd"), "1234ABCD");
    EXPECT_TRUE(clean_code(new_code()));
    for (auto bad : {"", "1234ABC", "1234ABCI", "1234ABC0", "1234ABCDE"}) EXPECT_FALSE(clean_code(bad)) << bad;
}

TEST(ClientPayload, SaysTheSameAsBaileysWhereThatMatters) {
    Vectors const v;
    auto const version = *Version::parse("2.3000.1045649367");
    signal::Identity const identity{v.pair("identity"), 4711};
    signal::SignedPreKey prekey{9, v.pair("signed_prekey"), {}};
    auto theirs = parsed<proto::ClientPayload>(hex(v.row, "registration"));
    prekey.signature = to_array<64>(bytes_of(theirs.device_pairing_data().signed_prekey_signature()));
    EXPECT_TRUE(crypto::verify(identity.keys.pub, prekey.keys.pub.serialized(), prekey.signature));

    auto ours = parsed<proto::ClientPayload>(
        registration_payload(version, {.os = "Ubuntu", .platform = Appearance::Platform::firefox}, identity, prekey));
    auto const props = parsed<proto::DeviceProps>(bytes_of(ours.device_pairing_data().device_props()));
    auto const their_props = parsed<proto::DeviceProps>(bytes_of(theirs.device_pairing_data().device_props()));
    EXPECT_EQ(props.os(), their_props.os());
    EXPECT_EQ(props.platform_type(), their_props.platform_type());
    EXPECT_EQ(props.history_sync_config().storage_quota_mb(), their_props.history_sync_config().storage_quota_mb());
    // What a device is called and which history features it has differs; the rest is byte for byte the same.
    for (auto* payload : {&ours, &theirs}) {
        payload->mutable_device_pairing_data()->clear_device_props();
        payload->mutable_user_agent()->clear_manufacturer();
    }
    EXPECT_EQ(ours.SerializeAsString(), theirs.SerializeAsString());

    ours = parsed<proto::ClientPayload>(*login_payload(version, {}, *Jid::parse("15550100:7@s.whatsapp.net")));
    theirs = parsed<proto::ClientPayload>(hex(v.row, "login"));
    EXPECT_TRUE(ours.lid_db_migrated());   // as whatsmeow; baileys says false
    for (auto* payload : {&ours, &theirs}) {
        payload->clear_lc();
        payload->clear_lid_db_migrated();
        payload->mutable_user_agent()->clear_manufacturer();
    }
    EXPECT_EQ(ours.SerializeAsString(), theirs.SerializeAsString());
    EXPECT_FALSE(login_payload(version, {}, *Jid::parse("status@broadcast")));
    EXPECT_EQ(version.text(), "2.3000.1045649367");
    for (auto bad : {"", "2.3000", "2.3000.x", "2..1", "2.3000.1.4"}) EXPECT_FALSE(Version::parse(bad)) << bad;
}

}   // namespace
}   // namespace waqtor::whatsapp::pairing
