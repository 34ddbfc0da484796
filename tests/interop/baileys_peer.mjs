// baileys, unmodified, as a process; peer.mjs says how it is spoken to.
import {debugging, emit, serve} from './peer.mjs';

const baileys = await import('baileys');
const {default: pino} = await import('pino');
const {makeWASocket, initAuthCreds, downloadMediaMessage, DisconnectReason, WA_CERT_DETAILS, Browsers} = baileys;
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
const text_of = message => message?.conversation ?? message?.extendedTextMessage?.text;

/// The file of a document message, checked by the library.
async function tell_document(message, chat) {
    const file = await downloadMediaMessage(message, 'buffer', {});
    emit('document', {message: message.key.id, chat, name: message.message.documentMessage.fileName, data: file.toString('base64')});
}

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
            if (message.message?.documentMessage) {
                tell_document(message, message.key.remoteJid).catch(error => emit('fault', {reason: String(error?.stack ?? error)}));
                continue;
            }
            const text = text_of(message.message);
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
    send_text: async ({to, text}) => {
        const result = await socket.sendMessage(to, {text});
        sent.set(result.key.id, result.message);
        return {message: result.key.id};
    },
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
    send_document: async ({to, name, data}) => {
        const result = await socket.sendMessage(to, {document: Buffer.from(data, 'base64'), fileName: name, mimetype: 'application/octet-stream'});
        return {message: result.key.id};
    },
    away: async () => {
        stopped = true;
        socket.end(undefined);
    },
    back: async () => {
        stopped = false;
        connect(address);
    },
});
