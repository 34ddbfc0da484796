// zapo-js, unmodified, as a process; peer.mjs says how it is spoken to. Node 20 needs --experimental-websocket.
import {debugging, emit, serve} from './peer.mjs';

const {createStore, WaClient} = await import('zapo-js');

// zapo keeps everything in memory by itself but the credentials.
let credentials = null;
const auth = {load: async () => credentials, save: async made => void (credentials = made), clear: async () => void (credentials = null)};

let client;
const kept = ['signal', 'preKey', 'session', 'identity', 'senderKey', 'appState', 'messages', 'threads', 'contacts', 'privacyToken'];
const providers = Object.fromEntries(kept.map(name => [name, 'memory']));
const text_of = message => message?.conversation ?? message?.extendedTextMessage?.text;

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
        const document = event.message?.documentMessage;
        if (document) {
            client.mediaTransfer
                .downloadAndDecrypt({directPath: document.directPath, mediaType: 'document', mediaKey: document.mediaKey, fileSha256: document.fileSha256, fileEncSha256: document.fileEncSha256, hosts: [new URL(document.url).host]})
                .then(file => emit('document', {message: event.stanzaId, chat: event.chatJid, name: document.fileName, data: Buffer.from(file).toString('base64')}))
                .catch(error => emit('fault', {reason: String(error?.stack ?? error)}));
            return;
        }
        const text = text_of(event.message) ?? text_of(event.message?.deviceSentMessage?.message);
        if (text === undefined || text === null) return;
        emit('text', {text, message: event.stanzaId, chat: event.chatJid, from: event.senderJid ?? event.chatJid, from_me: !!event.message?.deviceSentMessage});
    });
    client.on('message_receipt', event =>
        emit('receipt', {message: event.stanzaId, type: event.stanzaType || 'delivered', from: event.rawNode?.attrs?.from}));
    client.on('chatstate', event => emit('presence', {chat: event.chatJid, type: event.rawNode?.content?.[0]?.tag}));
}

serve({
    start: async ({url, root}) => {
        connect(url, root);
        client.connect().catch(error => emit('closed', {reason: String(error?.message ?? error)}));
    },
    send_text: async ({to, text}) => ({message: (await client.sendMessage(to, text)).id}),
    code: async ({number}) => ({code: await client.requestPairingCode(number)}),
    read: async ({chat, message, from}) => {
        await client.sendReceipt({to: chat, id: message, type: 'read', participant: from !== chat ? from : undefined});
    },
    create_group: async ({subject, members}) => {
        const made = await client.group.createGroup(subject, members);
        const group = made.tag === 'group' ? made : made.content.find(one => one.tag === 'group');
        return {group: `${group.attrs.id}@g.us`};
    },
    send_document: async ({to, name, data}) => {
        const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
        return {message: (await client.sendMessage(to, {type: 'document', media: bytes, fileName: name, mimetype: 'application/octet-stream'})).id};
    },
    away: async () => {
        await client.disconnect();
    },
    back: async () => {
        await client.connect();
    },
});
