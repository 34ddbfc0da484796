// A device made of npm libsignal and baileys' groups, unmodified. One JSON request per line on stdin, one answer per line on stdout.
import {createInterface} from 'node:readline';

// The library reports each failed attempt on the console; stdout belongs to the answers.
for (const method of ['log', 'info', 'warn', 'error', 'debug']) console[method] = () => {};

const {default: libsignal} = await import('libsignal');
const curve = (await import('libsignal/src/curve.js')).default;
const {GroupCipher, GroupSessionBuilder, SenderKeyDistributionMessage, SenderKeyName, SenderKeyRecord} =
    await import('baileys/lib/Signal/Group/index.js');
const {ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord} = libsignal;

const hex = data => Buffer.from(data).toString('hex');
const raw = text => Buffer.from(text, 'hex');

const identity = curve.generateKeyPair();
const registrationId = 1 + Math.floor(Math.random() * 16380);
const signed = {keyId: 1, ...curve.generateKeyPair()};
const prekeys = new Map();
let lastPrekey = 0;
let stored = null;   // the serialized SessionRecord towards the only peer

const storage = {
    loadSession: async () => stored && SessionRecord.deserialize(structuredCopy(stored)),
    storeSession: async (id, record) => void (stored = record.serialize()),
    isTrustedIdentity: () => true,
    loadPreKey: async id => prekeys.get(id),
    removePreKey: async id => void prekeys.delete(id),
    loadSignedPreKey: id => id === signed.keyId ? signed : undefined,
    getOurRegistrationId: () => registrationId,
    getOurIdentity: () => identity,
};
const structuredCopy = value => JSON.parse(JSON.stringify(value));
const peer = new ProtocolAddress('peer', 0);

/**
 * libsignal 6.0.0 tries a message on every session of the record and keeps the ratchet steps of the attempts that failed, which
 * spoils the other sessions. Real clients heal that by a retry; here each session is offered alone, so that nothing is spoilt.
 */
const decryptWithOneOf = async body => {
    const all = stored?._sessions ?? {};
    const lastUsedFirst = Object.keys(all).sort((a, b) => (all[b].indexInfo.used ?? 0) - (all[a].indexInfo.used ?? 0));
    for (const key of lastUsedFirst) {
        const before = stored;
        stored = {...before, _sessions: {[key]: all[key]}};
        try {
            const plaintext = await new SessionCipher(storage, peer).decryptWhisperMessage(body);
            stored = {...before, _sessions: {...all, ...stored._sessions}};
            return plaintext;
        } catch {
            stored = before;
        }
    }
    throw new Error('no session fits');
};

const senderKeys = new Map();
const groups = {
    loadSenderKey: async name => senderKeys.get(name.toString()) ?? new SenderKeyRecord(),
    storeSenderKey: async (name, record) => void senderKeys.set(name.toString(), record),
};
const groupName = sender => new SenderKeyName('120363000000000001@g.us', new ProtocolAddress(sender, 0));

const operations = {
    bundle: () => {
        const keyId = ++lastPrekey;
        const pair = curve.generateKeyPair();
        prekeys.set(keyId, pair);
        return {
            registration_id: registrationId, identity: hex(identity.pubKey),
            signed_id: signed.keyId, signed: hex(signed.pubKey), signature: hex(curve.calculateSignature(identity.privKey, signed.pubKey)),
            one_time_id: keyId, one_time: hex(pair.pubKey),
        };
    },
    start: async ({bundle}) => {
        await new SessionBuilder(storage, peer).initOutgoing({
            registrationId: bundle.registration_id, identityKey: raw(bundle.identity),
            signedPreKey: {keyId: bundle.signed_id, publicKey: raw(bundle.signed), signature: raw(bundle.signature)},
            preKey: bundle.one_time ? {keyId: bundle.one_time_id, publicKey: raw(bundle.one_time)} : undefined,
        });
        // initOutgoing only calls the check; here its answer counts.
        return {signature_ok: curve.verifySignature(raw(bundle.identity), raw(bundle.signed), raw(bundle.signature))};
    },
    encrypt: async ({plaintext}) => {
        const {type, body} = await new SessionCipher(storage, peer).encrypt(raw(plaintext));
        return {prekey: type === 3, bytes: hex(body)};
    },
    decrypt: async ({prekey, bytes}) => ({
        plaintext: hex(prekey ? await new SessionCipher(storage, peer).decryptPreKeyWhisperMessage(raw(bytes)) : await decryptWithOneOf(raw(bytes))),
    }),
    group_distribution: async ({rotate}) => {
        if (rotate) senderKeys.delete(groupName('me').toString());
        return {bytes: hex((await new GroupSessionBuilder(groups).create(groupName('me'))).serialize())};
    },
    group_accept: async ({bytes}) => {
        const message = new SenderKeyDistributionMessage(null, null, null, null, raw(bytes));
        await new GroupSessionBuilder(groups).process(groupName('peer'), message);
        return {};
    },
    group_encrypt: async ({plaintext}) => ({bytes: hex(await new GroupCipher(groups, groupName('me')).encrypt(raw(plaintext)))}),
    group_decrypt: async ({bytes}) => ({plaintext: hex(await new GroupCipher(groups, groupName('peer')).decrypt(raw(bytes)))}),
};

for await (const line of createInterface({input: process.stdin})) {
    const request = JSON.parse(line);
    let answer;
    try {
        answer = await operations[request.op](request);
    } catch (error) {
        answer = {error: String(error?.message ?? error)};
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
}
