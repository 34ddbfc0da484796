// What every server of realtime.py does the same: a plain TCP socket on which each line is one message for everybody.
"use strict";
const net = require("node:net");

exports.publishPort = (publish) =>
  new Promise((resolve) => {
    const server = net.createServer((socket) => {
      let rest = "";
      socket.setNoDelay(true);
      socket.on("data", (chunk) => {
        const lines = (rest + chunk.toString("latin1")).split("\n");
        rest = lines.pop();
        for (const line of lines) publish(line);
      });
      socket.on("error", () => undefined);
    });
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
