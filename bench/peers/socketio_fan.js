// Socket.IO over WebSocket only: every message to every client.
"use strict";
const { Server } = require("socket.io");
const { publishPort } = require("./publish.js");

const deflate = process.argv[2] === "deflate" && { serverNoContextTakeover: true, clientNoContextTakeover: true, zlibDeflateOptions: { level: 1 }, threshold: 0 };
const http = require("node:http").createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: deflate, pingInterval: 600000 });
http.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, async () => {
  const publish = await publishPort((text) => io.emit("event", text));
  console.log(`port ${http.address().port}\npublish ${publish}`);
});
