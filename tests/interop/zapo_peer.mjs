// zapo-js, unmodified, as a process; peer.mjs says how it is spoken to. Node 20 needs --experimental-websocket.
import {debugging, emit, file_in, serve, text_of, told_content, told_context, told_file} from './peer.mjs';
import {createHash} from 'node:crypto';

const {createStore, WaClient} = await import('zapo-js');

// zapo keeps everything in memory by itself but the credentials.
let credentials = null;
const auth = {load: async () => credentials, save: async made => void (credentials = made), clear: async () => void (credentials = null)};

let client;
const kept = ['signal', 'preKey', 'session', 'identity', 'senderKey', 'appState', 'messages', 'threads', 'contacts', 'privacyToken'];
const providers = Object.fromEntries(kept.map(name => [name, 'memory']));
const polls = new Map(); // choices of polls, by the id of their message

/// The innermost message.
const inner = message => {
    const next =
        message?.deviceSentMessage?.message ?? message?.documentWithCaptionMessage?.message ?? message?.ephemeralMessage?.message ?? message?.viewOnceMessageV2?.message;
    return next ? inner(next) : (message ?? {});
};

function tell_file(event, [kind, mediaType, file]) {
    client.mediaTransfer
        .downloadAndDecrypt({directPath: file.directPath, mediaType, mediaKey: file.mediaKey, fileSha256: file.fileSha256, fileEncSha256: file.fileEncSha256, hosts: [new URL(file.url).host]})
        .then(bytes => emit('media', {message: event.stanzaId, chat: event.chatJid, ...told_file(kind, file, bytes)}))
        .catch(error => emit('fault', {reason: String(error?.stack ?? error)}));
}

function connect(url, root) {
    // What zapo has against a server it only logs; the caller of connect() learns of a timeout.
    const say = level => (text, context) => {
        if (debugging) process.stderr.write(`${level} ${text} ${JSON.stringify(context ?? {})}\n`);
        if (level === 'warn' || level === 'error') emit('log', {level, text: `${text} ${JSON.stringify(context ?? {})}`});
    };
    const logger = {level: 'trace', ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map(level => [level, say(level)]))};
    client = new WaClient(
        {
            store: createStore({backends: {here: {stores: {auth: () => auth}}}, providers: {auth: 'here', ...providers}, cacheProviders: {retry: 'memory', participants: 'memory', deviceList: 'memory', messageSecret: 'memory'}}),
            sessionId: 'peer',
            chatSocketUrls: [url],
            testHooks: {noiseRootCa: {publicKey: Uint8Array.from(Buffer.from(root, 'hex')), serial: 0}},
            history: {enabled: false},
            addons: {autoDecrypt: true},
        },
        logger,
    );
    const me = () => {
        const credentials = client.getCredentials();
        return {jid: credentials?.meJid, lid: credentials?.meLid};
    };
    client.on('auth_qr', ({qr}) => emit('qr', {qr}));
    client.on('connection_success', () => emit('open', me()));
    client.on('auth_paired', () => emit('paired', me()));
    client.on('connection', event => {
        if (event.status === 'close') emit('closed', {reason: String(event.reason)});
    });
    client.on('client_error', ({error}) => emit('closed', {reason: String(error?.message ?? error)}));
    client.on('failure', event => emit('closed', {reason: `failure ${event.failureReason ?? event.rawNode?.attrs?.reason}`}));
    client.on('message', event => {
        const message = inner(event.message);
        const file = file_in(message);
        if (file) return tell_file(event, file);
        const told = told_content(message);
        if (told) {
            if (told[0] === 'poll') polls.set(event.stanzaId, told[1].choices);
            return emit(told[0], {...told[1], message: event.stanzaId, chat: event.chatJid, from: event.senderJid ?? event.chatJid});
        }
        const text = text_of(message);
        if (text === undefined || text === null) return;
        emit('text', {text, message: event.stanzaId, chat: event.chatJid, from: event.senderJid ?? event.chatJid, from_me: !!event.message?.deviceSentMessage, ...told_context(message)});
    });
    client.on('message_addon', event => {
        if (event.kind !== 'poll_vote') return;
        const hashes = event.decrypted.pollVote.selectedOptions.map(one => Buffer.from(one).toString('hex'));
        const chosen = (polls.get(event.targetMessageId) ?? []).filter(one => hashes.includes(createHash('sha256').update(one).digest('hex')));
        emit('vote', {target: event.targetMessageId, choices: chosen});
    });
    client.on('message_receipt', event =>
        emit('receipt', {message: event.stanzaId, type: event.stanzaType || 'delivered', from: event.rawNode?.attrs?.from}));
    client.on('chatstate', event => emit('presence', {chat: event.chatJid, type: event.rawNode?.content?.[0]?.tag}));
}

