// baileys, unmodified, as a process; peer.mjs says how it is spoken to.
import {debugging, emit, file_in, serve, text_of, told_content, told_context, told_file} from './peer.mjs';

const baileys = await import('baileys');
const {default: pino} = await import('pino');
const {makeWASocket, initAuthCreds, downloadMediaMessage, decryptPollVote, normalizeMessageContent, jidNormalizedUser, DisconnectReason, WA_CERT_DETAILS, Browsers} = baileys;
const {createHash} = await import('node:crypto');
const logger = pino({level: debugging ? 'debug' : 'silent'}, pino.destination(2));

let socket;
let stopped = false;
let address;
let wants_history = false;
const creds = initAuthCreds();
const stored = new Map();
const keys = {
    get: async (type, ids) => Object.fromEntries(ids.flatMap(id => (stored.has(`${type} ${id}`) ? [[id, stored.get(`${type} ${id}`)]] : []))),
    set: async data => {
        for (const [type, values] of Object.entries(data))
            for (const [id, value] of Object.entries(values))
                if (value === null || value === undefined) stored.delete(`${type} ${id}`);
                else stored.set(`${type} ${id}`, structuredClone(value));
    },
};

const sent = new Map();

/// The file of a message, checked by the library.
async function tell_file(message, kind, file) {
    const bytes = await downloadMediaMessage(message, 'buffer', {});
    emit('media', {message: message.key.id, chat: message.key.remoteJid, ...told_file(kind, file, bytes)});
}

/// A vote on a poll of ours; the library opens it, but leaves to the program which of our and their addresses were meant.
function tell_vote(message, update) {
    const poll = sent.get(update.pollCreationMessageKey.id);
    if (!poll) return;
    const choices = (poll.pollCreationMessageV3 ?? poll.pollCreationMessage).options.map(one => one.optionName);
    const mine = [creds.me.id, creds.me.lid].filter(Boolean).map(jidNormalizedUser);
    const theirs = [message.key.remoteJid, message.key.remoteJidAlt, message.key.participant].filter(Boolean).map(jidNormalizedUser);
    for (const pollCreatorJid of mine)
        for (const voterJid of theirs) {
            let vote;
            try {
                vote = decryptPollVote(update.vote, {pollCreatorJid, pollMsgId: update.pollCreationMessageKey.id, pollEncKey: poll.messageContextInfo.messageSecret, voterJid});
            } catch {
                continue;
            }
            const hashes = vote.selectedOptions.map(one => Buffer.from(one).toString('hex'));
            const chosen = choices.filter(one => hashes.includes(createHash('sha256').update(one).digest('hex')));
            return emit('vote', {target: update.pollCreationMessageKey.id, choices: chosen});
        }
    emit('fault', {reason: 'a vote could not be opened'});
}

/// Anything but plain text. True when it was something.
function tell_other(message, content) {
    const file = file_in(content);
    if (file) {
        tell_file(message, file[0], file[2]).catch(error => emit('fault', {reason: String(error?.stack ?? error)}));
        return true;
    }
    if (content.pollUpdateMessage) {
        tell_vote(message, content.pollUpdateMessage);
        return true;
    }
    const told = told_content(content);
    if (!told) return false;
    emit(told[0], {...told[1], message: message.key.id, chat: message.key.remoteJid, from: message.key.participant ?? message.key.remoteJid});
    return true;
}

async function send(to, content, options) {
    const result = await socket.sendMessage(to, content, options);
    sent.set(result.key.id, result.message);
    return {message: result.key.id};
}

const key_of = ({to, message, from_me, from}) => ({remoteJid: to, id: message, fromMe: from_me !== false, participant: from_me === false && to.endsWith('@g.us') ? from : undefined});

