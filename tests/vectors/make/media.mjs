// Media keys and encrypted files by baileys.
import nodeCrypto from 'node:crypto';
import {readFileSync, unlinkSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {bytes, hex, save} from './common.mjs';

const {randomBytes} = nodeCrypto;
let mediaKey;
nodeCrypto.randomBytes = size => size === 32 ? mediaKey : randomBytes(size);   // 32 bytes are only drawn for the media key
syncBuiltinESMExports();
const {encryptedStream, getMediaKeys} = await import('baileys/lib/Utils/messages-media.js');

const types = ['image', 'sticker', 'video', 'ptt', 'document', 'md-msg-hist', 'md-app-state', 'thumbnail-link', 'thumbnail-image',
               'thumbnail-video', 'thumbnail-document'];
const rows = [];
for (const [i, type] of types.entries()) {
    mediaKey = bytes(`media key ${type}`);
    const {iv, cipherKey, macKey} = await getMediaKeys(mediaKey, type);
    const row = {type, media_key: hex(mediaKey), iv: hex(iv), cipher_key: hex(cipherKey), mac_key: hex(macKey)};
    if (i < 5) {
        const plaintext = bytes(`media ${type}`, [0, 1, 15, 16, 1000][i]);
        const made = await encryptedStream(plaintext, type);
        Object.assign(row, {
            plaintext: hex(plaintext), encrypted: hex(readFileSync(made.encFilePath)),
            file_sha256: hex(made.fileSha256), file_enc_sha256: hex(made.fileEncSha256),
        });
        unlinkSync(made.encFilePath);
    }
    rows.push(row);
}
nodeCrypto.randomBytes = randomBytes;
syncBuiltinESMExports();
save('media.json', rows);
