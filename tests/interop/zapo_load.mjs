// zapo-js, unmodified, with many clients in one process: a peer of bench/engine_load.cpp, spoken to the same way. Its state is in memory, which is
// what it does by itself: no send waits for a disk. Node 20 needs --experimental-websocket.
import {emit, serve, text_of, together} from './peer.mjs';

const {createStore, WaClient} = await import('zapo-js');

const kept = ['signal', 'preKey', 'session', 'identity', 'senderKey', 'appState', 'messages', 'threads', 'contacts', 'privacyToken'];
const providers = Object.fromEntries(kept.map(name => [name, 'memory']));
const quiet = {level: 'error', ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map(level => [level, () => {}]))};

let settings;
const clients = [];
const open = new Set();
let received = 0;

function connect(which) {
    let credentials = null;
    const auth = {load: async () => credentials, save: async made => void (credentials = made), clear: async () => void (credentials = null)};
    const client = new WaClient(
        {
            store: createStore({backends: {here: {stores: {auth: () => auth}}}, providers: {auth: 'here', ...providers}, cacheProviders: {retry: 'memory', participants: 'memory', deviceList: 'memory', messageSecret: 'memory'}}),
            sessionId: `load-${which}`,
            chatSocketUrls: [settings.url],
            testHooks: {noiseRootCa: {publicKey: Uint8Array.from(Buffer.from(settings.root, 'hex')), serial: 0}},
            history: {enabled: false},
        },
        quiet,
    );
    clients[which] = client;
    client.on('auth_qr', ({qr}) => emit('qr', {session: which, qr}));
    client.on('connection_success', () => {
        open.add(which);
        emit('open', {session: which});
    });
    client.on('connection', event => {
        if (event.status === 'close') open.delete(which);
    });
    client.on('failure', event => emit('fault', {session: which, reason: String(event.failureReason)}));
    client.on('message', event => {
        if (!event.message?.deviceSentMessage && text_of(event.message)) received++;
    });
    client.connect().catch(error => emit('fault', {session: which, reason: String(error)}));
}

const counts = () => ({received, working: open.size, contacts: 0});

serve({
    start: async wish => {
        settings = wish;
        return counts();
    },
    add: async ({count}) => {
        for (let i = 0; i < count; ++i) connect(clients.length);
        return counts();
    },
    send: async ({session, to, count, window = 1}) => {
        await together(count, window, i => clients[session].sendMessage(to[i % to.length], {conversation: `Your order number ${i} is on its way`}));
        return counts();
    },
    trim: async () => {
        globalThis.gc?.();
        return counts();
    },
    counts: async () => counts(),
});
