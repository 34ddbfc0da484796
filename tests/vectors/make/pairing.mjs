// Pairing as baileys does it: its client payloads, its answer to pair-success, and the crypto of the phone-number code.
import * as curve from 'libsignal/src/curve.js';
import {proto} from 'baileys/WAProto/index.js';
import {aesEncryptCTR, aesEncryptGCM, Curve, derivePairingCodeKey, hkdf, hmacSign} from 'baileys/lib/Utils/crypto.js';
import {configureSuccessfulPairing, encodeSignedDeviceIdentity, generateLoginNode, generateRegistrationNode}
    from 'baileys/lib/Utils/validate-connection.js';
import {bytes, hex, save} from './common.mjs';

const pair = name => {
    const secret = Buffer.from(bytes(name));
    secret[0] &= 248;
    secret[31] = (secret[31] & 127) | 64;
    const base = Buffer.alloc(32);
    base[0] = 9;
    return {private: secret, public: Curve.sharedKey(secret, base)};
};
const account = pair('account'), identity = pair('companion'), signedPreKey = pair('signed prekey');
const advSecret = bytes('adv secret');
const config = {version: [2, 3000, 1045649367], browser: ['Ubuntu', 'Firefox', '1'], countryCode: 'US', syncFullHistory: false};

const pairing = hosted => {
    const type = hosted ? 1 : 0;
    const details = Buffer.from(proto.ADVDeviceIdentity.encode(
        {rawId: 77, timestamp: 1700000000, keyIndex: 5, accountType: type, deviceType: type}).finish());
    const signed = Buffer.from(proto.ADVSignedDeviceIdentity.encode({
        details, accountSignatureKey: account.public,
        accountSignature: curve.calculateSignature(account.private, Buffer.concat([Buffer.from([6, hosted ? 5 : 0]), details, identity.public])),
    }).finish());
    const content = Buffer.from(proto.ADVSignedDeviceIdentityHMAC.encode({
        details: signed, hmac: hmacSign(Buffer.concat([Buffer.from(hosted ? [6, 5] : []), signed]), advSecret),
        ...(hosted ? {accountType: 1} : {}),
    }).finish());
    const {creds, reply} = configureSuccessfulPairing({attrs: {id: '1'}, content: [{tag: 'pair-success', attrs: {}, content: [
        {tag: 'device-identity', attrs: {}, content},
        {tag: 'device', attrs: {jid: '15550100:5@s.whatsapp.net', lid: '99:5@lid'}},
    ]}]}, {advSecretKey: advSecret.toString('base64'), signedIdentityKey: identity, signalIdentities: []});
    return {
        hosted, device_identity: hex(content), key_index: reply.content[0].content[0].attrs['key-index'],
        reply: hex(reply.content[0].content[0].content), signed_identity: hex(encodeSignedDeviceIdentity(creds.account, true)),
    };
};

const code = '1234ABCD', companionEphemeral = pair('companion ephemeral'), phoneEphemeral = pair('phone ephemeral');
const salt = bytes('wrap salt'), iv = bytes('wrap iv', 16), bundleSalt = bytes('bundle salt'), nonce = bytes('nonce', 12), random = bytes('random');
const shared = Curve.sharedKey(companionEphemeral.private, phoneEphemeral.public);
const bundleKey = hkdf(shared, 32, {salt: bundleSalt, info: 'link_code_pairing_key_bundle_encryption_key'});

save('pairing.json', {
    account: hex(account.private), identity: hex(identity.private), signed_prekey: hex(signedPreKey.private), adv_secret: hex(advSecret),
    pairings: [pairing(false), pairing(true)],
    login: hex(proto.ClientPayload.encode(generateLoginNode('15550100:7@s.whatsapp.net', config)).finish()),
    registration: hex(proto.ClientPayload.encode(generateRegistrationNode({
        registrationId: 4711, signedIdentityKey: identity,
        signedPreKey: {keyId: 9, keyPair: signedPreKey, signature: curve.calculateSignature(identity.private, Buffer.concat([Buffer.from([5]), signedPreKey.public]))},
    }, config)).finish()),
    code: {
        code, companion_ephemeral: hex(companionEphemeral.private), phone_ephemeral: hex(phoneEphemeral.private),
        wrapped_key: hex(Buffer.concat([salt, iv, aesEncryptCTR(companionEphemeral.public, await derivePairingCodeKey(code, salt), iv)])),
        wrapped_bundle: hex(Buffer.concat([bundleSalt, nonce,
            aesEncryptGCM(Buffer.concat([identity.public, account.public, random]), bundleKey, nonce, Buffer.alloc(0))])),
        adv_secret: hex(hkdf(Buffer.concat([shared, Curve.sharedKey(identity.private, account.public), random]), 32, {info: 'adv_secret'})),
    },
});