function connect(url) {
    address = url;
    socket = makeWASocket({
        waWebSocketUrl: url,
        auth: {creds, keys},
        logger,
        browser: Browsers.ubuntu('Chrome'),
        shouldSyncHistoryMessage: () => wants_history,
        syncFullHistory: false,
        markOnlineOnConnect: true,
        getMessage: async key => sent.get(key.id),
        appStateMacVerification: {patch: true, snapshot: true},
    });
    socket.ev.on('creds.update', update => Object.assign(creds, update));
    socket.ev.on('connection.update', update => {
        if (update.qr) emit('qr', {qr: update.qr});
        if (update.isNewLogin) emit('paired', {jid: creds.me?.id, lid: creds.me?.lid});
        if (update.connection === 'open') emit('open', {jid: creds.me?.id, lid: creds.me?.lid});
        if (update.connection !== 'close' || stopped) return;
        const code = update.lastDisconnect?.error?.output?.statusCode;
        emit('closed', {reason: String(code ?? update.lastDisconnect?.error)});
        const again = [DisconnectReason.restartRequired, DisconnectReason.connectionClosed, DisconnectReason.connectionLost];
        if (creds.me && again.includes(code)) setTimeout(() => stopped || connect(url), code === DisconnectReason.restartRequired ? 0 : 300);
    });
    socket.ev.on('messages.upsert', ({messages}) => {
        for (const message of messages) {
            const content = normalizeMessageContent(message.message);
            // What this very device sends comes back as an event; the tests count on texts alone.
            if (content && (message.key.fromMe ? text_of(content) === undefined : tell_other(message, content))) continue;
            const text = text_of(content);
            if (text === undefined || text === null) {
                if (message.messageStubType) emit('unreadable', {message: message.key.id, chat: message.key.remoteJid});
                continue;
            }
            emit('text', {
                text,
                message: message.key.id,
                chat: message.key.remoteJid,
                from: message.key.participant ?? message.key.remoteJid,
                from_me: !!message.key.fromMe,
                ...told_context(content),
            });
        }
    });
    socket.ev.on('messages.update', updates => {
        for (const {key, update} of updates)
            if (update.status) emit('receipt', {message: key.id, type: ['error', 'pending', 'sent', 'delivered', 'read', 'played'][update.status]});
    });
    socket.ev.on('message-receipt.update', updates => {
        for (const {key, receipt} of updates) emit('receipt', {message: key.id, type: receipt.readTimestamp ? 'read' : 'delivered'});
    });
    socket.ev.on('presence.update', ({id, presences}) => {
        for (const presence of Object.values(presences)) emit('presence', {chat: id, type: presence.lastKnownPresence});
    });
    socket.ev.on('messaging-history.set', ({chats, messages}) =>
        emit('history', {chats: chats.length, messages: messages.length, text: text_of(messages[0]?.message) ?? ''}));
    for (const event of ['contacts.upsert', 'contacts.update'])
        socket.ev.on(event, contacts => contacts.forEach(one => emit('contact', {contact: one.id, name: one.name ?? ''})));
    socket.ev.on('chats.update', chats => {
        for (const one of chats)
            if (one.muteEndTime !== undefined) emit('muted', {chat: one.id, on: one.muteEndTime !== null});
    });
    socket.ev.on('groups.upsert', groups => groups.forEach(group => emit('group', {group: group.id, subject: group.subject})));
}

serve({
    start: async ({url, root, history}) => {
        wants_history = history === true;
        WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root, 'hex');
        connect(url);
    },
    send_text: async ({to, text}) => send(to, {text}),
    mute: async ({chat}) => void (await socket.chatModify({mute: 8 * 3600 * 1000}, chat)),
    code: async ({number}) => ({code: await socket.requestPairingCode(number)}),
    read: async ({chat, message, from}) => {
        await socket.readMessages([{remoteJid: chat, id: message, participant: from !== chat ? from : undefined}]);
    },
    create_group: async ({subject, members}) => ({group: (await socket.groupCreate(subject, members)).id}),
    group_info: async ({group}) => {
        const info = await socket.groupMetadata(group);
        return {subject: info.subject, members: info.participants.map(one => one.id)};
    },
    on_whatsapp: async ({number}) => ({exists: (await socket.onWhatsApp(number)).some(one => one.exists)}),
    send_media: async ({to, kind, mime, name, caption, data}) => {
        const bytes = Buffer.from(data, 'base64');
        const shapes = {
            image: {image: bytes, caption},
            video: {video: bytes, caption},
            gif: {video: bytes, gifPlayback: true},
            voice: {audio: bytes, ptt: true},
            audio: {audio: bytes},
            document: {document: bytes, fileName: name, caption},
            sticker: {sticker: bytes},
        };
        return send(to, {...shapes[kind], mimetype: mime});
    },
    edit: async ({to, message, text}) => send(to, {text, edit: key_of({to, message})}),
    react: async wish => send(wish.to, {react: {text: wish.emoji, key: key_of(wish)}}),
    revoke: async ({to, message}) => send(to, {delete: key_of({to, message})}),
    poll: async ({to, question, choices, most}) => send(to, {poll: {name: question, values: choices, selectableCount: most}}),
    reply: async ({to, message, quoted_text, text}) =>
        send(to, {text}, {quoted: {key: key_of({to, message, from_me: false}), message: {conversation: quoted_text}}}),
    location: async ({to, latitude, longitude, name}) => send(to, {location: {degreesLatitude: latitude, degreesLongitude: longitude, name}}),
    contact_card: async ({to, name, vcard}) => send(to, {contacts: {displayName: name, contacts: [{displayName: name, vcard}]}}),
    played: async ({chat, message, from}) => void (await socket.sendReceipt(chat, from !== chat ? from : undefined, [message], 'played')),
    away: async () => {
        stopped = true;
        socket.end(undefined);
    },
    back: async () => {
        stopped = false;
        connect(address);
    },
});
