// One client of npm `ws`, for test_realtime_clients.py: resumes, subscribes, prints what it got and how it ended as one JSON object.
// Usage: node ws_client.cjs URL KEY AFTER UPTO
'use strict';
const path = require('node:path');
const WebSocket = require(path.join(__dirname, '../interop/node_modules/ws'));

const [url, key, after, upto] = process.argv.slice(2);
const socket = new WebSocket(url, { headers: { 'X-API-Key': key } });
const out = { extensions: '', seqs: [], types: [], pings: 0 };

socket.on('open', () => {
  out.extensions = socket.extensions;
  socket.send(JSON.stringify({ type: 'resume', id: 'r', after: Number(after) }));
  socket.send(JSON.stringify({ type: 'subscribe', id: 's', topics: ['system'] }));
});
socket.on('ping', () => { out.pings += 1; });
socket.on('message', (data, binary) => {
  if (binary) throw new Error('binary');
  const frame = JSON.parse(data);
  if (frame.seq === undefined || frame.type === 'state') out.types.push(frame.type);
  else out.seqs.push(frame.seq);
  if (frame.type === 'resumed') console.error('resumed');   // who started us may go on
  if (out.seqs.at(-1) >= Number(upto) && out.types.includes('resumed')) socket.close(1000, 'done');
});
socket.on('error', (error) => { out.error = String(error); });
socket.on('close', (code, reason) => console.log(JSON.stringify({ ...out, code, reason: String(reason) })));
