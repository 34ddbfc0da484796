// One handshake and some transport frames by baileys' noise handler, as client and as server, with fixed keys.
import * as curve from 'libsignal/src/curve.js';
import {proto} from 'baileys/WAProto/index.js';
import {NOISE_WA_HEADER, WA_CERT_DETAILS} from 'baileys/lib/Defaults/index.js';
import {Curve} from 'baileys/lib/Utils/crypto.js';
import {makeNoiseHandler} from 'baileys/lib/Utils/noise-handler.js';
import {bytes, hex, save} from './common.mjs';

const pair = name => {
    const secret = bytes(name);
    secret[0] &= 248;
    secret[31] = (secret[31] & 127) | 64;
    const base = Buffer.alloc(32);
    base[0] = 9;
    return {private: secret, public: Curve.sharedKey(secret, base)};
};
const logger = {child: () => logger, trace: () => {}};
const handler = (keyPair, routingInfo) => makeNoiseHandler({keyPair, NOISE_HEADER: NOISE_WA_HEADER, logger, routingInfo});

const root = pair('root'), intermediate = pair('intermediate'), server = pair('server static');
const clientEphemeral = pair('client ephemeral'), serverEphemeral = pair('server ephemeral'), client = pair('client static');
WA_CERT_DETAILS.PUBLIC_KEY = root.public;

const certificate = (issuer, details) => {
    const encoded = proto.CertChain.NoiseCertificate.Details.encode(details).finish();
    return {details: encoded, signature: curve.calculateSignature(issuer.private, encoded)};
};
const valid = {notBefore: 1700000000, notAfter: 1900000000};
const chain = Buffer.from(proto.CertChain.encode({
    intermediate: certificate(root, {serial: 7, issuerSerial: 0, key: intermediate.public, ...valid}),
    leaf: certificate(intermediate, {serial: 8, issuerSerial: 7, key: server.public, ...valid}),
}).finish());

// The handler starts from the client's ephemeral public key, so with that it also does the server's half.
const responder = handler({public: clientEphemeral.public});
responder.authenticate(serverEphemeral.public);
responder.mixIntoKey(Curve.sharedKey(serverEphemeral.private, clientEphemeral.public));
const sealedStatic = responder.encrypt(server.public);
responder.mixIntoKey(Curve.sharedKey(server.private, clientEphemeral.public));
const serverHello = {ephemeral: serverEphemeral.public, static: sealedStatic, payload: responder.encrypt(chain)};

const initiator = handler(clientEphemeral);
const payload = bytes('client payload', 90);
const sealedKey = initiator.processHandshake({serverHello}, client);
const clientFinish = {static: sealedKey, payload: initiator.encrypt(payload)};
await initiator.finishInit();
responder.decrypt(clientFinish.static);
responder.mixIntoKey(Curve.sharedKey(serverEphemeral.private, client.public));
responder.decrypt(clientFinish.payload);
await responder.finishInit();

const message = fields => hex(proto.HandshakeMessage.encode(fields).finish());
const frames = [0, 1, 300].map(size => bytes('frame', size));
const out = {
    root: hex(root.public), chain: hex(chain), now: 1800000000,
    server_static: hex(server.private), server_ephemeral: hex(serverEphemeral.private),
    client_static: hex(client.private), client_ephemeral: hex(clientEphemeral.private), payload: hex(payload),
    client_hello: message({clientHello: {ephemeral: clientEphemeral.public}}),
    server_hello: message({serverHello}), client_finish: message({clientFinish}),
    frames: frames.map(plain => ({plain: hex(plain), from_client: hex(initiator.encrypt(plain))})),
    intro: hex(handler(clientEphemeral).encodeFrame(Buffer.from('hello'))),
};
save('noise.json', out);
