// `ws`: every message to every client. argv[2] "deflate" turns permessage-deflate on, without context takeover.
"use strict";
const { WebSocketServer, WebSocket } = require("ws");
const { publishPort } = require("./publish.js");

const deflate = process.argv[2] === "deflate" && { serverNoContextTakeover: true, clientNoContextTakeover: true, zlibDeflateOptions: { level: 1 }, threshold: 0 };
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: deflate, backlog: 4096 });
server.on("connection", (client) => client.on("error", () => undefined));
server.on("listening", async () => {
  const publish = await publishPort((text) => {
    for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
  });
  console.log(`port ${server.address().port}\npublish ${publish}`);
});
