// The first inputs of the fuzz targets, out of the vectors: packages/whatsapp/fuzz/corpus/TARGET/NAME.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';

const read = name => JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url)));
const seed = (target, name, ...parts) => {
    const folder = new URL(`../../../packages/whatsapp/fuzz/corpus/${target}/`, import.meta.url);
    mkdirSync(folder, {recursive: true});
    writeFileSync(new URL(name.toString().replaceAll(/[^a-z0-9]+/gi, '_'), folder), Buffer.concat(parts.map(part => Buffer.from(part))));
};
const raw = text => Buffer.from(text, 'hex');

const codec = read('codec'), noise = read('noise'), signal = read('signal'), appstate = read('appstate'), pairing = read('pairing'), media = read('media');
for (const {name, encoded} of codec.cases) if (encoded.length < 4000) seed('node', name, raw(encoded));
seed('node', 'deflated', raw(codec.deflated.encoded));
seed('media', 'deflated', raw(codec.deflated.encoded).subarray(1));
for (const {type, encrypted} of media) if (encrypted) seed('media', type, raw(encrypted));

seed('frame', 'client', [1], raw(noise.intro));
seed('frame', 'server', [0], [0, 0, 3, 1, 2, 3, 0, 0, 0]);
seed('frame', 'routing', [1], raw('454400010000020102'), raw(noise.intro));
for (const name of ['chain', 'client_hello', 'server_hello', 'client_finish']) seed('handshake', name, raw(noise[name]));
for (const {hosted, device_identity, signed_identity} of pairing.pairings) {
    seed('handshake', `offer ${hosted}`, raw(device_identity));
    seed('handshake', `signed ${hosted}`, raw(signed_identity));
}

const pkmsg = raw(signal.session.conversations[0].messages[0].bytes);
seed('signal', 'pkmsg', [1], pkmsg);
seed('signal', 'pkmsg without one-time key', [1], raw(signal.session.conversations[1].messages[0].bytes));
seed('signal', 'msg', [0], pkmsg.subarray(pkmsg.indexOf(raw('330a21'), 1)));
seed('signal', 'skmsg', [2], raw(signal.group.messages[0].bytes));
seed('signal', 'skdm', [3], raw(signal.group.distribution));
seed('signal', 'empty session record', [4, 1, 0, 0]);
seed('signal', 'empty sender key record', [5, 1, 0]);
appstate.patches.forEach(({patch}, i) => seed('app_state', `patch ${i}`, raw(patch)));
for (const text of ['15550100:3@s.whatsapp.net', '99.0:1@lid', '7-1:2@interop', 'status@broadcast', '@s.whatsapp.net']) seed('jid', text, text);
const key = Buffer.alloc(32, 7).toString('base64');
seed('jid', 'qr', `https://wa.me/settings/linked_devices#2@ref,${key},${key},${key},1`);

// Messages, alone and inside a history; group notifications and answers as stanzas.
const {proto} = await import('baileys/WAProto/index.js');
const {encodeBinaryNode} = await import('baileys/lib/WABinary/index.js');
const messages = read('messages');
for (const {name, message} of messages.cases) seed('content', name, raw(message));
const history = from => Buffer.from(proto.HistorySync.encode(proto.HistorySync.fromObject({syncType: 3, ...from})).finish());
const info = (id, message) => ({message: {key: {remoteJid: messages.me, id}, message, messageTimestamp: 1700000000, pushName: 'A'}});
seed('history', 'chats', history({conversations: [
    {id: '101@lid', messages: [info('A', {conversation: 'a'}), info('B', {imageMessage: {caption: 'b'}})], name: 'A', unreadCount: 2, tcToken: Buffer.from('t')},
    {id: '120363000000000001@g.us', archived: true},
]}));
seed('history', 'names', history({pushnames: [{id: messages.me, pushname: 'A'}], phoneNumberToLidMappings: [{pnJid: messages.me, lidJid: '100@lid'}]}));
const notice = (name, child) => seed('stanzas', name, encodeBinaryNode({tag: 'notification', attrs: {
    from: '120363000000000001@g.us', type: 'w:gp2', participant: '101@lid', t: '1700000000',
}, content: [child]}));
const person = {tag: 'participant', attrs: {jid: '102@lid', phone_number: messages.me, type: 'admin'}};
for (const tag of ['add', 'remove', 'promote', 'demote', 'created_membership_requests']) notice(tag, {tag, attrs: {}, content: [person]});
for (const tag of ['announcement', 'unlocked', 'not_ephemeral', 'delete']) notice(tag, {tag, attrs: {}});
notice('ephemeral', {tag: 'ephemeral', attrs: {expiration: '86400'}});
notice('subject', {tag: 'subject', attrs: {subject: 'A', s_t: '1700000000'}});
notice('description', {tag: 'description', attrs: {id: 'D'}, content: [{tag: 'body', attrs: {}, content: Buffer.from('what')}]});
notice('create', {tag: 'create', attrs: {}, content: [{tag: 'group', attrs: {id: '120363000000000001', subject: 'A', size: '1'}, content: [person]}]});
