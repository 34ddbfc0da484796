// One client of npm `ws`, told what to do by lines of JSON on stdin; what happens to it goes to stdout (talkers.py).
'use strict';
const path = require('node:path');
const readline = require('node:readline');
const WebSocket = require(path.join(__dirname, '../interop/node_modules/ws'));

let socket;
const say = (record) => console.log(JSON.stringify(record));
const perform = {
  open({ url, headers, protocols }) {
    socket = new WebSocket(url, protocols, { headers });
    socket.on('open', () => say({ got: 'open', protocol: socket.protocol, extensions: socket.extensions }));
    socket.on('unexpected-response', (_, response) => say({ got: 'refused', status: response.statusCode }));
    socket.on('message', (data, binary) => say(binary ? { got: 'binary' } : { got: 'text', text: String(data) }));
    socket.on('error', () => {});   // the end follows
    socket.on('close', (code, reason) => say({ got: 'closed', code, reason: String(reason) }));
  },
  send({ text }) { socket.send(text); },
  binary() { socket.send(Buffer.from([0])); },
  close({ code, reason }) { socket.close(code, reason); },
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const wish = JSON.parse(line);
  perform[wish.do](wish);
}).on('close', () => process.exit(0));
