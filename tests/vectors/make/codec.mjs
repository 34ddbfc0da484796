// Stanzas as baileys writes and reads them.
import {deflateSync} from 'node:zlib';
import {decodeBinaryNode, encodeBinaryNode} from 'baileys/lib/WABinary/index.js';
import {DOUBLE_BYTE_TOKENS, SINGLE_BYTE_TOKENS} from 'baileys/lib/WABinary/constants.js';
import {bytes, hex, save} from './common.mjs';

const node = (tag, attrs = {}, content = undefined) => ({tag, attrs, content});
const many = (count, make) => [...Array(count).keys()].map(make);

// ours: false where our encoder deliberately writes another form (it follows whatsmeow), so only decoding is compared.
const cases = [
    ['bare', node('iq')],
    ['single and double tokens', node('iq', {type: 'get', xmlns: 'w:p', id: 'abt', to: 'companion_enc_static'})],
    ['token value', node('receipt', {type: 'read-self'})],
    ['nibbles even', node('a1', {t: '1700000000'})],
    ['nibbles odd', node('a1', {t: '123', v: '-1.5'})],
    ['nibbles 127', node('a1', {t: '7'.repeat(127)})],
    ['digits 128 are raw', node('a1', {t: '7'.repeat(128)})],
    ['hex', node('message', {id: '3EB0A1B2C3D4E5F60718'})],
    ['hex odd', node('message', {id: '3EB0A1B2C3D4E5F6071'})],
    ['lower hex is raw', node('message', {id: '3eb0a1b2c3'})],
    ['raw', node('display', {name: 'Café مرحبا 😀'})],
    ['empty attribute', node('a1', {name: ''})],
    ['long attribute', node('a1', {name: 'x'.repeat(300)})],
    ['server jid', node('iq', {from: '@s.whatsapp.net'})],
    ['phone', node('message', {from: '15550100@s.whatsapp.net'})],
    ['phone device', node('message', {from: '15550100:12@s.whatsapp.net'})],
    ['lid', node('message', {from: '998877665544332@lid'})],
    ['lid device', node('message', {from: '998877665544332:33@lid'})],
    ['hosted device', node('message', {from: '15550101:99@hosted'})],
    ['hosted lid device', node('message', {from: '998877665544332:99@hosted.lid'})],
    ['hosted pair', node('message', {from: '15550101@hosted'}), {ours: false}],
    ['group', node('message', {from: '120363000000000001@g.us', participant: '15550102:4@s.whatsapp.net'})],
    ['old group', node('message', {from: '15550102-1500000000@g.us'})],
    ['status', node('message', {from: 'status@broadcast'})],
    ['newsletter', node('message', {from: '120363111111111111@newsletter'})],
    ['legacy', node('message', {from: '15550103@c.us'})],
    ['bot', node('message', {from: '867051314767696@bot'})],
    ['unknown server', node('message', {from: 'a@example'}), {ours: false}],
    ['bytes', node('enc', {v: '2', type: 'pkmsg'}, bytes('codec bytes', 40))],
    ['no bytes', node('enc', {}, Buffer.alloc(0))],
    ['bytes 255', node('enc', {}, bytes('codec', 255))],
    ['bytes 256', node('enc', {}, bytes('codec', 256))],
    ['bytes 4096', node('enc', {}, bytes('codec', 4096))],
    ['text content', node('value', {}, 'plain text that is no token')],
    ['token content', node('value', {}, 'available')],
    ['digit content', node('count', {}, '42')],
    ['jid content', node('value', {}, '15550100@s.whatsapp.net'), {ours: false}],
    ['children', node('iq', {id: '1', type: 'set'}, [node('list', {}, [node('user', {jid: '15550100@s.whatsapp.net'}), node('user')])])],
    ['empty list', node('list', {}, [])],
    ['255 children', node('list', {}, many(255, i => node('item', {id: `${i}`})))],
    ['256 children', node('list', {}, many(256, i => node('item', {id: `${i}`})))],
    ['130 attributes', node('item', Object.fromEntries(many(130, i => [`key${i}`, `${i}`])))],
    ['deep', many(40, i => i).reduce(inner => node('x1', {}, [inner]), node('x1'))],
];

const plain = ({tag, attrs, content}) => ({
    tag, attrs,
    ...(content === undefined ? {} : Array.isArray(content) ? {children: content.map(plain)}
        : typeof content === 'string' ? {text: content} : {hex: hex(content)}),
});

// Baileys reads these forms but never writes them.
const read_only = [
    ['messenger jid', '00f80211' + 'f6ff0415550100' + '0003' + 'fc046d736772'],
    ['interop jid', '00f80211' + 'f5ff0415550104' + '0002' + '0007' + 'fc07696e7465726f70'],
];

const out = [];
for (const [name, value, extra] of cases) {
    const encoded = encodeBinaryNode(value);
    out.push({name, ours: true, ...extra, encoded: hex(encoded), node: plain(await decodeBinaryNode(encoded))});
}
for (const [name, encoded] of read_only)
    out.push({name, ours: false, encoded, node: plain(await decodeBinaryNode(Buffer.from(encoded, 'hex')))});
const all = ['', ...SINGLE_BYTE_TOKENS.slice(1), ...DOUBLE_BYTE_TOKENS.flat()];
const sample = encodeBinaryNode(cases.find(c => c[0] === '256 children')[1]);
save('codec.json', {
    cases: out,
    deflated: {encoded: hex(Buffer.concat([Buffer.from([2]), deflateSync(sample.subarray(1))])), same_as: hex(sample)},
    tokens: all.slice(1),
    token_nodes: hex(encodeBinaryNode(node('x1', {}, all.slice(1).map(word => node(word))))),
});
