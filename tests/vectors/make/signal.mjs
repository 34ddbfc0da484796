// A conversation by npm libsignal and a group by baileys, as the receiver gets them (out of order, some lost).
import nodeCrypto from 'node:crypto';
import {syncBuiltinESMExports} from 'node:module';
import {bytes, hex, save} from './common.mjs';

// libsignal draws all its keys here; fixed ones make the file the same in every run.
let drawn = 0;
nodeCrypto.generateKeyPairSync = () => {
    const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), bytes(`drawn ${drawn++}`)]);
    const privateKey = nodeCrypto.createPrivateKey({key: der, format: 'der', type: 'pkcs8'});
    return {privateKey: der, publicKey: nodeCrypto.createPublicKey(privateKey).export({format: 'der', type: 'spki'})};
};
const {randomBytes, randomInt} = nodeCrypto;
nodeCrypto.randomInt = most => bytes(`drawn ${drawn++}`, 4).readUInt32BE() % most;
nodeCrypto.randomBytes = size => bytes(`drawn ${drawn++}`, size);
syncBuiltinESMExports();

const {default: libsignal} = await import('libsignal');
const curve = (await import('libsignal/src/curve.js')).default;
const {GroupCipher, GroupSessionBuilder, SenderKeyName, SenderKeyRecord} = await import('baileys/lib/Signal/Group/index.js');

const device = (registrationId, identity) => {
    const sessions = new Map();
    return {
        loadSession: async id => sessions.get(id), storeSession: async (id, record) => void sessions.set(id, record),
        isTrustedIdentity: () => true, getOurRegistrationId: () => registrationId, getOurIdentity: () => identity,
    };
};

const bob = {identity: curve.generateKeyPair(), signed: curve.generateKeyPair(), prekey: curve.generateKeyPair()};
const signature = curve.calculateSignature(bob.identity.privKey, bob.signed.pubKey);
const address = new libsignal.ProtocolAddress('15550100', 3);

const conversations = [];
for (const oneTime of [true, false]) {
    const alice = device(4321, curve.generateKeyPair());
    await new libsignal.SessionBuilder(alice, address).initOutgoing({
        registrationId: 1234, identityKey: bob.identity.pubKey,
        signedPreKey: {keyId: 5, publicKey: bob.signed.pubKey, signature},
        preKey: oneTime ? {keyId: 77, publicKey: bob.prekey.pubKey} : undefined,
    });
    const messages = [];
    for (let i = 0; i < 8; ++i) {
        const plaintext = bytes(`plaintext ${i}`, i * 11);
        const {type, body} = await new libsignal.SessionCipher(alice, address).encrypt(plaintext);
        if (type !== 3) throw new Error('a prekey message was expected');
        messages.push({plaintext: hex(plaintext), bytes: hex(body)});
    }
    conversations.push({one_time: oneTime, messages: [2, 0, 7, 1, 5, 4].map(i => messages[i])});
}

const senderKeys = new Map();
const store = {
    loadSenderKey: async name => senderKeys.get(name.toString()) ?? new SenderKeyRecord(),
    storeSenderKey: async (name, record) => void senderKeys.set(name.toString(), record),
};
const name = new SenderKeyName('120363000000000001@g.us', address);
const distribution = (await new GroupSessionBuilder(store).create(name)).serialize();
const group = [];
for (let i = 0; i < 6; ++i) {
    const plaintext = bytes(`group ${i}`, i * 13);
    group.push({plaintext: hex(plaintext), bytes: hex(await new GroupCipher(store, name).encrypt(plaintext))});
}

Object.assign(nodeCrypto, {randomBytes, randomInt});
syncBuiltinESMExports();
save('signal.json', {
    session: {
        identity: hex(bob.identity.privKey), signed_prekey: hex(bob.signed.privKey), prekey: hex(bob.prekey.privKey),
        signed_prekey_signature: hex(signature), conversations,
    },
    group: {distribution: hex(distribution), messages: [0, 3, 1, 5, 2].map(i => group[i])},
});
