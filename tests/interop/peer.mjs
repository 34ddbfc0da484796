// What the drivers share: one JSON request per line on stdin ({"id", "op", …}), one answer per line on stdout ({"id", "ok": true, …} or
// {"id", "error"}), and events ({"event", …}) in between. The end of stdin is the end of the process.
import {createInterface} from 'node:readline';

// Libraries talk on the console and on stdout, which belongs to the answers.
const answers = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const debug = process.env.WAQTOR_PEER_DEBUG === '1';
for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'])
    console[method] = debug ? (...words) => process.stderr.write(words.map(String).join(' ') + '\n') : () => {};

export const debugging = debug;

export function emit(event, fields = {}) {
    answers(JSON.stringify({event, ...fields}) + '\n');
}

/// `operations` maps each op to an async function of the request that gives the fields of the answer.
export function serve(operations) {
    process.on('uncaughtException', error => emit('fault', {reason: String(error?.stack ?? error)}));
    process.on('unhandledRejection', error => emit('fault', {reason: String(error?.stack ?? error)}));
    const lines = createInterface({input: process.stdin});
    lines.on('line', async line => {
        const request = JSON.parse(line);
        let answer;
        try {
            const operation = operations[request.op];
            if (!operation) throw new Error(`this driver cannot do ${request.op}`);
            answer = {ok: true, ...(await operation(request))};
        } catch (error) {
            answer = {error: String(error?.stack ?? error)};
        }
        answers(JSON.stringify({id: request.id, ...answer}) + '\n');
    });
    lines.on('close', () => process.exit(0));
}

/// What a message says beside plain text, as the drivers tell it: [event, fields], or nothing. `message` is the innermost protobuf;
/// files are told by the drivers, which fetch them with their library.
export function told_content(message) {
    const edit = message.editedMessage?.message?.protocolMessage ?? message.protocolMessage;
    if (edit?.editedMessage) return ['edit', {target: edit.key?.id, text: text_of(edit.editedMessage)}];
    if (message.protocolMessage?.key && !message.protocolMessage.type) return ['revoke', {target: message.protocolMessage.key.id}];
    const reaction = message.reactionMessage;
    if (reaction) return ['reaction', {target: reaction.key?.id, emoji: reaction.text ?? ''}];
    const poll = message.pollCreationMessageV3 ?? message.pollCreationMessage;
    if (poll) return ['poll', {question: poll.name, choices: poll.options.map(one => one.optionName)}];
    const place = message.locationMessage;
    if (place) return ['location', {latitude: place.degreesLatitude, longitude: place.degreesLongitude, name: place.name ?? ''}];
    const card = message.contactMessage ?? message.contactsArrayMessage?.contacts?.[0];
    if (card) return ['contact_card', {name: card.displayName, vcard: card.vcard}];
    return undefined;
}

export const text_of = message => message?.conversation ?? message?.extendedTextMessage?.text;

/// Of a text: the message it answers, whom it mentions, and after how long it disappears.
export function told_context(message) {
    const context = message.extendedTextMessage?.contextInfo;
    if (!context) return {};
    return {
        ...(context.stanzaId ? {quoted: context.stanzaId, quoted_text: text_of(context.quotedMessage) ?? ''} : {}),
        ...(context.mentionedJid?.length ? {mentions: context.mentionedJid} : {}),
        ...(context.expiration ? {expires: Number(context.expiration)} : {}),
    };
}

const kinds = {imageMessage: 'image', videoMessage: 'video', audioMessage: 'audio', documentMessage: 'document', stickerMessage: 'sticker'};

/// [kind, media kind of the library, protobuf] of a message with a file, or nothing.
export function file_in(message) {
    for (const [name, library_kind] of Object.entries(kinds)) {
        const file = message[name];
        if (!file) continue;
        const kind = name === 'videoMessage' && file.gifPlayback ? 'gif' : name === 'audioMessage' && file.ptt ? 'voice' : library_kind;
        return [kind, library_kind, file];
    }
    return undefined;
}

/// The fields of a `media` event.
export function told_file(kind, file, bytes) {
    return {kind, name: file.fileName ?? '', mime: file.mimetype ?? '', caption: file.caption ?? '', data: Buffer.from(bytes).toString('base64'),
            width: file.width ?? 0, height: file.height ?? 0, thumbnail: Buffer.from(file.jpegThumbnail ?? '').toString('base64')};
}

/// Runs work(0) to work(count - 1), that many at once: each worker takes the next one.
export async function together(count, window, work) {
    let next = 0;
    const worker = async () => {
        while (next < count) await work(next++);
    };
    await Promise.all(Array.from({length: window}, worker));
}
