// baileys, unmodified, with many sockets in one process: a peer of bench/engine_load.cpp, spoken to the same way. State is kept in the
// library's own files; with `cached`, behind its own cache.
import {mkdirSync} from 'node:fs';
import {emit, serve, text_of, together} from './peer.mjs';

const {makeWASocket, useMultiFileAuthState, makeCacheableSignalKeyStore, DisconnectReason, WA_CERT_DETAILS, Browsers} = await import('baileys');
const {default: pino} = await import('pino');
const logger = pino({level: 'silent'}, pino.destination(2));

let settings;
const sockets = [];
const open = new Set();
const sent = new Map();
let received = 0;

async function connect(which) {
    const folder = `${settings.folder}/baileys-${which}`;
    mkdirSync(folder, {recursive: true});
    const {state, saveCreds} = await useMultiFileAuthState(folder);
    const run = () => {
        const socket = makeWASocket({
            waWebSocketUrl: settings.url,
            auth: {creds: state.creds, keys: settings.cached ? makeCacheableSignalKeyStore(state.keys, logger) : state.keys},
            logger,
            browser: Browsers.ubuntu('Chrome'),
            shouldSyncHistoryMessage: () => false,
            syncFullHistory: false,
            getMessage: async key => sent.get(key.id),
            appStateMacVerification: {patch: true, snapshot: true},
        });
        sockets[which] = socket;
        socket.ev.on('creds.update', saveCreds);
        socket.ev.on('connection.update', update => {
            if (update.qr) emit('qr', {session: which, qr: update.qr});
            if (update.connection === 'open') {
                open.add(which);
                emit('open', {session: which});
            }
            if (update.connection !== 'close') return;
            open.delete(which);
            const code = update.lastDisconnect?.error?.output?.statusCode;
            if (code === DisconnectReason.restartRequired) run();
            else if (state.creds.me) setTimeout(run, 300); // the pause between two dials is the caller's to choose: the library has none
            else emit('fault', {session: which, reason: String(update.lastDisconnect?.error)});
        });
        socket.ev.on('messages.upsert', ({messages}) => {
            for (const one of messages) if (!one.key.fromMe && text_of(one.message)) received++;
        });
    };
    run();
}

const counts = () => ({received, working: open.size, contacts: 0});

serve({
    start: async wish => {
        settings = wish;
        WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(wish.root, 'hex');
        return counts();
    },
    add: async ({count}) => {
        for (let i = 0; i < count; ++i) await connect(sockets.length);
        return counts();
    },
    send: async ({session, to, count, window = 1}) => {
        await together(count, window, async i => {
            const {key, message} = await sockets[session].sendMessage(to[i % to.length], {text: `Your order number ${i} is on its way`});
            sent.set(key.id, message);
        });
        return counts();
    },
    trim: async () => {
        globalThis.gc?.();
        return counts();
    },
    counts: async () => counts(),
});
