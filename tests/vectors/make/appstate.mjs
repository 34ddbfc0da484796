// App-state patches of one collection by baileys, one on top of the other.
import nodeCrypto from 'node:crypto';
import {syncBuiltinESMExports} from 'node:module';
import {bytes, hex, save} from './common.mjs';

const {randomBytes} = nodeCrypto;
const ivs = [];
nodeCrypto.randomBytes = size => {
    if (size !== 16) return randomBytes(size);
    ivs.push(bytes(`app state iv ${ivs.length}`, 16));
    return ivs.at(-1);
};
syncBuiltinESMExports();
const {proto} = await import('baileys/WAProto/index.js');
const {encodeSyncdPatch, newLTHashState} = await import('baileys/lib/Utils/chat-utils.js');
const {LT_HASH_ANTI_TAMPERING} = await import('baileys/lib/Utils/lt-hash.js');
const {expandAppStateKeys} = await import('whatsapp-rust-bridge');

const keyData = bytes('app state key'), keyId = bytes('app state key id', 6);
const {SET, REMOVE} = proto.SyncdMutation.SyncdOperation;
const wishes = [
    [SET, ['mute', '15550100@s.whatsapp.net'], {timestamp: 1700000000000, muteAction: {muted: true, muteEndTimestamp: 1700003600000}}, 2],
    [SET, ['pin_v1', '15550101@s.whatsapp.net'], {timestamp: 1700000000001, pinAction: {pinned: true}}, 5],
    [SET, ['mute', '15550100@s.whatsapp.net'], {timestamp: 1700000000002, muteAction: {muted: false}}, 2],
    [SET, ['contact', '15550102@s.whatsapp.net'], {timestamp: 1700000000003, contactAction: {fullName: 'نورة'}}, 2],
    [REMOVE, ['pin_v1', '15550101@s.whatsapp.net'], {timestamp: 1700000000001, pinAction: {pinned: true}}, 5],
];
let state = newLTHashState();
const patches = [];
for (const [operation, index, syncAction, apiVersion] of wishes) {
    const made = await encodeSyncdPatch({type: 'regular_high', index, syncAction, apiVersion, operation},
        keyId.toString('base64'), state, async () => ({keyData}));
    state = made.state;
    patches.push({
        remove: operation === REMOVE, index: JSON.stringify(index), version: apiVersion, iv: hex(ivs.at(-1)),
        value: hex(proto.SyncActionValue.encode(proto.SyncActionValue.fromObject(syncAction)).finish()),
        patch: hex(proto.SyncdPatch.encode(made.patch).finish()), hash: hex(state.hash),
    });
}
nodeCrypto.randomBytes = randomBytes;
syncBuiltinESMExports();

const macs = [...Array(4).keys()].map(i => bytes(`value mac ${i}`));
const keys = expandAppStateKeys(keyData);
save('appstate.json', {
    collection: 'regular_high', key_data: hex(keyData), key_id: hex(keyId),
    keys: ['indexKey', 'valueEncryptionKey', 'valueMacKey', 'snapshotMacKey', 'patchMacKey'].map(name => hex(keys[name])),
    lt_hash: {
        added: macs.map(hex), removed: [hex(macs[1])],
        hash: hex(LT_HASH_ANTI_TAMPERING.subtractThenAdd(Buffer.alloc(128), [macs[1]], macs)),
    },
    patches,
});