const send = async (to, content) => ({message: (await client.sendMessage(to, content)).id});
const key_of = ({to, message, from_me, from}) => ({remoteJid: to, id: message, fromMe: from_me !== false, ...(from_me === false && to.endsWith('@g.us') ? {participant: from} : {})});

serve({
    start: async ({url, root}) => {
        connect(url, root);
        client.connect().catch(error => emit('closed', {reason: String(error?.message ?? error)}));
    },
    send_text: async ({to, text}) => send(to, text),
    code: async ({number}) => ({code: await client.requestPairingCode(number)}),
    read: async ({chat, message, from}) => {
        await client.sendReceipt({to: chat, id: message, type: 'read', participant: from !== chat ? from : undefined});
    },
    create_group: async ({subject, members}) => {
        const made = await client.group.createGroup(subject, members);
        const group = made.tag === 'group' ? made : made.content.find(one => one.tag === 'group');
        return {group: `${group.attrs.id}@g.us`};
    },
    send_media: async ({to, kind, mime, name, caption, data}) => {
        const media = Uint8Array.from(Buffer.from(data, 'base64'));
        const shapes = {
            image: {type: 'image', caption},
            video: {type: 'video', caption},
            gif: {type: 'video', gifPlayback: true},
            voice: {type: 'audio', ptt: true},
            audio: {type: 'audio'},
            document: {type: 'document', fileName: name, caption},
            sticker: {type: 'sticker'},
        };
        return send(to, {...shapes[kind], media, mimetype: mime});
    },
    edit: async ({to, message, text}) => send(to, {editedMessage: {message: {protocolMessage: {key: key_of({to, message}), type: 14, editedMessage: {conversation: text}, timestampMs: Date.now()}}}}),
    react: async wish => send(wish.to, {reactionMessage: {key: key_of(wish), text: wish.emoji, senderTimestampMs: Date.now()}}),
    revoke: async ({to, message}) => send(to, {protocolMessage: {key: key_of({to, message}), type: 0}}),
    poll: async ({to, question, choices, most}) => {
        const made = await send(to, {pollCreationMessageV3: {name: question, options: choices.map(optionName => ({optionName})), selectableOptionsCount: most}});
        polls.set(made.message, choices);
        return made;
    },
    reply: async ({to, message, from, quoted_text, text}) =>
        send(to, {extendedTextMessage: {text, contextInfo: {stanzaId: message, participant: from, quotedMessage: {conversation: quoted_text}}}}),
    location: async ({to, latitude, longitude, name}) => send(to, {locationMessage: {degreesLatitude: latitude, degreesLongitude: longitude, name}}),
    contact_card: async ({to, name, vcard}) => send(to, {contactMessage: {displayName: name, vcard}}),
    played: async ({chat, message, from}) => void (await client.sendReceipt({to: chat, id: message, type: 'played', participant: from !== chat ? from : undefined})),
    away: async () => {
        await client.disconnect();
    },
    back: async () => {
        await client.connect();
    },
});
