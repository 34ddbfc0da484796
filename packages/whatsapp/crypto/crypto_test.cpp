#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/curve.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/field25519.hpp"
#include "whatsapp/crypto/lanes.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/crypto/signatures.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp::crypto {
namespace {

using whatsapp::testing::hex;
using whatsapp::testing::text;
using whatsapp::testing::operator""_hex;

/// Calls `check` with each row of one array of crypto.json.
template <class Check> void each(std::string_view group, Check check) {
    static auto const file = whatsapp::testing::vectors("crypto.json");
    auto const& rows = file.at(group).as_array();
    ASSERT_FALSE(rows.empty());
    for (auto const& row : rows) check(row.as_object());
}

TEST(Crypto, CurveAgreesWithTheForeignLibrary) {
    each("curve", [](auto const& row) {
        auto const pair = KeyPair::from(secret32(hex(row, "secret")));
        EXPECT_EQ(to_hex(pair.pub), text(row, "public"));
        auto const other = PublicKey::parse(hex(row, "other_public"));
        ASSERT_TRUE(other);
        auto const shared = agree(pair.secret, *other);
        ASSERT_TRUE(shared);
        EXPECT_EQ(to_hex(*shared), text(row, "shared"));
    });
}

TEST(Crypto, ForeignXeddsaSignaturesVerifyAndChangedOnesDoNot) {
    each("curve", [](auto const& row) {
        auto const key = *PublicKey::parse(hex(row, "public"));
        auto message = hex(row, "message");
        auto signature = hex(row, "signature");
        EXPECT_TRUE(verify(key, message, signature));
        for (std::size_t bit = 0; bit < 512; ++bit) {
            signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
            EXPECT_FALSE(verify(key, message, signature)) << "bit " << bit;
            signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        }
        message[0] ^= 1;
        EXPECT_FALSE(verify(key, message, signature));
    });
}

TEST(Crypto, OwnXeddsaSignaturesVerifyForBothSignsOfTheEdwardsPoint) {
    bool seen[2] = {};
    for (int i = 0; i < 64; ++i) {
        auto const pair = KeyPair::generate();
        auto const message = random_bytes(static_cast<std::size_t>(i));
        auto const signature = sign(pair.secret, message);
        seen[signature[63] >> 7] = true;
        EXPECT_TRUE(verify(pair.pub, message, signature));
        EXPECT_FALSE(verify(KeyPair::generate().pub, message, signature));
        EXPECT_FALSE(verify(pair.pub, message, ByteView{signature}.first(63)));
    }
    EXPECT_TRUE(seen[0] && seen[1]);
}

TEST(Crypto, NumbersModuloThePrimeOfTheCurve) {
    auto const one = Field25519{1};
    EXPECT_TRUE((one - one).is_zero());
    EXPECT_TRUE(Field25519{0}.inverse().is_zero());
    // The prime itself and what lies above it are taken modulo it.
    ByteArray<32> prime;
    prime.fill(0xff);
    prime[0] = 0xed;
    prime[31] = 0x7f;
    EXPECT_TRUE(Field25519::parse(prime).is_zero());
    prime[0] = 0xff;
    EXPECT_EQ(Field25519::parse(prime).bytes(), Field25519{18}.bytes());
    EXPECT_EQ((Field25519{0} - one).bytes(), Field25519::parse((prime[0] = 0xec, prime)).bytes());
    for (int i = 0; i < 200; ++i) {
        auto const number = Field25519::parse(random_array<32>());
        EXPECT_EQ((number * number.inverse()).bytes(), one.bytes());
        EXPECT_EQ(((number - one) + one).bytes(), number.bytes());
    }
}

TEST(Crypto, SmallOrderKeysAreRefused) {
    auto const pair = KeyPair::generate();
    for (auto key : {PublicKey{}, PublicKey{{1}}}) {
        EXPECT_FALSE(agree(pair.secret, key));
        EXPECT_FALSE(verify(key, {}, Signature{}));
    }
}

TEST(Crypto, AgreementsTogetherAreThoseOneByOne) {
    for (std::size_t count = 1; count <= Agreements::kMost; ++count) {
        std::vector<KeyPair> mine(count), theirs(count);
        std::vector<Secret32> shared(count);
        Agreements agreements;
        for (std::size_t i = 0; i < count; ++i) {
            theirs[i] = KeyPair::generate();
            if (i % 3 == 2)
                agreements.generate(mine[i]);
            else
                agreements.add((mine[i] = KeyPair::generate()).secret, theirs[i].pub, shared[i].writable());
        }
        ASSERT_TRUE(agreements.run());
        for (std::size_t i = 0; i < count; ++i) {
            if (i % 3 == 2)
                EXPECT_EQ(mine[i].pub, KeyPair::from(mine[i].secret).pub);
            else
                EXPECT_EQ(to_hex(shared[i]), to_hex(*agree(mine[i].secret, theirs[i].pub)));
        }
    }
    KeyPair fresh;
    Secret32 first, second;
    Agreements agreements;
    agreements.generate(fresh);
    auto const other = KeyPair::generate().pub;
    agreements.add(fresh.secret, other, first.writable());
    PublicKey const one{{1}};
    agreements.add(fresh.secret, one, second.writable());
    EXPECT_EQ(refusal_of(agreements.run().error()), Refusal::malformed) << "one of them is of small order";
}

TEST(Crypto, LanesMultiplyAsTheOtherImplementation) {
    if (!Lanes::usable()) return;   // no AVX-512 IFMA here: the tests above have run what is used instead
    // Numbers at the edges of the field: around zero, the prime, 2^255 and the limbs' boundaries.
    std::vector<ByteArray<32>> edges;
    for (auto low : {0x00, 0x01, 0x02, 0xec, 0xed, 0xee, 0xff})
        for (auto rest : {0x00, 0xff, 0x7f, 0x80, 0x07, 0xf8}) {
            ByteArray<32> number;
            number.fill(static_cast<std::uint8_t>(rest));
            number[0] = static_cast<std::uint8_t>(low);
            edges.push_back(number);
            number[31] = 0x7f;
            edges.push_back(number);
        }
    for (std::size_t round = 0; round < 100; ++round) {
        Lanes lanes;
        std::array<Secret32, Lanes::kCount> scalars;
        std::array<PublicKey, Lanes::kCount> points;
        for (std::size_t i = 0; i < Lanes::kCount; ++i) {
            auto const at = round * Lanes::kCount + i;
            scalars[i] = at % 5 == 0 ? Secret32{edges[at % edges.size()]} : random_secret();
            points[i].bytes = at < 2 * edges.size() ? edges[at % edges.size()] : random_array<32>();
            lanes.set(i, scalars[i], points[i].bytes);
        }
        lanes.run();
        for (std::size_t i = 0; i < Lanes::kCount; ++i) {
            auto const expected = agree(scalars[i], points[i]);
            EXPECT_EQ(to_hex(lanes.result(i)), expected ? to_hex(*expected) : to_hex(ByteArray<32>{})) << to_hex(points[i].bytes);
        }
    }
}

/// Right signatures, and such with one changed bit anywhere in key, message or signature.
TEST(Crypto, SignaturesTogetherAreJudgedAsOneByOne) {
    for (std::size_t count = 1; count <= 24; ++count) {
        std::vector<PublicKey> keys;
        std::vector<Bytes> messages, signatures;
        Signatures together;
        for (std::size_t i = 0; i < count; ++i) {
            auto const pair = KeyPair::generate();
            keys.push_back(pair.pub);
            messages.push_back(random_bytes(1 + 7 * i));
            auto const made = sign(pair.secret, messages.back());
            signatures.emplace_back(made.begin(), made.end());
            auto const bit = (count * 37 + i * 11) % 512;
            if (i % 4 == 1) signatures.back()[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
            if (i % 8 == 2) messages.back()[0] ^= 1;
            if (i % 8 == 6) keys.back().bytes[bit / 17] ^= static_cast<std::uint8_t>(1U << bit % 8);
            EXPECT_TRUE(together.verify(keys[i], messages[i], signatures[i])) << "believed until they are checked";
        }
        together.run();
        for (std::size_t i = 0; i < count; ++i) {
            auto const right = verify(keys[i], messages[i], signatures[i]);
            EXPECT_EQ(together.verify(keys[i], messages[i], signatures[i]), right) << i << " of " << count;
            EXPECT_EQ(right, i % 2 == 0 && i % 8 != 2 && i % 8 != 6 ? true : i % 4 == 3) << i << " of " << count;
        }
        auto const pair = KeyPair::generate();
        EXPECT_FALSE(together.verify(pair.pub, messages[0], signatures[0])) << "it was not among them";
        EXPECT_TRUE(together.verify(pair.pub, messages[0], sign(pair.secret, messages[0]))) << "it was not among them";
        EXPECT_FALSE(together.verify(keys[0], messages[0], ByteView{signatures[0]}.first(63)));
    }
}

TEST(Crypto, EightSignaturesAtOnceRefuseEveryChangedBitAndSmallOrder) {
    if (!Lanes::usable()) return;   // no AVX-512 IFMA here: the tests above have run what is used instead
    each("curve", [](auto const& row) {
        auto const key = *PublicKey::parse(hex(row, "public"));
        auto const message = hex(row, "message");
        auto const signature = hex(row, "signature");
        EXPECT_EQ(verify_eight(std::vector<SignedBytes>(8, {key, message, signature})), 0xffU);
        for (std::size_t byte = 0; byte < 64; ++byte) {
            std::vector<Bytes> changed(8, signature);
            std::vector<SignedBytes> claims;
            for (std::size_t bit = 0; bit < 8; ++bit) {
                changed[bit][byte] ^= static_cast<std::uint8_t>(1U << bit);
                claims.push_back({key, message, changed[bit]});
            }
            EXPECT_EQ(verify_eight(claims), 0U) << "byte " << byte;
        }
    });
    Bytes const zero(64);
    PublicKey minus_one{{0xec}};   // p - 1: it has no Edwards form
    std::fill(minus_one.bytes.begin() + 1, minus_one.bytes.end(), std::uint8_t{0xff});
    minus_one.bytes[31] = 0x7f;
    for (auto const& key : {PublicKey{}, PublicKey{{1}}, minus_one})
        EXPECT_EQ(verify_eight(std::vector<SignedBytes>{{key, zero, zero}}), 0U);
}

TEST(Crypto, PublicKeysComeWithAndWithoutTheTypeByte) {
    auto const key = KeyPair::generate().pub;
    EXPECT_EQ(*PublicKey::parse(key.serialized()), key);
    EXPECT_EQ(*PublicKey::parse(key.bytes), key);
    auto wrong_type = key.serialized();
    wrong_type[0] = 6;
    EXPECT_EQ(refusal_of(PublicKey::parse(wrong_type).error()), Refusal::malformed);
    EXPECT_FALSE(PublicKey::parse(ByteView{key.bytes}.first(31)));
}

TEST(Crypto, HkdfAgreesWithTheForeignLibrary) {
    each("hkdf", [](auto const& row) {
        Bytes out(hex(row, "output").size());
        hkdf_into(out, hex(row, "input"), hex(row, "salt"), bytes_of(text(row, "info")));
        EXPECT_EQ(to_hex(out), text(row, "output"));
    });
}

TEST(Crypto, HkdfOfRfc5869) {
    Bytes out(42);
    hkdf_into(out, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"_hex, "000102030405060708090a0b0c"_hex,
              "f0f1f2f3f4f5f6f7f8f9"_hex);
    EXPECT_EQ(to_hex(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(Crypto, GcmAgreesWithTheForeignLibraryAndRefusesEveryChange) {
    each("gcm", [](auto const& row) {
        auto const key = hex(row, "key");
        auto const nonce = to_array<12>(hex(row, "nonce"));
        auto const associated = hex(row, "associated");
        auto const plaintext = hex(row, "plaintext");
        auto sealed = gcm_encrypt(key, nonce, plaintext, associated);
        EXPECT_EQ(to_hex(sealed), text(row, "ciphertext"));
        EXPECT_EQ(*gcm_decrypt(key, nonce, sealed, associated), plaintext);
        for (auto& byte : sealed) {
            byte ^= 0x40;
            EXPECT_EQ(refusal_of(gcm_decrypt(key, nonce, sealed, associated).error()), Refusal::message_mac);
            byte ^= 0x40;
        }
        EXPECT_FALSE(gcm_decrypt(key, nonce, sealed, concat({associated, "00"_hex})));
        EXPECT_FALSE(gcm_decrypt(key, nonce, ByteView{sealed}.first(15), associated));
    });
}

TEST(Crypto, CbcAgreesWithTheForeignLibraryAlsoInPieces) {
    each("cbc", [](auto const& row) {
        auto const key = hex(row, "key");
        auto const iv = to_array<16>(hex(row, "iv"));
        auto const plaintext = hex(row, "plaintext");
        auto const sealed = cbc_encrypt(key, iv, plaintext);
        EXPECT_EQ(to_hex(sealed), text(row, "ciphertext"));
        EXPECT_EQ(*cbc_decrypt(key, iv, sealed), plaintext);

        Bytes pieces;
        CbcStream stream{CbcStream::Direction::decrypt, key, iv};
        for (auto byte : sealed) stream.update({&byte, 1}, pieces);
        EXPECT_TRUE(stream.finish(pieces));
        EXPECT_EQ(pieces, plaintext);
    });
    auto const key = random_secret();
    EXPECT_EQ(refusal_of(cbc_decrypt(key, {}, random_bytes(15)).error()), Refusal::malformed);
    EXPECT_FALSE(cbc_decrypt(key, {}, {}));
}

TEST(Crypto, CtrHmacAndPbkdf2AgreeWithTheForeignLibrary) {
    each("ctr", [](auto const& row) {
        EXPECT_EQ(to_hex(ctr_apply(hex(row, "key"), to_array<16>(hex(row, "iv")), hex(row, "plaintext"))), text(row, "ciphertext"));
    });
    each("hmac", [](auto const& row) {
        auto const key = hex(row, "key");
        auto const data = hex(row, "data");
        if (text(row, "variant") == "sha512") {
            EXPECT_EQ(to_hex(hmac_sha512(key, {data})), text(row, "output"));
            return;
        }
        EXPECT_EQ(to_hex(hmac_sha256(key, data)), text(row, "output"));
        HmacStream stream{key};
        stream.update(ByteView{data}.first(10));
        stream.update(ByteView{data}.subspan(10));
        EXPECT_EQ(to_hex(stream.finish()), text(row, "output"));
    });
    each("pairing_code",
         [](auto const& row) { EXPECT_EQ(to_hex(pbkdf2(text(row, "code"), hex(row, "salt"), 131072)), text(row, "key")); });
}

TEST(Crypto, Base64AndHexRefuseWhatTheyCannotRead) {
    EXPECT_EQ(to_base64("00ff10fb"_hex), "AP8Q+w==");
    EXPECT_EQ(to_base64("00ff10fb"_hex, Base64::url_safe), "AP8Q-w");
    EXPECT_EQ(from_base64("AP8Q+w=="), "00ff10fb"_hex);
    EXPECT_EQ(from_base64("AP8Q-w", Base64::url_safe), "00ff10fb"_hex);
    for (auto bad : {"AP8Q+w", "AP8Q-w==", "A", "AP8Q+w==x", "!!!!"}) EXPECT_FALSE(from_base64(bad)) << bad;
    for (auto bad : {"0", "0g", "00 "}) EXPECT_FALSE(from_hex(bad)) << bad;
    EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Crypto, MovedSecretsLeaveNothingBehind) {
    auto first = random_secret();
    auto const copy = first;
    auto const second = std::move(first);
    EXPECT_TRUE(second == copy);
    EXPECT_TRUE(first == Secret32{});   // NOLINT(bugprone-use-after-move): that is the point
}

}   // namespace
}   // namespace waqtor::whatsapp::crypto
