// Primitives as baileys (Node's OpenSSL, curve25519-js, whatsapp-rust-bridge) computes them.
import * as curve from 'libsignal/src/curve.js';
import {
    aesEncrypWithIV, aesEncryptCTR, aesEncryptGCM, derivePairingCodeKey, hkdf, hmacSign
} from 'baileys/lib/Utils/crypto.js';
import {bytes, hex, save} from './common.mjs';

const clamp = key => {
    key = Buffer.from(key);
    key[0] &= 248;
    key[31] = (key[31] & 127) | 64;
    return key;
};

const pairs = [...Array(8).keys()].map(i => {
    const secret = clamp(bytes(`curve ${i}`));
    // getPublicFromPrivateKey of libsignal changes the key it is given, so the public half comes from an agreement with 9.
    const base = Buffer.alloc(32);
    base[0] = 9;
    return {secret, pub: curve.calculateAgreement(Buffer.concat([Buffer.from([5]), base]), secret)};
});

save('crypto.json', {
    curve: pairs.map(({secret, pub}, i) => {
        const other = pairs[(i + 1) % pairs.length];
        const message = bytes(`message ${i}`, 1 + i * 37);
        return {
            secret: hex(secret), public: hex(pub), other_public: hex(other.pub),
            shared: hex(curve.calculateAgreement(Buffer.concat([Buffer.from([5]), other.pub]), secret)),
            message: hex(message), signature: hex(curve.calculateSignature(secret, message)),
        };
    }),
    hkdf: [[32, 0, ''], [112, 0, 'WhatsApp Image Keys'], [64, 32, 'WhisperText'], [160, 0, 'WhatsApp Mutation Keys']].map(
        ([size, salt, info]) => ({
            input: hex(bytes('ikm' + size)), salt: hex(bytes('salt', salt)), info,
            output: hex(hkdf(bytes('ikm' + size), size, {salt: salt ? bytes('salt', salt) : undefined, info})),
        })),
    gcm: [0, 1, 16, 100].map(size => ({
        key: hex(bytes('gcm key')), nonce: hex(bytes('gcm nonce', 12)), associated: hex(bytes('aad', size / 4 | 0)),
        plaintext: hex(bytes('gcm text', size)),
        ciphertext: hex(aesEncryptGCM(bytes('gcm text', size), bytes('gcm key'), bytes('gcm nonce', 12), bytes('aad', size / 4 | 0))),
    })),
    cbc: [0, 1, 15, 16, 17, 100].map(size => ({
        key: hex(bytes('cbc key')), iv: hex(bytes('cbc iv', 16)), plaintext: hex(bytes('cbc text', size)),
        ciphertext: hex(aesEncrypWithIV(bytes('cbc text', size), bytes('cbc key'), bytes('cbc iv', 16))),
    })),
    ctr: [1, 32, 100].map(size => ({
        key: hex(bytes('ctr key')), iv: hex(bytes('ctr iv', 16)), plaintext: hex(bytes('ctr text', size)),
        ciphertext: hex(aesEncryptCTR(bytes('ctr text', size), bytes('ctr key'), bytes('ctr iv', 16))),
    })),
    hmac: [['sha256', 5], ['sha256', 100], ['sha512', 5], ['sha512', 100]].map(([variant, key]) => ({
        variant, key: hex(bytes('hmac key', key)), data: hex(bytes('hmac data', 77)),
        output: hex(hmacSign(bytes('hmac data', 77), bytes('hmac key', key), variant)),
    })),
    pairing_code: [{
        code: 'ABCD1234', salt: hex(bytes('pbkdf2 salt')), key: hex(await derivePairingCodeKey('ABCD1234', bytes('pbkdf2 salt'))),
    }],
});
