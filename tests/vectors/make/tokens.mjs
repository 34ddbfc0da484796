// Writes packages/whatsapp/binary/tokens.inc: the word tables of dictionary version 3, which are facts of the protocol.
import {writeFileSync} from 'node:fs';
import {DOUBLE_BYTE_TOKENS, SINGLE_BYTE_TOKENS} from 'baileys/lib/WABinary/constants.js';

if (SINGLE_BYTE_TOKENS.length !== 236 || DOUBLE_BYTE_TOKENS.length !== 4 || DOUBLE_BYTE_TOKENS.some(t => t.length !== 256))
    throw new Error('the tables have another size than dictionary version 3');

const rows = words => words.map(word => `    ${JSON.stringify(word ?? '')},\n`).join('');
writeFileSync(new URL('../../../packages/whatsapp/binary/tokens.inc', import.meta.url),
    '// Written by tests/vectors/make/tokens.mjs; not edited by hand.\n// clang-format off\n' +
    `constexpr std::array<std::string_view, 236> kSingleTokens{\n${rows(SINGLE_BYTE_TOKENS)}};\n` +
    'constexpr std::array<std::array<std::string_view, 256>, 4> kDoubleTokens{{\n' +
    DOUBLE_BYTE_TOKENS.map(words => `{{\n${rows(words)}}},\n`).join('') + '}};\n');
