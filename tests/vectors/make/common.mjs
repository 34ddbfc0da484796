// Helpers of the vector makers. All "random" input is derived from a name, so a second run writes the same files.
import {createHash} from 'node:crypto';
import {writeFileSync} from 'node:fs';

/** `size` bytes that depend only on `name`. */
export const bytes = (name, size = 32) => {
    const blocks = [];
    for (let i = 0; blocks.length * 32 < size; ++i) blocks.push(createHash('sha256').update(`waqtor ${name} ${i}`).digest());
    return Buffer.concat(blocks).subarray(0, size);
};

export const hex = data => Buffer.from(data).toString('hex');

export const save = (file, value) =>
    writeFileSync(new URL(`../${file}`, import.meta.url), JSON.stringify(value, null, 1) + '\n');
